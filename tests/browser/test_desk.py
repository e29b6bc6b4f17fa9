# SPDX-License-Identifier: EUPL-1.2
"""Without a mouse: letters are read and signed together, items are done and undone, commands are found; at any size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mukatabat.web.demo.people import fresh_code
from tests.browser.many import letters_to_sign
from tests.browser.people import marked
from tests.browser.screens import SIDEWAYS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.people import Office

pytestmark = pytest.mark.browser

SUBJECT = marked("اعتماد صرف الدفعة")
ITEM = marked("طلب الرأي في لائحة المخازن")
PLACES = (
    "/work/",
    "/work/approval/",
    "/letters/signing/",
    "/registers/incoming/",
    "/account/sessions/",
    "/letters/new/",
)


def test_a_signer_reads_letters_and_signs_them_together_by_keys_alone(office: Office) -> None:
    letters_to_sign(office, SUBJECT, 3)
    signer = office.person("signer.mof")
    page = signer.go("/letters/signing/").page
    keys = page.keyboard
    ticks = page.locator("li", has_text=SUBJECT).locator("input[name=letter]")
    expect(ticks).to_have_count(3)
    signer.look("batch")
    for number in range(3):
        _stand_on(page, SUBJECT, after=number)
        if number == 0:
            keys.press("Enter")
            expect(page.locator("[data-stage]")).to_be_focused()
            keys.press("End")
            expect(ticks.nth(0)).to_be_checked()
            keys.press("Escape")
        else:
            expect(page.locator("#peek:not([data-stale])")).to_be_attached()
            keys.press("x")
    expect(page.locator("[data-ready]")).to_contain_text("3")
    keys.press("Control+Shift+Enter")

    expect(page.locator(".signing-list li", has_text=SUBJECT)).to_have_count(3)
    signer.look("batch-confirm")
    if page.locator("#id_code").count():
        expect(page.locator("#id_code")).to_be_focused()
        keys.type(fresh_code("signer.mof"))
    keys.press("Control+Shift+Enter")
    expect(page.locator("#batch li.signed")).to_have_count(3, timeout=60_000)
    expect(page.locator("#batch li:not(.signed)")).to_have_count(0)
    signer.look("batch-signed")


def test_an_item_is_done_and_brought_back_by_keys_alone(office: Office) -> None:
    clerk = office.person("clerk.fl")
    clerk.take_from_tray(office.send(ITEM))
    clerk.register(to="منيرة الصالح", note="للدراسة")
    page = office.person("head.fl").go("/work/").page
    _stand_on(page, ITEM)
    page.keyboard.press("x")
    expect(page.locator(".bulk")).to_be_visible()
    office.inspection.look(page, "bulk")
    page.keyboard.press("e")
    expect(page.locator("#toasts [data-key=KeyZ]")).to_be_visible()
    expect(page.locator("[data-row]", has_text=ITEM)).to_have_count(0)
    page.wait_for_load_state()  # the message is read before the scripts listen
    page.keyboard.press("z")
    expect(page.locator("[data-row]", has_text=ITEM)).to_have_count(1)


def test_the_palette_finds_pages_acts_and_letters(office: Office) -> None:
    person = office.person("clerk.fl")
    page = person.go("/work/").page
    page.keyboard.press("Control+k")
    line = page.locator("#palette-line")
    expect(line).to_be_focused()
    person.look("palette")
    page.keyboard.type("صادر")
    expect(page.locator("#palette-options [aria-selected=true]")).to_contain_text("الصادر")
    page.keyboard.press("Enter")
    page.wait_for_url("**/registers/outgoing/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text("لا كتاب كهذا")
    expect(page.locator("#command-find")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/?q=*")


def test_single_keys_rest_when_they_are_switched_off_and_held_keys_do_not(office: Office) -> None:
    page = office.person("adviser.fl").go("/work/").page
    page.locator("summary.who").click()
    page.locator("button[name=shortcuts][value=off]").click()
    expect(page.locator("body[data-shortcuts=off]")).to_be_attached()
    page.wait_for_load_state()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("dialog#shortcuts[open]")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-line")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("summary.who").click()
    page.locator("button[name=shortcuts][value=on]").click()
    expect(page.locator("body[data-shortcuts=off]")).to_have_count(0)


@pytest.mark.parametrize("login", ["signer.mof", "head.mpw"])
def test_nothing_runs_out_of_the_page_at_four_hundred_per_cent_and_with_text_of_double_size(
    office: Office, login: str
) -> None:
    page = office.person(login).page
    found = []
    for place in PLACES:
        page.goto(place)
        page.set_viewport_size({"width": 320, "height": 256})  # 1280 × 1024 at 400 per cent (WCAG 1.4.10)
        found += [f"{place} at 320: {one}" for one in page.evaluate(SIDEWAYS)]
        page.set_viewport_size({"width": 1280, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        found += [f"{place} with double text: {one}" for one in page.evaluate(SIDEWAYS)]
    assert found == []


def _stand_on(page: Page, text: str, *, after: int = 0) -> None:
    """Walk down the list until the row that holds a text is the present one; ``after`` so many others of them."""
    wanted = page.locator("[data-row]", has_text=text).nth(after)
    for _ in range(150):
        if wanted.get_attribute("aria-current"):
            return
        page.keyboard.press("j")
    pytest.fail("no key leads to the row")
