# SPDX-License-Identifier: EUPL-1.2
"""The first letter, in Arabic: a ministry asks, the Department answers, each before their own screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import marked
from tests.vault.making import pdf

if TYPE_CHECKING:
    from tests.browser.people import Office

pytestmark = pytest.mark.browser

SUBJECT = marked("طلب الرأي بشأن تمديد عقد صيانة المباني")
QUESTION = (
    "يرجى التفضل بإبداء الرأي القانوني في مدى جواز تمديد عقد صيانة المباني المبرم مع الشركة المنفذة.\n\n"
    "أولًا: صورة العقد وملاحقه.\nثانيًا: كتاب الشركة."
)
ANSWER = "نفيدكم بأنه لا مانع قانونًا من التمديد متى توافرت شروطه.\n\nأولًا: سريان الاعتماد المالي."


def test_a_question_goes_out_and_its_answer_comes_back(office: Office) -> None:
    asked = _ask(office)
    registered = _take_in(office, asked)
    answered = _answer(office, asked)
    clerk = office.person("clerk.mof")
    clerk.take_from_tray(answered)
    expect(clerk.page.locator(".crumb", has_text=asked)).to_be_visible()
    answer_number = clerk.register()

    adviser = office.person("adviser.mof", documents=True)
    adviser.page.goto("/")
    adviser.page.locator("[data-find]").fill(asked)
    adviser.page.keyboard.press("Enter")
    adviser.page.wait_for_url("**/find/**")
    adviser.look("find")
    adviser.page.locator("[data-open-row]", has_text=SUBJECT).first.click()
    letter = adviser.page.locator("main")
    for number in (asked, registered, answer_number):
        expect(letter.get_by_text(number).first).to_be_visible()
    adviser.look("letter")
    letter.locator(".crumb").get_by_text(answer_number).click()
    expect(letter.get_by_text(answered).first).to_be_visible()


def _ask(office: Office) -> str:
    adviser = office.person("adviser.mof")
    adviser.begin_letter()
    adviser.address("الفتوى", "الفتوى والتشريع")
    adviser.choose("#id_letter_type", "رأي")
    adviser.fill(subject=SUBJECT, text=QUESTION, signer="طلال النصف")
    adviser.choose("#id_approver", "جاسم العوضي")  # else the route is the one that was usual until now
    adviser.wait_until_saved()
    adviser.attach("صورة العقد.pdf", pdf(2))
    expect(adviser.page.locator(".files .file bdi")).to_have_text(["صورة العقد.pdf"])
    adviser.look("compose")
    adviser.submit()
    adviser.look("letter-in-approval")
    head = office.person("head.mof")
    head.go("/work/").look("queue")
    head.approve(SUBJECT)
    return office.person("signer.mof").sign(SUBJECT)


def _take_in(office: Office, asked: str) -> str:
    clerk = office.person("clerk.fl", documents=True)
    clerk.take_from_tray(asked)
    clerk.look("arrival")
    number = clerk.register(to="منيرة الصالح", note="للدراسة وإبداء الرأي")
    clerk.go("/registers/incoming/").look("incoming")
    head = office.person("head.fl")
    head.open_item(SUBJECT)
    head.refer(to="فهد الرشيد", note="لإعداد الرد في ضوء فتاوى الإدارة السابقة")
    return number


def _answer(office: Office, asked: str) -> str:
    adviser = office.person("adviser.fl")
    adviser.open_item(SUBJECT)
    adviser.look("incoming-letter")
    adviser.link("Prepare a reply").click()
    adviser.arrive(adviser.page.locator("form#draft"))
    opening = adviser.text()
    assert asked in opening
    adviser.fill(text=f"{opening}{ANSWER}", signer="خالد محمد المطوع")
    adviser.choose("#id_approver", "منيرة الصالح")
    adviser.look("reply")
    adviser.submit()
    office.person("head.fl").approve(SUBJECT)
    return office.person("signer.fl").sign(SUBJECT)
