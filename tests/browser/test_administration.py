# SPDX-License-Identifier: EUPL-1.2
"""The administration: a person, a post of power with its second person, a faulty table, the log that tells of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import RUN

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

FIRST, SECOND = "admin.mof", "admin2.mof"
HEADERS = "الرقم الوظيفي,الاسم بالعربية,الاسم بالإنجليزية,الوحدة,المنصب\r\n"


def test_a_person_is_added_by_keys_and_appointed_to_a_post_of_power_by_two(office: Office) -> None:
    first, name = office.person(FIRST), f"نجلاء الحربي {RUN}"
    first.go("/directory/").look("directory")
    _add_by_keys(first, name)
    first.page.locator("main input[name=q]").fill(RUN)
    first.page.locator("main input[name=q]").press("Enter")
    first.link(name).click()
    expect(first.page.locator("h1", has_text=name)).to_be_visible()
    first.look("person")
    first.link("Appoint to a post").click()
    sheet = _sheet(first)
    first.choose("dialog#sheet #id_post", "وكيل وزارة المالية")
    sheet.locator("#id_reason").fill("شغور المنصب")
    first.look("appoint-sheet")
    first.button("Appoint", within=sheet).click()
    expect(first.page.locator(".banner.brass")).to_be_visible()

    first.go("/directory/changes/")
    first.row(name).get_by_role("link").first.click()
    expect(first.button("Take the proposal back")).to_be_visible()
    expect(first.button("Confirm as the second person")).to_have_count(0)
    first.look("own-change")
    second = office.person(SECOND)
    second.go("/directory/changes/").look("changes")
    second.row(name).get_by_role("link").first.click()
    second.look("change")
    second.prove()
    second.button("Confirm as the second person").click()
    expect(second.page.locator("#toasts .toast")).to_contain_text(second.word("Confirmed, and carried out."))
    first.go(f"/directory/?q={RUN}").look("directory-found")
    expect(first.row(name)).to_contain_text("وكيل وزارة المالية")

    auditor = office.person("auditor.mof").go("/audit/?act=directory.change-confirmed")
    expect(auditor.row(name)).to_be_visible()


def test_a_table_with_a_faulty_row_is_shown_and_only_its_good_rows_are_taken(office: Office) -> None:
    first, good, faulty = office.person(FIRST), f"هدى العلي {RUN}", f"سعد العلي {RUN}"
    first.go("/directory/people/import/").look("import")
    table = f"{HEADERS}66{RUN},{good},Huda Al-Ali,REG,كاتب السجل\r\n67{RUN},{faulty},Saad Al-Ali,XXX,كاتب السجل\r\n"
    first.page.locator("#id_file").set_input_files(
        [{"name": "people.csv", "mimeType": "text/csv", "buffer": table.encode()}]
    )
    first.button("Show the preview").click()
    expect(first.page.locator(".why-row")).to_contain_text(first.word("There is no such unit in your body."))
    first.look("import-preview")
    take = first.button("Take the people")
    take.click()
    expect(take).to_be_visible()  # nobody is taken before the faulty row is given up
    first.field("Leave the faulty rows out").check()
    take.click()
    expect(first.page.locator("#toasts .toast")).to_be_visible()
    first.go(f"/directory/people/?q={RUN}")
    expect(first.row(good)).to_be_visible()
    expect(first.row(faulty)).to_have_count(0)


@pytest.mark.parametrize("body", ["mof", "moh"])
def test_a_webhook_is_proposed_by_one_confirmed_by_another_and_ended(office: Office, body: str) -> None:
    first, purpose = office.person(f"admin.{body}"), f"نظام الأرشيف {RUN}"
    page = first.go("/directory/webhooks/new/").page
    page.locator("#id_url").fill("http://127.0.0.1:65009/hooks")  # nobody listens there
    page.locator("#id_purpose").fill(purpose)
    first.button("Propose").click()
    expect(page.locator("main .hash.big")).to_be_visible()
    first.look("webhook-secret")
    first.go("/directory/webhooks/").look("webhooks")
    first.row(purpose).get_by_role("link").click()
    expect(first.button("Confirm as the second person")).to_have_count(0)
    first.look("webhook-own")

    second = office.person(f"signer.{body}")
    second.go(page.url).look("webhook-proposed")
    second.prove()
    second.button("Confirm as the second person").click()
    expect(second.page.locator("#toasts .toast")).to_be_visible()
    page.reload()
    first.look("webhook")
    for act, dialog in (("Send again", "sheet"), ("Change the secret", "confirmation")):
        first.link(act).click()
        expect(page.locator(f"dialog#{dialog}[open]")).to_be_visible()
        first.look(f"webhook-{act.split()[0].lower()}")
        page.keyboard.press("Escape")
    page.locator("main a[href$='/end/']").click()
    first.button("End", within=page.locator("dialog#confirmation[open]")).click()
    expect(first.link("Change the secret")).to_have_count(0)
    first.look("webhook-ended")


def test_the_log_is_filtered_and_bears_its_reader_s_name(office: Office) -> None:
    auditor = office.person("auditor.mof")
    page = auditor.go("/audit/").page
    auditor.look("audit-log")
    page.locator("select[name=act]").select_option("letters.signed")
    auditor.button("Filter").click()
    expect(page.locator("tr[data-row]").first).to_contain_text(
        re.compile("MOF-[OX]-")
    )  # a sealed letter has a book of its own
    expect(auditor.link("Take the filter off").first).to_be_visible()
    expect(page.locator("svg.watermark text").first).to_contain_text("راشد الغربللي")
    auditor.look("audit-filtered")


def test_the_administration_reads_in_english_on_a_dark_screen(office: Office) -> None:
    first = office.person("admin.moh")
    for path, name in (
        ("/directory/", "directory"), ("/directory/people/", "people"), ("/directory/people/import/", "import"),
        ("/directory/changes/", "changes"), ("/directory/structure/", "structure"),
    ):  # fmt: skip
        first.go(path).look(name)
    first.go("/directory/people/").page.locator("[data-row] [data-open-row]").first.click()
    expect(first.link("Appoint to a post")).to_be_visible()
    first.look("person")
    auditor = office.person("auditor.fl").go("/audit/")
    auditor.settle_in("en", "dark")
    auditor.look("audit-log")


def _add_by_keys(first: Person, name: str) -> None:
    page, keys = first.go("/directory/people/").page, first.page.keyboard
    first.look("people")
    keys.press("n")
    expect(_sheet(first).locator("#id_ar")).to_be_focused()
    first.look("person-sheet")
    for value in (name, f"Najla {RUN}", f"77{RUN}"):
        keys.insert_text(value)
        keys.press("Tab")
    page.locator("#id_staff_number").press("Enter")
    expect(page.locator("#toasts .toast")).to_contain_text(first.word("The person was added."))


def _sheet(person: Person) -> Locator:
    sheet = person.page.locator("dialog#sheet[open]")
    expect(sheet).to_be_visible()
    return sheet
