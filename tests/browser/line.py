# SPDX-License-Identifier: EUPL-1.2
"""A line to the site that can be cut outside the browser.

What a browser is told to hold back it still sends while a page is being left: neither routes nor the switch "offline"
reach a request that is made then. Here the wire itself ends.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = 0.5
"""Seconds without anybody at a line that is cut, before it is mended."""


class Line:
    """A relay on a port of its own to the port of the site; when it is cut, what stands on it falls."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._whole = threading.Event()
        self._whole.set()
        self._deaf = threading.Event()
        self._open: set[socket.socket] = set()
        self._knocked = 0.0
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._ear.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def lose_answers(self) -> None:
        """Let requests through and drop what the site answers, until `mend`."""
        self._deaf.set()

    def cut(self) -> None:
        """End every connection, and refuse new ones until `mend`."""
        self._whole.clear()
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again, once what a page began while it left has fallen as well."""
        since = time.monotonic()
        while time.monotonic() - max(since, self._knocked) < QUIET:
            time.sleep(QUIET / 10)
        self._deaf.clear()
        self._whole.set()

    def close(self) -> None:
        """End the relay."""
        self.cut()
        self._ear.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # the ear was closed
            while True:
                caller, _ = self._ear.accept()
                self._knocked = time.monotonic()
                threading.Thread(target=self._connect, args=(caller,), daemon=True).start()

    def _connect(self, caller: socket.socket) -> None:
        with caller, contextlib.suppress(OSError):
            if not self._whole.is_set():
                return
            with socket.create_connection(("127.0.0.1", self._to)) as site:
                self._open |= {caller, site}
                back = threading.Thread(target=_carry, args=(site, caller, self._deaf), daemon=True)
                back.start()
                _carry(caller, site)
                back.join()
                self._open -= {caller, site}


def _carry(source: socket.socket, target: socket.socket, lost: threading.Event | None = None) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if lost is None or not lost.is_set():
                target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A whole line for the block."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
