# SPDX-License-Identifier: EUPL-1.2
"""The confined process: draws and reads pages of the one document that it holds, for whoever is at its socket.

It starts with an empty environment, may open no file for writing, has little memory, and dies of a page that takes too
long; :mod:`mukatabat.vault.pages.pool` starts another. Every request is a line of JSON behind its length; a new
document comes along as a sealed descriptor in memory. An answer is a line of JSON behind its length, then its bytes.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import resource
import socket
import struct
import sys
import time
from bisect import bisect_left, bisect_right
from typing import Any

from PIL import Image

from mukatabat.kernel.arabic import words as folded_words
from mukatabat.vault.pages.readers import Reader, opened
from mukatabat.vault.pages.rules import THUMBNAIL, Outline, PageText
from mukatabat.vault.text.layout import Word
from mukatabat.vault.text.quality import Layer

MEMORY = 1 << 30
CPU_SECONDS = 6
FIND_SECONDS = 1.5
MOST_HITS = 500
LENGTH = struct.Struct("!I")
_MOST_TEXTS = 2000


class NoPage(Exception):
    """The document has no page of that number."""


class Server:
    """Answers requests about the document that it was given last."""

    def __init__(self) -> None:
        self._reader: Reader | None = None
        self._sizes: list[tuple[float, float]] = []
        self._texts: dict[int, PageText] = {}

    def take(self, descriptor: int, media_type: str) -> None:
        """Hold another document instead."""
        self._reader, self._texts, self._sizes = None, {}, []
        try:
            data = mmap.mmap(descriptor, 0, access=mmap.ACCESS_COPY)
        finally:
            os.close(descriptor)
        self._reader = opened(data, media_type)
        self._sizes = list(self._reader.sizes())

    def answer(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Perform one request; raises whatever a broken document makes the libraries raise."""
        match request["do"]:
            case "outline":
                return {"runs": Outline.of(self._sizes).runs}, b""
            case "draw":
                return {}, self._drawn(request["page"] - 1, request["percent"], bytes.fromhex(request["mark"]))
            case "text":
                found = self._text(request["page"] - 1)
                return {"lines": found.lines, "layer": found.layer, "recognised": found.recognised}, b""
            case _:
                return self._found(request["words"], request["page"] - 1), b""

    def _drawn(self, page: int, percent: int, mark: bytes) -> bytes:
        assert self._reader is not None
        self._check(page)
        picture = self._reader.draw(page, percent)
        if mark:
            picture = _marked(picture, mark)
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=60 if percent == THUMBNAIL else 82, method=1)
        return out.getvalue()

    def _text(self, page: int) -> PageText:
        assert self._reader is not None
        self._check(page)
        if page not in self._texts:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            self._texts[page] = self._reader.text(page)
        return self._texts[page]

    def _check(self, page: int) -> None:
        if not 0 <= page < len(self._sizes):
            raise NoPage

    def _found(self, wanted: str, start: int) -> dict[str, Any]:
        """Look from a page on until time or room ends; a page that cannot be read counts as one without text."""
        began = time.monotonic()
        hits: list[tuple[int, list[list[float]]]] = []
        unread = 0
        for page in range(start, len(self._sizes)):
            if page > start and (time.monotonic() - began > FIND_SECONDS or len(hits) >= MOST_HITS):
                return {"hits": hits, "after": page + 1, "unread": unread}
            try:
                text = self._text(page)
            except (RuntimeError, ValueError, MemoryError):
                unread += 1
                continue
            unread += text.layer is not Layer.GOOD
            if text.layer is Layer.GOOD:
                hits += [(page + 1, boxes) for boxes in _hits(text, wanted)]
        return {"hits": hits, "after": None, "unread": unread}


def _hits(text: PageText, wanted: str) -> list[list[list[float]]]:
    """Boxes of every place where the folded words stand, one box per line that a place touches."""
    flat = [(number, word) for number, line in enumerate(text.lines) for word in line]
    whole, starts = "", []
    for _, word in flat:
        starts.append(len(whole))
        folded = " ".join(folded_words(word.text))
        whole += folded + " " if folded else ""
    found = []
    at = whole.find(wanted)
    while at >= 0:
        first = bisect_right(starts, at) - 1
        last = bisect_left(starts, at + len(wanted))
        found.append(_boxes(flat[first:last]))
        at = whole.find(wanted, at + len(wanted))
    return found


def _boxes(words: list[tuple[int, Word]]) -> list[list[float]]:
    lines: dict[int, list[Word]] = {}
    for number, word in words:
        lines.setdefault(number, []).append(word)
    return [
        [
            round(min(one.left for one in line), 2), round(min(one.top for one in line), 2),
            round(max(one.right for one in line), 2), round(max(one.bottom for one in line), 2),
        ]
        for line in lines.values()
    ]  # fmt: skip


def _marked(picture: Image.Image, mark: bytes) -> Image.Image:
    """Lay the reader's mark over the page, again and again, light enough to read through."""
    tile = Image.open(io.BytesIO(mark), formats=["PNG"]).convert("RGBA")
    width = max(1, round(picture.width * 0.62))
    tile = tile.resize((width, max(1, round(tile.height * width / tile.width))))
    whole = picture.convert("RGBA")
    for row, top in enumerate(range(0, whole.height, tile.height)):
        for left in range(-width // 2 if row % 2 else 0, whole.width, width):
            _lay(whole, tile, left, top)
    return whole.convert("RGB")


def _lay(whole: Image.Image, tile: Image.Image, left: int, top: int) -> None:
    source = (max(0, -left), 0)
    whole.alpha_composite(tile, (max(0, left), top), source)


def confine() -> None:
    """Bound this process for the rest of its life."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def _warm() -> None:
    """Load the writer of pictures now, so that no reader waits for it."""
    Image.new("RGB", (1, 1)).save(io.BytesIO(), "WEBP")


def _fresh_time() -> None:
    """Allow the next request its seconds of processor time; the kernel ends the process that needs more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _receive(line: socket.socket) -> tuple[dict[str, Any], int | None] | None:
    head, descriptors, _, _ = socket.recv_fds(line, LENGTH.size, 1)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    body = b""
    while len(body) < size:
        piece = line.recv(size - len(body))
        if not piece:
            return None
        body += piece
    return json.loads(body), descriptors[0] if descriptors else None


def main() -> None:
    """Answer until the other side hangs up."""
    confine()
    _warm()
    server = Server()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as line:
        while (received := _receive(line)) is not None:
            request, descriptor = received
            _fresh_time()
            try:
                if descriptor is not None:
                    server.take(descriptor, request["media_type"])
                answer, payload = server.answer(request)
            except NoPage:
                answer, payload = {"refused": "no-such-page"}, b""
            except Exception as error:
                # A broken document breaks a library anywhere; each way means the same to the reader.
                answer, payload = {"refused": "broken", "detail": type(error).__name__}, b""
            head = json.dumps(answer | {"size": len(payload)}).encode()
            line.sendall(LENGTH.pack(len(head)) + head + payload)


if __name__ == "__main__":
    main()
