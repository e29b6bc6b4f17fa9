# SPDX-License-Identifier: EUPL-1.2
"""Leave, the end of a post, a Hijri month and the picture of a signature, entered on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.story import signature_png

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("login", ["head.mof", "head.moh"])
def test_leave_is_entered_with_a_deputy_and_ended(office: Office, login: str) -> None:
    head = office.person(login)
    head.go("/directory/leave/").look("leave")
    own = head.page.locator("section.card").first
    head.link("Record a leave", within=own).click()
    sheet = _sheet(head, "sheet")
    last = sheet.locator("#id_starts").input_value()
    sheet.locator("#id_ends").fill(last)
    sheet.locator("#id_deputy").select_option(index=1)
    head.look("leave-sheet")
    head.button("Record a leave", within=sheet).click()
    expect(head.page.locator(".banner.warn")).to_be_visible()
    head.look("leave-away")
    head.link("End", within=own).first.click()
    head.look("leave-end")
    head.button("End the leave", within=_sheet(head, "confirmation")).click()
    expect(head.page.locator(".banner.warn")).to_have_count(0)


@pytest.mark.parametrize("login", ["admin.mof", "admin.moh"])
def test_a_post_that_somebody_holds_does_not_end(office: Office, login: str) -> None:
    first = office.person(login)
    first.go("/directory/structure/").look("structure")
    first.page.locator("tr", has=first.page.locator("small", has_text=first.word("Administrator"))).locator(
        ".post", has_text=first.word("Administrator")
    ).get_by_role("link").click()
    sheet = _sheet(first, "confirmation")
    expect(sheet).to_contain_text(first.word("Held by"))
    first.look("end-post")
    first.button("End", within=sheet).click()
    expect(first.page.locator("main .oops")).to_be_visible()
    first.look("end-post-refused")


def test_a_month_is_looked_at_proposed_and_declined(office: Office) -> None:
    operator = office.person("operator.cait")
    operator.go("/directory/calendar/").look("months")
    operator.page.locator("main td a.link").last.click()
    operator.page.locator("input[name=days]").first.check()
    operator.page.locator("#id_announcement").fill("هيئة الرؤية الشرعية")
    operator.button("Show the dates that move").click()
    expect(operator.page.locator("main table")).to_be_visible()
    operator.look("month")
    operator.button("Propose").click()
    expect(operator.page.locator("main td a.link", has_text=operator.word("Waits for a second person"))).to_be_visible()
    second = office.person("signer.cait")
    second.go("/directory/changes/").row(operator.word("Beginning of a Hijri month")).get_by_role("link").first.click()
    expect(second.page.locator("main table")).to_be_visible()
    second.look("month-change")
    second.page.locator("details summary", has_text=second.word("Decline it")).click()
    second.page.locator("details textarea").fill("تجربة")
    second.button("Decline").last.click()
    expect(second.page.locator("#toasts .toast")).to_be_visible()


@pytest.mark.parametrize("login", ["signer.mof", "signer.moh"])
def test_a_signer_sets_the_picture_and_sees_it_on_a_letter(office: Office, login: str) -> None:
    signer = office.person(login)
    signer.go("/letters/signature/").look("signature-none")
    file = {"name": "توقيع.png", "mimeType": "image/png", "buffer": signature_png(paper=True)}
    signer.page.locator("#id_picture").set_input_files([file])
    signer.button("Set the picture").click()
    expect(signer.page.locator(".hand img")).to_be_visible()
    signer.look("signature")
    signer.button("Take the picture away").click()
    expect(signer.page.locator(".hand img")).to_have_count(0)


def _sheet(person: Person, name: str) -> Locator:
    sheet = person.page.locator(f"dialog#{name}[open]")
    expect(sheet).to_be_visible()
    return sheet
