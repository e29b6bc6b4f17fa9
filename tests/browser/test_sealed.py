# SPDX-License-Identifier: EUPL-1.2
"""A secret letter on its readers' screens: its data, and its original, saved for a reason and said on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import DEPARTMENT, marked

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

ARABIC = ("mof", DEPARTMENT, "طلال النصف", "جاسم العوضي")
ENGLISH = ("moh", ("works", "Ministry of Public Works"), "Adel Al-Bannai", "Faisal Al-Shammari")


@pytest.mark.parametrize(("body", "to", "signer", "approver"), [ARABIC, ENGLISH], ids=["arabic", "english"])
def test_the_original_of_a_secret_letter_is_saved_and_the_page_says_so(
    office: Office, body: str, to: tuple[str, str], signer: str, approver: str
) -> None:
    subject = marked("كتاب سري" if body == "mof" else "Sealed letter")
    author = office.person(f"adviser.{body}", documents=True)
    author.begin_letter()
    author.address(*to)
    author.fill(subject=subject, text="—", signer=signer)
    author.page.locator("#id_secrecy input[value=confidential]").check()
    author.choose("#id_approver", approver)
    author.submit()
    office.person(f"head.{body}").approve(subject)
    reference = office.person(f"signer.{body}").sign(subject, register="X")

    page = _open(author, reference)
    author.look("secret-letter")
    page.locator(".tabs a[href*='panel=data']").click()
    expect(page.get_by_role("heading", name=author.word("Who reads it"))).to_be_visible()
    author.look("secret-letter-data")

    page.locator("a[href$='/original/']").first.click()
    question = page.locator("form.pane", has=page.locator("#id_reason")).first
    question.locator("#id_reason").fill("للمحكمة")
    author.look("original-question")
    with page.expect_download() as saving:
        author.button("Save the original", within=question).click()
    assert saving.value.suggested_filename.endswith(".pdf")
    said = author.word("The original was handed to your browser, which saves it. The trail keeps that you took it.")
    expect(page.locator("#toasts .toast")).to_have_text(said)
    author.look("original-saved")


def _open(person: Person, reference: str) -> Page:
    page = person.go(f"/find/?q={reference}").page
    page.locator("[data-open-row]", has_text=reference).first.click()
    expect(page.locator(".crumb", has_text=reference)).to_be_visible()
    return page
