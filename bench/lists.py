# SPDX-License-Identifier: EUPL-1.2
"""Every list screen over HTTP at a million letters, by role, beside an empty view in the same run."""

from __future__ import annotations

import argparse

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _filling import fill
from _site import HOST, Times, serving, time_page
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mukatabat.access.grants.queries import newest
from mukatabat.access.grants.rules import Shelf
from mukatabat.web.demo.browser import Browser
from mukatabat.web.demo.people import sign_in
from tests.cast import Cast

ROLES = ("clerk", "head", "adviser")
EMPTY = "/health/"
PAGES = {
    "work queue": "/work/",
    "incoming": "/registers/incoming/",
    "outgoing": "/registers/outgoing/",
    "memos": "/registers/memos/",
    "find a number": "/find/?q=4127%2F2026",
    "find words": "/find/?q=%D9%81%D8%B1%D9%88%D9%82%20%D8%A3%D8%B3%D8%B9%D8%A7%D8%B1",
}
CLERK_PAGES = {"tray": "/registers/tray/"}


def main() -> None:
    """Fill, serve, measure: one client on loopback, warm, ordinary users with grants."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    print(f"{options.letters:,} letters over 72 bodies, filled in {fill(options.letters):.0f} s")
    with serving() as port:
        empty = time_page(Browser(HOST, port), EMPTY, requests=options.requests)
        _print("-", empty, queries=0, empty=empty)
        for role in ROLES:
            browser = Browser(HOST, port)
            sign_in(browser, f"{role}.fl")
            pages = PAGES | (CLERK_PAGES if role == "clerk" else {}) | {"one letter": f"/letters/{_newest(role)}/"}
            for name, path in pages.items():
                times = time_page(browser, path, requests=options.requests)
                _print(f"{role}: {name}", times, queries=_queries(browser, path), empty=empty)


def _newest(role: str) -> str:
    """A letter near the newest that the role may see."""
    return str(newest(Cast()(f"{role}.fl"), Shelf.INCOMING).ids[0])


def _queries(browser: Browser, path: str) -> int:
    """The statements of one warm request, counted in process with the same session."""
    client = Client(HTTP_HOST=f"{browser.host}:{browser.port}")
    client.cookies.load({name: one.value for name, one in browser.cookies.items()})
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def _print(name: str, times: Times, *, queries: int, empty: Times) -> None:
    print(
        f"{name:26} median {times.median:7.1f} ms   p95 {times.p95:7.1f} ms   {queries:3} queries   "
        f"{times.size / 1024:6.0f} kB   {times.median / empty.median:5.1f} × the empty view"
    )


if __name__ == "__main__":
    main()
