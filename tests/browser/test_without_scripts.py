# SPDX-License-Identifier: EUPL-1.2
"""With JavaScript switched off the office still works, and a double click, which no script then stops, does one thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.people import APPROVAL, found, marked
from tests.vault.making import pdf

if TYPE_CHECKING:
    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

SUBJECT = marked("تسليم أرض بجوار المخازن المركزية")
PLAIN: dict[str, Any] = {"java_script_enabled": False}


def test_a_letter_travels_without_scripts_and_double_clicks_make_one_of_everything(office: Office) -> None:
    _write(office.person("adviser.mof", **PLAIN))
    head = office.person("head.mof", **PLAIN)
    head.open_item(SUBJECT, tab=APPROVAL)
    head.page.locator("button[form=approve]").dblclick()
    expect(head.page.locator("button[form=approve]")).to_have_count(0)
    reference = _sign(office.person("signer.mof", **PLAIN))

    clerk = office.person("clerk.fl", **PLAIN)
    clerk.take_from_tray(reference)
    clerk.choose("#id_to", "منيرة الصالح")
    clerk.button("Register and refer").dblclick()
    expect(clerk.page.locator(".toast, .banner").first).to_be_visible()
    clerk.go(f"/registers/incoming/?q={reference}")
    expect(clerk.page.locator("[data-row]", has_text=SUBJECT)).to_have_count(1)

    reader = office.person("head.fl", **PLAIN)
    reader.open_item(SUBJECT)
    reader.link("Refer", within=reader.page.locator("header.hd")).click()
    reader.choose("#id_to", "فهد الرشيد")
    form = reader.page.url.partition("?")[0]
    reader.button("Refer").dblclick()
    reader.page.wait_for_url(lambda url: "/refer/" not in url)
    reader.page.goto(f"{form.removesuffix('refer/')}?panel=referrals")
    expect(reader.page.locator(".ref-card", has_text="فهد الرشيد")).to_have_count(1)


def _write(author: Person) -> None:
    author.begin_letter()
    page = author.page
    page.locator("noscript select[name=to]").select_option(label="إدارة الفتوى والتشريع")
    author.fill(subject=SUBJECT, text="يرجى الإفادة.", signer="طلال النصف")
    author.choose("#id_approver", "جاسم العوضي")
    page.get_by_role("button", name=author.word("Save"), exact=True).click()
    expect(page.locator(".tok", has_text="الفتوى والتشريع")).to_have_count(1)
    expect(page.locator("#id_body")).to_have_value("يرجى الإفادة.")
    file = {"name": "مخطط الأرض.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.locator("#id_files").set_input_files([file])  # nobody presses «attach»
    author.button("Send for approval").click()
    expect(page.locator("form#draft")).to_have_count(0)


def _sign(signer: Person) -> str:
    signer.open_item(SUBJECT, tab=APPROVAL)
    page = signer.page
    expect(page.locator(".files .file bdi")).to_have_text(["مخطط الأرض.pdf"])
    signer.field("I have read this letter and its attachments").check()
    signer.prove()
    signer.button("Sign and send").dblclick()
    expect(page.locator("#signing .st-ok", has_text=signer.word("Signed"))).to_be_visible()
    reference = found(page.locator("#signing h2").inner_text(), "O")
    signer.go(f"/registers/outgoing/?q={reference}")
    expect(page.locator("[data-row]")).to_have_count(1)
    return reference


def test_a_double_click_with_scripts_sends_one_letter(office: Office) -> None:
    subject = marked("استعجال الرد على طلب الرأي")
    author = office.person("adviser.mof")
    author.begin_letter()
    author.address("الفتوى", "الفتوى والتشريع")
    author.fill(subject=subject, text="يرجى الإفادة.", signer="طلال النصف")
    author.choose("#id_approver", "جاسم العوضي")  # whatever the usual route is by now
    author.button("Send for approval").dblclick()
    expect(author.page.locator("form#draft")).to_have_count(0)
    head = office.person("head.mof").go(f"/work/{APPROVAL}")
    expect(head.page.locator("[data-row]", has_text=subject)).to_have_count(1)
