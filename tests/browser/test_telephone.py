# SPDX-License-Identifier: EUPL-1.2
"""Signing by telephone: a key recorded by two, a letter released, refused and left to lapse, a batch released at once.

A site of its own beside the others, because its persons have no keys here: the trust service provider keeps them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from mukatabat.directory.vocabulary import SignerCustody
from mukatabat.letters.errors import SignatureTimedOut
from mukatabat.registers.rules import VoidReason
from tests.browser.many import letters_to_sign
from tests.browser.people import APPROVAL, Office, Person, found, marked
from tests.browser.telephone import Telephone, trust_service
from tests.conftest import demonstration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator

pytestmark = pytest.mark.browser

SIGNER, NAME = "signer.mof", "طلال النصف"
NUMBER = "IDCKW-270030412345"
KNOWN_AS = "talal@provider.example"
PEOPLE = {KNOWN_AS: {"name": NAME, "number": NUMBER, "body": "وزارة المالية"}}
AGREE, REFUSE, LAPSE = "موافقة", "رفض", "انقضاء المهلة"
SUBJECT = marked("كتاب يوقّع بالهاتف")
BATCH = 2


@dataclass
class Company:
    """Those before their screens, and the telephone in the signer's hand."""

    office: Office
    telephone: Telephone


@pytest.fixture
def company(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A site whose persons sign by telephone, on a state that MUKATABAT_TELEPHONE_VAR names or on a fresh one."""
    folder = Path(os.environ.get("MUKATABAT_TELEPHONE_VAR") or tmp_path_factory.mktemp("site"))
    beside = tmp_path_factory.mktemp("provider")
    with (
        trust_service(PEOPLE, beside, authority=folder / "signing") as service,
        demonstration(folder, beside / "output.txt", **service.told) as site,
    ):
        office = Office(chromium, site)
        with office.inspected():
            yield Company(office, Telephone(chromium, service))


def test_a_signer_confirms_refuses_and_leaves_unanswered_on_the_telephone(company: Company) -> None:
    office, telephone = company.office, company.telephone
    _record_the_key(office)
    letters_to_sign(office, SUBJECT, 1 + BATCH)
    signer = office.person(SIGNER)
    _refuse(signer, telephone)
    letter = _confirm(signer, telephone)
    signer.settle_in("en", "dark")
    _let_lapse(signer, telephone)
    _sign_a_batch(signer, telephone)
    _look_who_held_the_key(signer, letter)
    telephone.close()


# ── whose key ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _record_the_key(office: Office) -> None:
    """One proposes what the provider says, another compares and confirms."""
    first = office.person("admin.mof").go("/directory/people/")
    first.page.locator("main input[name=q]").fill(NAME)
    first.page.locator("main input[name=q]").press("Enter")
    first.link(NAME).click()
    expect(first.page.locator("h1", has_text=NAME)).to_be_visible()
    first.page.locator("main a[href$='/signer/']").click()
    expect(first.page.locator("dialog#sheet[open] #id_user_id")).to_be_focused()
    first.look("telephone-key-sheet")
    _propose(first, "nobody@provider.example")
    expect(first.page.locator("main .oops")).to_be_focused()
    _propose(first, KNOWN_AS)
    expect(first.page.locator(".banner.brass")).to_be_visible()

    second = office.person("admin2.mof").go("/directory/changes/")
    second.row(NAME).get_by_role("link").first.click()
    for shown in (NAME, NUMBER, KNOWN_AS):
        expect(second.page.locator("main")).to_contain_text(shown)
    second.look("telephone-key-change")
    second.prove()
    second.button("Confirm as the second person").click()
    told = second.word("Confirmed. The person signs with this key from now on.")
    expect(second.page.locator("#toasts .toast")).to_contain_text(told)
    first.page.reload()
    expect(first.page.locator("main .meta", has_text=KNOWN_AS)).to_contain_text(NUMBER)
    first.look("telephone-key")


def _propose(admin: Person, name: str) -> None:
    admin.page.locator("#id_user_id").fill(name)
    admin.page.keyboard.press("Tab")
    expect(admin.page.locator("#id_reason")).to_be_focused()
    admin.page.locator("#id_reason").fill("أول توقيع بالهاتف")
    admin.page.keyboard.press("Control+Enter")


# ── one letter ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _begin(signer: Person, telephone: Telephone, number: int) -> str:
    """Sign a letter by keys until the telephone rings with its reference; returns that."""
    page = signer.page
    signer.open_item(f"{SUBJECT} ({number})", tab=APPROVAL)
    signer.look("telephone-sign")
    page.locator("#id_read").focus()
    page.keyboard.press("Space")
    signer.prove()
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator("#signing h2", has_text=signer.word("Confirm on your telephone"))).to_be_visible()
    signer.look("telephone-waiting")
    reference = found(page.locator("#signing").inner_text(), "O")
    telephone.asked(reference)
    return reference


def _refuse(signer: Person, telephone: Telephone) -> None:
    """The person says no; the number is void with the reason, and the letter waits for its signer again."""
    reference = _begin(signer, telephone, 1)
    signer.page.locator("#give-up").focus()
    # The page looks by itself; while nothing is new it stays as it stands, and takes the focus from nobody.
    with signer.page.expect_response(lambda answer: "seen=" in answer.url) as looked:
        pass
    assert looked.value.status == HTTPStatus.NO_CONTENT
    expect(signer.page.locator("#give-up")).to_be_focused()
    telephone.press(REFUSE)
    told = signer.page.locator("#signing .facts")
    expect(told).to_contain_text(reference)
    expect(told).to_contain_text(signer.said(VoidReason.DECLINED.label))
    signer.look("telephone-refused")


def _confirm(signer: Person, telephone: Telephone) -> str:
    """The same letter once more, under a new number, and now the person agrees; returns the address of the letter."""
    signer.link("Open the draft").click()
    reference = _begin(signer, telephone, 1)
    telephone.press(AGREE)
    expect(signer.page.locator("#signing .st-ok", has_text=signer.word("Signed"))).to_be_visible()
    expect(signer.page.locator("#signing h2")).to_have_text(reference)
    signer.look("telephone-signed")
    signer.link("Open the letter").click()
    signer.arrive(signer.page.locator(".crumb", has_text=reference))
    return urlsplit(signer.page.url).path


def _let_lapse(signer: Person, telephone: Telephone) -> None:
    """Nobody answers, and the provider waits no longer."""
    reference = _begin(signer, telephone, 2)
    telephone.press(LAPSE)
    told = signer.page.locator("#signing .facts")
    expect(told).to_contain_text(signer.said(SignatureTimedOut.happened))
    expect(told).to_contain_text(reference)
    signer.look("telephone-lapsed")


# ── many ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _sign_a_batch(signer: Person, telephone: Telephone) -> None:
    """What lapsed and another letter are released by one confirmation, which shows both numbers."""
    page, keys = signer.go("/letters/signing/").page, signer.page.keyboard
    rows = page.locator("[data-row]", has_text=SUBJECT)
    for number in range(BATCH):
        _walk_to(rows.nth(number))
        expect(page.locator("#peek[data-stale]")).to_have_count(0)
        keys.press("x")  # marks what is shown, and goes on to the next
    keys.press("Control+Shift+Enter")
    expect(page.locator(".signing-list li")).to_have_count(BATCH)
    signer.look("telephone-batch-confirm")
    signer.prove()
    keys.press("Control+Shift+Enter")
    expect(page.locator("#batch li.signing .ref")).to_have_count(BATCH)
    expect(page.locator("#batch .banner", has_text=signer.word("Confirm on your telephone."))).to_be_visible()
    signer.look("telephone-batch")
    telephone.asked(*page.locator("#batch li.signing .ref").all_inner_texts())
    telephone.press(AGREE)
    expect(page.locator("#batch li.signed")).to_have_count(BATCH)
    signer.look("telephone-batch-signed")


def _walk_to(row: Locator) -> None:
    for _ in range(120):
        if row.get_attribute("aria-current"):
            return
        row.page.keyboard.press("j")
    pytest.fail("j leads nowhere")


def _look_who_held_the_key(signer: Person, letter: str) -> None:
    """A key that is for trying is not called one that the signer alone could use."""
    signer.go(f"{letter}?panel=data").look("telephone-custody")
    expect(signer.page.locator("main").get_by_text(signer.said(SignerCustody.STAND_IN.label))).to_be_visible()
