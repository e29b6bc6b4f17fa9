# SPDX-License-Identifier: EUPL-1.2
"""Asking for pages: of a proven document, within a person's share of the drawing, a hopeless one only once."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore
from typing import Any, TypeVar
from uuid import UUID

from mukatabat.kernel.arabic import words as folded_words
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import Document
from mukatabat.vault.pages.errors import DrawingBusy, PageUnshowable
from mukatabat.vault.pages.pool import POOL, WAIT
from mukatabat.vault.pages.rules import DRAWN, LARGEST, SCALES, Found, Hit, Outline, PageText
from mukatabat.vault.queries import open_document
from mukatabat.vault.text.layout import Word
from mukatabat.vault.text.quality import Layer

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE = 1
BURST = 400
PER_SECOND = 8.0
LONGEST_SEARCH = 100
_REMEMBERED = 512


def can_be_drawn(document: Document) -> bool:
    """Whether pages of this document can be shown: PDF and pictures of a size that one process holds."""
    return document.media_type in DRAWN and document.size <= LARGEST


def outline(actor: Actor, document: Document) -> Outline:
    """The sizes of all pages; raises StoredBytes, PageUnshowable, DrawingBusy.

    Sizes that were read from sound bytes of this digest before are given at once: they show nothing of the document.
    """
    known = _OUTLINES.get(document.digest)
    if known is not None:
        return known
    answer, _ = _asked({"do": "outline", "page": 0}, actor, document)
    made = Outline(tuple((int(count), float(width), float(height)) for count, width, height in answer["runs"]))
    _OUTLINES.remember(document.digest, made)
    return made


def page_picture(actor: Actor, document: Document, page: int, *, percent: int, mark: bytes = b"") -> bytes:
    """One page as WebP in one of `SCALES`, with a PNG laid over it; raises as `outline`, and ValueError for a scale."""
    if percent not in SCALES:
        raise ValueError("not a scale in which pages are drawn")
    request = {"do": "draw", "page": page, "percent": percent, "mark": mark.hex()}
    return _asked(request, actor, document)[1]


def page_text(actor: Actor, document: Document, page: int) -> PageText:
    """The words of one page; raises as `outline`."""
    answer, _ = _asked({"do": "text", "page": page}, actor, document)
    lines = tuple(tuple(Word(*word) for word in line) for line in answer["lines"])
    return PageText(lines, Layer(answer["layer"]), bool(answer["recognised"]))


def find(actor: Actor, document: Document, query: str, *, start: int) -> Found:
    """Where the words of a query stand, however they are spelt (kernel.arabic), from page `start` on.

    Raises as `outline`. An empty query finds nothing.
    """
    wanted = " ".join(folded_words(query[:LONGEST_SEARCH]))
    if not wanted:
        return Found((), None, 0)
    answer, _ = _asked({"do": "find", "page": start, "words": wanted}, actor, document)
    hits = tuple(
        Hit(page, tuple((left, top, right, bottom) for left, top, right, bottom in boxes))
        for page, boxes in answer["hits"]
    )
    return Found(hits, answer["after"], answer["unread"])


def _asked(request: dict[str, Any], actor: Actor, document: Document) -> tuple[dict[str, Any], bytes]:
    """Ask the pool. The stored bytes are compared first, every time, even where a worker still holds sound ones."""
    if not can_be_drawn(document):
        raise PageUnshowable
    _, stream = open_document(actor, document.id)
    with stream:
        hopeless = (document.digest, str(request["do"]), int(request["page"]))
        if hopeless in _HOPELESS:
            raise PageUnshowable
        with SHARES.share(actor.person):
            try:
                return POOL.ask(request | {"media_type": document.media_type}, digest=document.digest, stream=stream)
            except PageUnshowable:
                _HOPELESS.remember(hopeless, None)
                raise


class Shares:
    """Each person's share of the drawing: one page at a time, and a rate that no reader reaches by reading."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[UUID, _Share] = OrderedDict()

    @contextmanager
    def share(self, reader: UUID) -> Iterator[None]:
        """Hold a person's place while a page is drawn; raises DrawingBusy when there is none in time."""
        with self._lock:
            share = self._known.setdefault(reader, _Share())
            self._known.move_to_end(reader)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            if not share.spend(time.monotonic()):
                raise DrawingBusy
        if not share.places.acquire(timeout=WAIT):
            raise DrawingBusy
        try:
            yield
        finally:
            share.places.release()


class _Share:
    def __init__(self) -> None:
        self.places = Semaphore(AT_ONCE)
        self._left = float(BURST)
        self._seen = time.monotonic()

    def spend(self, now: float) -> bool:
        self._left = min(float(BURST), self._left + (now - self._seen) * PER_SECOND)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class _Remembered(OrderedDict[K, V]):
    """The last few things learnt of documents by their digest; they never change, and live in memory alone."""

    def remember(self, key: K, value: V) -> None:
        """Keep one more, and forget the oldest."""
        self[key] = value
        while len(self) > _REMEMBERED:
            self.popitem(last=False)


SHARES = Shares()
_OUTLINES: _Remembered[str, Outline] = _Remembered()
_HOPELESS: _Remembered[tuple[str, str, int], None] = _Remembered()
