# SPDX-License-Identifier: EUPL-1.2
"""Without a mouse: from sign-in to the queue, into a letter, and the letter on to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mukatabat.access.demo import DEMO_PASSWORD
from mukatabat.web.demo.people import fresh_code
from tests.browser.people import marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.people import Office

pytestmark = pytest.mark.browser

SUBJECT = marked("بيان موقف الدعاوى العمالية")


def test_a_head_signs_in_opens_an_item_and_refers_it_by_keys_alone(office: Office) -> None:
    clerk = office.person("clerk.fl")
    clerk.take_from_tray(office.send(SUBJECT))
    clerk.register(to="بدر العنزي", note="للدراسة")

    page = office.stranger("circle1.fl").page
    keys = page.keyboard
    page.goto("/sign-in/")
    keys.type("circle1.fl")
    keys.press("Tab")
    keys.type(DEMO_PASSWORD)
    keys.press("Enter")
    page.wait_for_url("**/sign-in/code/**")
    keys.type(fresh_code("circle1.fl"))
    keys.press("Enter")
    page.wait_for_selector("nav.rail")
    keys.press("g")
    keys.press("q")
    page.wait_for_url("**/work/")
    _walk_to(page, "j", lambda: SUBJECT in _standing_row(page))
    keys.press("Enter")
    expect(page.locator("h1", has_text=SUBJECT)).to_be_visible()
    page.wait_for_load_state()

    keys.press("f")
    expect(page.locator("dialog#sheet[open] #id_to")).to_be_focused()
    _walk_to(page, "ArrowDown", lambda: "دلال المنصور" in page.locator("#id_to option:checked").inner_text())
    _walk_to(page, "Tab", lambda: page.locator("#id_note:focus").count() == 1)
    keys.insert_text("لإعداد مذكرة بالرأي")
    keys.press("Control+Enter")
    expect(page.locator("#toasts .toast")).to_be_visible()
    assert not page.locator("header.hd [data-key=KeyF]").count(), "the item is no longer the head's"


def test_the_first_stop_of_every_page_skips_to_its_content(office: Office) -> None:
    page = office.person("clerk.fl").go("/work/").page
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("dialog#shortcuts[open]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#shortcuts[open]")).to_have_count(0)
    page.keyboard.press("Slash")
    expect(page.locator("[data-find]")).to_be_focused()


def _standing_row(page: Page) -> str:
    row = page.locator("[data-row]:focus")
    return row.inner_text() if row.count() else ""


def _walk_to(page: Page, key: str, arrived: Callable[[], bool]) -> None:
    """Press one key until it is so, as somebody does who watches the screen."""
    for _ in range(120):
        if arrived():
            return
        page.keyboard.press(key)
    pytest.fail(f"{key} leads nowhere")
