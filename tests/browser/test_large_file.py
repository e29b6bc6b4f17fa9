# SPDX-License-Identifier: EUPL-1.2
"""A large file goes up in parts, waits while the connection is away, and becomes an attachment like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from tests.browser.people import Office

pytestmark = pytest.mark.browser

LARGE = ("سطر من ملف كبير " * 40 + "\n").encode() * 20_000


def test_a_large_file_survives_a_lost_connection(office: Office) -> None:
    author = office.person("adviser.mof")
    page = author.page
    author.begin_letter()
    author.fill(subject="مرفق كبير", text="النص باق")
    tried: list[str] = []

    def lost(route: Route) -> None:
        """The connection breaks once, in the middle of the second part."""
        if route.request.method == "PATCH":
            tried.append(route.request.headers["upload-offset"])
            if len(tried) == 2:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route("**/letters/uploads/**", lost)
    author.attach("كبير.txt", LARGE)
    expect(page.locator(".files .file").filter(has_text="كبير.txt")).to_be_visible(timeout=60_000)
    assert tried[1] == tried[2] != "0", "it went on where it had stopped"
    assert len(tried) > 3
