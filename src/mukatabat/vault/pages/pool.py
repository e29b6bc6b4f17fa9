# SPDX-License-Identifier: EUPL-1.2
"""A few confined processes kept ready, so that a page costs its drawing and not a start; each dies of what harms it."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import mukatabat
from mukatabat.vault.pages.errors import DrawingBusy, NoSuchPage, PageUnshowable
from mukatabat.vault.pages.rules import LARGEST

logger = logging.getLogger(__name__)

SIZE = 2
SECONDS = 20.0
"""How long an answer is waited for. What a page may cost is processor time (``vault.pages.__main__``), not this."""

WAIT = 10.0
MOST_REQUESTS = 1000
_HEAD = 4
_LARGEST_HEAD = 64 * 1024 * 1024
_PACKAGES = str(Path(mukatabat.__file__).resolve().parents[1])


class Worker:
    """One confined process and the document that it holds."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "mukatabat.vault.pages"],
                stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                env={"PYTHONPATH": _PACKAGES, "LC_ALL": "C.UTF-8"},
            )  # fmt: skip
        self._line = ours
        self._line.settimeout(SECONDS)
        self._asked = 0
        self.holds = ""

    @property
    def is_spent(self) -> bool:
        """Whether it ended, or has worked long enough."""
        return self._process.poll() is not None or self._asked >= MOST_REQUESTS

    def ask(self, request: dict[str, Any], document: int | None) -> tuple[dict[str, Any], bytes]:
        """Send a request, with a descriptor if the document is another one.

        Where no answer comes it ends itself, and raises PageUnshowable, or DrawingBusy if it was only slow.
        """
        self._asked += 1
        body = json.dumps(request).encode()
        try:
            socket.send_fds(self._line, [len(body).to_bytes(_HEAD)], [] if document is None else [document])
            self._line.sendall(body)
            size = int.from_bytes(self._exactly(_HEAD))
            if size > _LARGEST_HEAD:
                raise OSError
            answer = json.loads(self._exactly(size))
            payload = self._exactly(int(answer["size"]))
        except TimeoutError as error:
            # Within its limits and yet not ready: the machine is busy, which says nothing of the page.
            self.end()
            raise DrawingBusy from error
        except (OSError, ValueError) as error:
            # It was ended by its limits, or no longer says what it should.
            self.end()
            raise PageUnshowable from error
        return answer, payload

    def _exactly(self, size: int) -> bytes:
        pieces = bytearray()
        while len(pieces) < size:
            piece = self._line.recv(min(size - len(pieces), 1 << 20))
            if not piece:
                raise OSError
            pieces += piece
        return bytes(pieces)

    def end(self) -> None:
        """End the process."""
        self._line.close()
        self._process.kill()
        self._process.wait()


class Pool:
    """Up to `size` workers, started when they are first needed."""

    def __init__(self, size: int = SIZE) -> None:
        self._idle: list[Worker] = []
        self._free = size
        self._changed = threading.Condition()

    def ask(self, request: dict[str, Any], *, digest: str, stream: BinaryIO) -> tuple[dict[str, Any], bytes]:
        """Let a worker answer about a document, preferably one that holds it.

        `stream` gives the document's proven bytes and stands at their beginning. Raises PageUnshowable, NoSuchPage, or
        DrawingBusy when no worker became free in time.
        """
        with self._worker(digest) as worker:
            if worker.holds == digest:
                answer, payload = worker.ask(request, None)
            else:
                worker.holds = ""
                with _in_memory(stream) as document:
                    answer, payload = worker.ask(request, document)
                worker.holds = digest
        if answer.get("refused") == "no-such-page":
            raise NoSuchPage
        if "refused" in answer:
            logger.info("a page could not be drawn: %s", answer.get("detail", ""))
            raise PageUnshowable
        return answer, payload

    @contextmanager
    def _worker(self, digest: str) -> Iterator[Worker]:
        worker = self._taken(digest)
        try:
            yield worker
        except BaseException:
            worker.end()
            raise
        finally:
            with self._changed:
                self._free += 1
                if worker.is_spent:
                    worker.end()
                else:
                    self._idle.append(worker)
                self._changed.notify()

    def _taken(self, digest: str) -> Worker:
        with self._changed:
            if not self._changed.wait_for(lambda: self._free > 0, timeout=WAIT):
                raise DrawingBusy
            self._free -= 1
            holding = next((one for one in self._idle if one.holds == digest), None)
            # The one that waited longest gives way, unless a new one may still be started.
            chosen = holding or (self._idle[0] if self._idle and len(self._idle) > self._free else None)
            if chosen is not None:
                self._idle.remove(chosen)
                return chosen
        return self._started()

    def _started(self) -> Worker:
        try:
            return Worker()
        except BaseException:
            with self._changed:
                self._free += 1
                self._changed.notify()
            raise

    def warm(self) -> None:
        """Start the workers before anybody waits for one."""
        with self._changed:
            while len(self._idle) < self._free:
                self._idle.append(Worker())

    def close(self) -> None:
        """End all that wait."""
        with self._changed:
            while self._idle:
                self._idle.pop().end()


@contextmanager
def _in_memory(stream: BinaryIO) -> Iterator[int]:
    """The bytes as a sealed descriptor without a name: no disk sees them, and nobody can change them."""
    descriptor = os.memfd_create("document", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
            if copy.tell() > LARGEST:
                raise PageUnshowable
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK)
        yield descriptor
    finally:
        os.close(descriptor)


POOL = Pool()


@atexit.register
def _close() -> None:
    with contextlib.suppress(OSError):
        POOL.close()
