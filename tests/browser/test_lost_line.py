# SPDX-License-Identifier: EUPL-1.2
"""The line falls while a letter is being signed: one number, no doubt about where the letter stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.line import Line, line_to
from tests.browser.people import APPROVAL, found, marked, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser


@pytest.fixture
def line(office: Office) -> Iterator[Line]:
    """A line of this test's own to the site."""
    with line_to(office.site.port) as whole:
        yield whole


def _about_to_sign(office: Office, line: Line, subject: str) -> Person:
    author = office.person("adviser.mof")
    author.begin_letter()
    author.address("الفتوى", "إدارة الفتوى والتشريع")
    author.fill(subject=subject, text="يرجى التفضل بالإفادة.", signer="طلال النصف")
    author.choose("#id_approver", "جاسم العوضي")
    author.submit()
    office.person("head.mof").approve(subject)
    signer = office.person("signer.mof", base_url=f"http://mof.localhost:{line.port}")
    signer.open_item(subject, tab=APPROVAL)
    signer.field("I have read this letter and its attachments").check()
    signer.prove()
    return signer


def _rows(clerk: Person, subject: str) -> list[str]:
    """The rows of the outgoing book with that subject."""
    return clerk.go(f"/registers/outgoing/?q={subject}").page.locator("[data-row]").all_inner_texts()


def test_the_answer_is_lost_and_the_letter_is_signed_once(office: Office, line: Line) -> None:
    subject = marked("كتاب انقطع خطه عند التوقيع")
    signer, clerk = _about_to_sign(office, line, subject), office.person("clerk.mof")
    address = signer.page.url
    line.lose_answers()
    signer.button("Sign and send").click(no_wait_after=True)
    until(lambda: bool(_rows(clerk, subject)))
    line.cut()
    line.mend()
    signer.page.goto("about:blank")
    signer.go(address)  # what everybody does first: the same page again
    expect(signer.page.locator("button", has_text=signer.word("Sign and send"))).to_have_count(0)
    expect(signer.page.locator("main")).to_contain_text(found(_rows(clerk, subject)[0], "O"))
    signer.look("after-a-lost-line")
    assert len(_rows(clerk, subject)) == 1


def test_the_request_is_lost_and_nothing_was_numbered(office: Office, line: Line) -> None:
    subject = marked("كتاب لم يصل توقيعه")
    signer, clerk = _about_to_sign(office, line, subject), office.person("clerk.mof")
    address = signer.page.url
    line.cut()
    with signer.page.expect_event("requestfailed"):
        signer.button("Sign and send").click(no_wait_after=True)
    line.mend()
    assert _rows(clerk, subject) == []
    signer.go(address)
    signer.field("I have read this letter and its attachments").check()
    signer.prove()
    signer.button("Sign and send").click()
    signer.page.locator("#signing .st-ok", has_text=signer.word("Signed")).wait_for()
    assert len(_rows(clerk, subject)) == 1
