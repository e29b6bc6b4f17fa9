# SPDX-License-Identifier: EUPL-1.2
"""Our own questions to servers that the configuration names: one answer, within its time and size, followed nowhere."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import BaseHandler, HTTPHandler, HTTPRedirectHandler, HTTPSHandler, Request, build_opener

PIECE = 8192


class NoAnswer(Exception):
    """No whole answer came in time, or it is longer than it may be; the message says what was seen."""


class NotReached(NoAnswer):
    """Nobody was connected to, so that the question cannot have been taken."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, whatever its status."""

    status: int
    body: bytes
    media_type: str


class NoRedirect(HTTPRedirectHandler):
    """Follows nothing: a redirect would carry a request, and its secret, to whoever it names."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Go nowhere else than where the configuration says."""


def ask(request: Request, *, seconds: float, most: int, handlers: tuple[BaseHandler, ...] = ()) -> Reply:
    """Ask once, and give the answer with at most so many bytes; raises NoAnswer, or NotReached of it.

    The library's limit holds for each read, and a drop at a time would pass it for ever: here the connection itself is
    cut when the time is over, whether headers or body are still to come.
    """
    with _Watch(seconds) as watch:
        opener = build_opener(NoRedirect, _Watched(watch), *handlers)
        try:
            try:
                response = opener.open(request, timeout=seconds)
            except HTTPError as refused:
                response = refused
            with response:
                reply = Reply(response.status, _read(response, most), response.headers.get_content_type())
        except (OSError, HTTPException, ValueError) as error:
            seen = "it came too slowly" if watch.is_over else str(error) or type(error).__name__
            raise (NoAnswer if watch.was_connected else NotReached)(seen) from error
        # The end of a cut answer looks like its own end.
        if watch.is_over:
            raise NoAnswer("it came too slowly")
    return reply


def fetch(request: Request, *, seconds: float, most: int) -> bytes:
    """Ask once for something that has to be there, and give its bytes; raises NoAnswer also for any status but 200."""
    reply = ask(request, seconds=seconds, most=most)
    if reply.status != HTTPStatus.OK:
        raise NoAnswer(f"status {reply.status}")
    return reply.body


def _read(response: HTTPResponse | HTTPError, most: int) -> bytes:
    body = b""
    while piece := response.read(PIECE):
        body += piece
        if len(body) > most:
            raise ValueError("it is too long")
    return body


class _Watch:
    """Cuts the connections that were entered when the time is over."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()
        for one in self._sockets:
            one.close()

    @property
    def was_connected(self) -> bool:
        """Whether anybody was reached."""
        return bool(self._sockets)

    def enter(self, connected: socket.socket) -> None:
        """Watch a connection: by a second handle, which stays valid whatever the library wraps or closes."""
        self._sockets.append(connected.dup())
        if self.is_over:
            self._cut()

    def _cut(self) -> None:
        self.is_over = True
        for one in list(self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Connection(HTTPConnection):
    """A connection that is watched from its first byte on, before anything is encrypted over it."""

    watch: _Watch

    def connect(self) -> None:
        """Reach the server."""
        super().connect()
        self.watch.enter(self.sock)


class _EncryptedConnection(HTTPSConnection, _Connection):
    """The same under TLS, whose handshake follows on :meth:`_Connection.connect`."""


class _Watched(HTTPSHandler, HTTPHandler):
    """Opens either kind of address over a watched connection."""

    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self._watch = watch

    def http_open(self, req: Request) -> HTTPResponse:
        """Open as it is."""
        return self._opened(_Connection, req)

    def https_open(self, req: Request) -> HTTPResponse:
        """Open encrypted."""
        return self._opened(_EncryptedConnection, req)

    def _opened(self, kind: type[_Connection | _EncryptedConnection], req: Request) -> HTTPResponse:
        def connection(host: str, /, **options: Any) -> HTTPConnection:
            made = kind(host, **options)
            made.watch = self._watch
            return made

        return self.do_open(connection, req)
