# SPDX-License-Identifier: EUPL-1.2
"""The screens that the stories pass by, in Arabic on light and in English on dark: sound, within their width, silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.people import Office

pytestmark = pytest.mark.browser

PLACES = {
    "outgoing": "/registers/outgoing/", "memos": "/registers/memos/", "day": "/registers/day/",
    "confidential": "/registers/confidential/", "arrivals": "/registers/tray/", "following": "/work/following/",
    "done": "/work/done/", "notices": "/notices/", "times": "/work/times/", "memo": "/letters/new/?kind=memo",
    "found-nothing": "/find/?q=لا-يوجد-كهذا", "sessions": "/account/sessions/", "second-factor": "/account/second-factor/",
    "password": "/account/password/",
}  # fmt: skip


@pytest.mark.parametrize("login", ["clerk.fl", "clerk.mpw"])
def test_every_other_screen_is_sound(office: Office, login: str) -> None:
    clerk = office.person(login)
    for name, path in PLACES.items():
        clerk.go(path)
        expect(clerk.page.locator("main h1").first).to_be_visible()
        clerk.look(f"place-{name}")


def test_the_menus_open_over_the_page(office: Office) -> None:
    page = office.person("head.fl").go("/work/").page
    page.locator("summary.icon-btn").click()
    expect(page.locator(".drop.wide .more, .drop.wide .empty").first).to_be_visible()
    office.inspection.look(page, "bell")
    page.locator("summary.who").click()
    expect(page.locator(".pref")).to_be_visible()
    office.inspection.look(page, "menu")
