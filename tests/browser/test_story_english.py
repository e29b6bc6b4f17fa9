# SPDX-License-Identifier: EUPL-1.2
"""A shorter story in English on dark screens: one ministry informs another, whose adviser deals with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import marked

if TYPE_CHECKING:
    from tests.browser.people import Office

pytestmark = pytest.mark.browser

SUBJECT = marked("Access road to the new clinic")


def test_a_letter_is_written_sent_registered_and_done_in_english(office: Office) -> None:
    number = _write_and_sign(office)
    clerk = office.person("clerk.mpw", documents=True)
    clerk.take_from_tray(number)
    clerk.look("arrival")
    ours = clerk.register(to="Haifa Al-Jassar", note="Please advise")

    head = office.person("head.mpw")
    head.go("/work/").look("queue")
    head.open_item(SUBJECT)
    head.look("incoming-letter")
    head.refer(to="Yacoub Al-Sayegh", note="Please see whether the road is in this year's plan")
    adviser = office.person("adviser.mpw")
    adviser.open_item(SUBJECT)
    adviser.link("Mark done").click()
    question = adviser.page.locator("dialog#confirmation[open]")
    expect(question).to_be_visible()
    adviser.look("confirmation")
    question.locator("#id_reason").fill("It is in the plan; work begins in March")
    adviser.button("Mark done", within=question).click()
    expect(adviser.page.locator("#toasts .toast")).to_be_visible()

    author = office.person("adviser.moh")
    author.go(f"/find/?q={number}").look("find")
    author.page.locator("[data-open-row]", has_text=SUBJECT).first.click()
    for seen in (number, ours):
        expect(author.page.locator("main").get_by_text(seen).first).to_be_visible()
    expect(author.page.get_by_text("work begins in March")).to_have_count(0)
    author.look("letter")


def _write_and_sign(office: Office) -> str:
    author = office.person("adviser.moh")
    author.begin_letter()
    author.address("works", "Ministry of Public Works")
    author.fill(subject=SUBJECT, text="The clinic opens in May; its road is not paved yet.", signer="Adel Al-Bannai")
    author.choose("#id_approver", "Faisal Al-Shammari")
    author.wait_until_saved()
    author.look("compose")
    author.submit()
    author.look("letter-in-approval")
    office.person("head.moh").approve(SUBJECT)
    return office.person("signer.moh").sign(SUBJECT)
