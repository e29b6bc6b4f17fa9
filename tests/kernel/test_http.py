# SPDX-License-Identifier: EUPL-1.2
"""Questions to other servers: whole answers of any status, and an end for whoever dribbles, floods or sends us on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import ProxyHandler, Request

import pytest

from mukatabat.kernel.http import NoAnswer, Reply, ask

SOON = 0.3
Say = Callable[[BaseHTTPRequestHandler, threading.Event], None]


@contextmanager
def served(say: Say) -> Iterator[str]:
    """A server on the loopback that says this until the test is over."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):  # the other side may have had enough
                say(self, over)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            over.set()
            server.shutdown()


def asked(url: str, *, most: int = 1000) -> Reply:
    return ask(Request(url), seconds=SOON, most=most, handlers=(ProxyHandler({}),))


def with_status(status: int, *headers: tuple[str, str], body: bytes = b"words") -> Say:
    def say(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return say


def dribble(first: bytes) -> Say:
    def say(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        handler.wfile.write(first)
        while not over.wait(0.02):
            handler.wfile.write(b"x")

    return say


def silent(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    over.wait(60)


@pytest.mark.parametrize("status", [200, 404, 409, 503])
def test_an_answer_of_any_status_comes_whole(status: int) -> None:
    with served(with_status(status, ("Content-Type", "text/x.tlog.size"))) as url:
        assert asked(url) == Reply(status, b"words", "text/x.tlog.size")


def test_a_redirection_is_an_answer_and_is_not_followed() -> None:
    with served(with_status(302, ("Location", "http://127.0.0.1:1/"))) as url:
        assert asked(url).status == 302


@pytest.mark.parametrize(
    "say",
    [
        dribble(b"HTTP/1.1 200 OK\r\n\r\n"), dribble(b"HTTP/1.1 200 OK\r\nX-Long: "), dribble(b"HT"), silent,
        dribble(b"HTTP/1.1 503 No\r\n\r\n"),
    ],
)  # fmt: skip
def test_whoever_dribbles_body_or_headers_is_cut_off(say: Say) -> None:
    with served(say) as url, pytest.raises(NoAnswer, match=r"slow|timed out"):
        asked(url, most=10**9)


@pytest.mark.parametrize("body", [b"0" * 1001, b"0" * 200_000])
def test_more_than_may_come_is_no_answer(body: bytes) -> None:
    with served(with_status(200, body=body)) as url, pytest.raises(NoAnswer, match="too long"):
        asked(url)


def test_nobody_there_and_no_http_are_no_answers() -> None:
    with served(silent) as url:
        pass
    with pytest.raises(NoAnswer):
        asked(url)
    with served(lambda handler, _: handler.wfile.write(b"SSH-2.0-x\r\n")) as url, pytest.raises(NoAnswer):
        asked(url)
