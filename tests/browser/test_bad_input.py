# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong is told in place and in both languages: what happened, what is safe, what to do. Nothing typed is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from mukatabat.access.errors import SignInRefused
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import DirectionMarks
from mukatabat.vault.errors import BrokenFile, EmptyFile, NameLies, PasswordProtected
from tests.browser.people import marked
from tests.vault.making import DOS_PROGRAM, encrypted_pdf, pdf

if TYPE_CHECKING:
    from mukatabat.kernel.errors import MukatabatError
    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("login", ["adviser.mof", "adviser.moh"])
"""The first reads Arabic, the second English."""


def _told(person: Person, kind: type[MukatabatError]) -> None:
    """The summary says what is safe and what to do, in the person's words."""
    summary = person.page.locator(".oops, .facts").first
    expect(summary).to_be_visible()
    for part in (kind.safe, kind.do):
        expect(summary).to_contain_text(person.said(part))


@BOTH
def test_a_subject_with_hidden_direction_marks_is_refused_and_stays_in_the_field(office: Office, login: str) -> None:
    author = office.person(login)
    author.begin_letter()
    author.fill(subject="عقد \u202e8102 رقم", text="النص باق")
    expect(author.page.locator("[data-trouble]")).to_be_visible()
    author.button("Send for approval").click()
    _told(author, DirectionMarks)
    author.look("compose-refused")
    expect(author.page.locator("#id_subject")).to_have_value("عقد \u202e8102 رقم")
    author.expect_text("النص باق")


@BOTH
def test_files_that_letters_do_not_carry_are_refused_with_their_reason(office: Office, login: str) -> None:
    author = office.person(login)
    author.begin_letter()
    author.fill(subject="مرفقات معيبة", text="النص باق")
    offered = (
        ("lying.pdf", DOS_PROGRAM, NameLies), ("empty.pdf", b"", EmptyFile), ("locked.pdf", encrypted_pdf("x"), PasswordProtected),
        ("broken.pdf", pdf()[:200], BrokenFile),
    )  # fmt: skip
    for name, content, kind in offered:
        author.attach(name, content)
        expect(author.page.locator(".oops")).to_contain_text(name)
        _told(author, kind)
        author.expect_text("النص باق")
    author.look("file-refused")
    expect(author.page.locator(".files .file")).to_have_count(0)
    author.attach("sound.pdf", pdf())
    expect(author.page.locator(".files .file")).to_have_count(1)


@BOTH
def test_an_unfinished_letter_names_what_is_missing(office: Office, login: str) -> None:
    author = office.person(login)
    author.begin_letter()
    author.fill(subject="كتاب ناقص")
    author.page.locator("#id_signer").select_option("")  # the last letter's is preset
    author.button("Send for approval").click()
    for missing in ("Name the recipient.", "Write the text of the letter.", "Choose who signs."):
        expect(author.page.locator(".oops")).to_contain_text(author.word(missing))
    author.link("Name the recipient.").click()
    expect(author.page.locator("#id_to")).to_be_focused()
    author.look("unfinished")


@BOTH
def test_a_body_that_cannot_be_addressed_is_not_offered(office: Office, login: str) -> None:
    author = office.person(login)
    author.begin_letter()
    author.page.locator("#id_to").fill("وزارة لا وجود لها")
    expect(author.page.locator("#to-options")).to_contain_text(author.word("No body of that name or code."))
    own = "المالية" if login == "adviser.mof" else "الصحة"
    author.page.locator("#id_to").fill(f"وزارة {own}")
    expect(author.page.locator("#to-options")).to_contain_text(author.word("No body of that name or code."))
    author.look("no-such-body")


@BOTH
def test_a_letter_of_another_body_is_not_there(office: Office, login: str) -> None:
    stranger = office.person(login)
    stranger.go("/letters/0190a5c4-0000-7000-8000-000000000000/")
    _told(stranger, NotFoundOrForbidden)
    stranger.look("not-found")


def test_a_wrong_password_says_what_to_do(office: Office) -> None:
    stranger = office.stranger("adviser2.fl").go("/sign-in/")
    stranger.page.locator("#id_login").fill("adviser2.fl")
    stranger.page.locator("#id_password").fill("not the password")
    stranger.page.get_by_role("main").get_by_role("button").first.click()
    expect(stranger.page.locator("main")).to_contain_text(stranger.said(SignInRefused.happened))
    stranger.look("sign-in-refused")


def test_two_clerks_at_one_arrival_make_one_entry(office: Office) -> None:
    reference = office.send(marked("كتاب يصل إلى كاتبين"))
    quick, slow = office.person("clerk.fl"), office.person("clerk2.fl")
    for clerk in (quick, slow):
        clerk.take_from_tray(reference)
    number = quick.register()
    slow.button("Register and refer").click()
    expect(slow.page.locator("main")).to_contain_text(number)
    slow.look("registered-by-another")
    slow.go(f"/registers/incoming/?q={reference}")
    expect(slow.page.locator("[data-row]")).to_have_count(1)
