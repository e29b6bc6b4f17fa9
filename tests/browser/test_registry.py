# SPDX-License-Identifier: EUPL-1.2
"""The registry's desk: letters on paper entered by keys alone, a book read one's own way, letters for the messenger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import RUN, marked
from tests.vault.making import pdf

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.people import Office

pytestmark = pytest.mark.browser

SUBJECT = marked("كتاب ورقي بشأن عقد الصيانة")
UNCONNECTED = ("الخطوط", "الخطوط الجوية الكويتية")
"""A body of the demonstration that gets its letters on paper."""


def test_letters_on_paper_are_entered_by_keys_and_the_next_one_opens_focused(office: Office) -> None:
    clerk = office.person("clerk.fl")
    page = clerk.go("/letters/scans/").page
    clerk.look("scans-empty")
    names = [f"scan-{RUN}-{number}.pdf" for number in (1, 2)]
    page.locator("#id_files").set_input_files(
        [{"name": name, "mimeType": "application/pdf", "buffer": pdf()} for name in names]
    )
    expect(page.locator("#id_source")).to_be_focused()
    expect(page.locator("#id_their_date")).to_have_value("")  # the date is read from the letter
    clerk.look("scan")

    keys, reference = page.keyboard, f"ص/{RUN}"
    _strike(page.locator("#id_source"), "وزارة الصحة")  # a list finds its line by what is typed
    keys.press("Tab")
    keys.insert_text(reference)
    keys.press("Tab")
    page.locator("#id_their_date").fill("2026-11-01")
    page.locator("#id_subject").focus()
    keys.insert_text(SUBJECT)
    keys.press("Control+Enter")
    expect(page.locator("#toasts .toast")).to_be_visible()
    expect(page.locator("h1")).to_have_text(names[1])
    expect(page.locator("#id_source")).to_be_focused()

    _strike(page.locator("#id_source"), "وزارة الصحة")
    page.locator("#id_their_reference").fill(reference)
    page.locator("#id_their_reference").press("Tab")
    expect(page.locator(".twins")).to_contain_text(SUBJECT)
    clerk.look("scan-twin")
    clerk.button("No letter: put this scan away").click()
    expect(page.locator("h1", has_text=names[1])).to_have_count(0)
    clerk.go(f"/registers/incoming/?q={reference}")
    expect(clerk.row(SUBJECT)).to_be_visible()


def test_a_book_is_read_with_one_s_own_columns_and_a_digit_anywhere_begins_a_number(office: Office) -> None:
    clerk = office.person("clerk.fl")
    page = clerk.go("/registers/incoming/?all=1").page
    clerk.look("incoming-book")
    head = page.locator("th[data-column=from]")
    before = _width(head)
    head.locator(".grip").focus()
    with page.expect_response("**/registers/incoming/widths/"):
        for _ in range(4):
            page.keyboard.press("ArrowLeft")  # the end of a column lies on the left here: it grows
    after = _width(head)
    assert after > before + 40
    page.reload()
    assert abs(_width(head) - after) <= 2

    page.locator("h1").click()
    with page.expect_response("**/registers/incoming/?**"):
        page.keyboard.type("1")
    expect(page.locator("[data-serial-filter]")).to_be_focused()
    expect(page.locator("#book [data-row]").first).to_have_attribute("data-serial", "1")

    page.locator(".views summary").focus()
    page.keyboard.press("Enter")
    page.locator(".views input[name=column][value=urgency]").uncheck()
    page.locator(".views input[name=name]").fill(f"عرض {RUN}")
    clerk.look("incoming-views")
    clerk.button("Save the view").click()
    expect(page.locator("th[data-column=urgency]")).to_have_count(0)
    expect(page.locator(".views .chip[aria-current]", has_text=f"عرض {RUN}")).to_be_visible()


def test_a_letter_to_an_unconnected_body_is_handed_over_and_numbered_by_its_slip(office: Office) -> None:
    reference = office.send(marked("كتاب إلى جهة غير مرتبطة"), to=UNCONNECTED)
    clerk = office.person("clerk.mof")
    page = clerk.go("/registers/handover/").page
    clerk.look("handover")
    clerk.row(reference).locator("[data-open-row]").click()
    clerk.look("key-in")
    page.locator("#id_taken_by").fill("مندوب الجهة")
    page.locator("#id_their_reference").fill(f"و/{RUN}")
    page.locator("main form button.btn-p").first.click()
    expect(page.locator("#toasts .toast")).to_be_visible()
    expect(clerk.go("/registers/handover/").row(reference)).to_have_count(0)


def test_the_books_read_in_english_on_a_dark_screen(office: Office) -> None:
    clerk = office.person("clerk.moh")
    for path, name in (
        ("/registers/incoming/?all=1", "incoming-book"), ("/registers/outgoing/?all=1", "outgoing-book"),
        ("/registers/handover/", "handover"), ("/letters/scans/", "scans-empty"), ("/registers/day/", "day"),
    ):  # fmt: skip
        clerk.go(path).look(name)


def _width(head: Locator) -> float:
    box = head.bounding_box()
    assert box is not None
    return box["width"]


def _strike(field: Locator, text: str) -> None:
    """Choose a line of a list by its first words, key by key: what inserts text at once reaches no list."""
    field.page.wait_for_load_state()
    field.focus()
    keyboard = field.page.context.new_cdp_session(field.page)
    for letter in text:
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": letter, "text": letter})
        keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": letter})
    keyboard.detach()
    expect(field.locator("option:checked")).to_have_text(text)
