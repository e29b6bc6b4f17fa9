# SPDX-License-Identifier: EUPL-1.2
"""The administration by keyboard and mouse: a person, a post of power with its second person, a faulty import, the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import RUN, fresh_code

if TYPE_CHECKING:
    from tests.browser.people import Office

pytestmark = pytest.mark.browser
TABLE = "الرقم الوظيفي,الاسم بالعربية,الاسم بالإنجليزية,الوحدة,المنصب\r\n"


def test_a_person_comes_gets_a_post_of_power_by_two_and_the_trail_tells_of_it(office: Office) -> None:
    first = office.person("admin.mof")
    first.go("/directory/").look("directory")
    first.go("/directory/people/").look("people")
    name = f"نجلاء الحربي {RUN}"
    first.page.keyboard.press("n")
    sheet = first.page.locator("dialog#sheet[open]")
    expect(sheet).to_be_visible()
    first.look("person-sheet")
    for field, value in (("ar", name), ("en", f"Najla {RUN}"), ("staff_number", f"77{RUN}")):
        sheet.locator(f"#id_{field}").fill(value)
    sheet.locator("#id_staff_number").press("Enter")
    expect(first.page.locator("#toasts .toast")).to_contain_text(first.word("The person was added."))
    first.page.locator("input[name=q]").last.fill(RUN)
    first.page.locator("input[name=q]").last.press("Enter")
    first.page.get_by_role("link", name=name).click()
    first.look("person")
    first.link("Appoint to a post").click()
    sheet = first.page.locator("dialog#sheet[open]")
    first.choose("dialog#sheet #id_post", "وكيل وزارة المالية")
    sheet.locator("#id_reason").fill("شغور المنصب")
    first.button("Appoint", within=sheet).click()
    expect(first.page.locator(".banner.brass")).to_be_visible()
    second = office.person("admin2.mof")
    second.go("/directory/changes/").look("changes")
    second.row(name).get_by_role("link").first.click()
    second.look("change")
    if second.page.locator("#id_code").count():
        second.page.locator("#id_code").fill(fresh_code("admin2.mof"))
    second.button("Confirm as the second person").click()
    expect(second.page.locator("#toasts .toast")).to_contain_text(second.word("Confirmed, and carried out."))
    first.go("/directory/?q=" + RUN)
    expect(first.page.get_by_role("link", name=name)).to_be_visible()


def test_a_table_with_a_faulty_row_is_shown_and_not_taken(office: Office) -> None:
    first = office.person("admin.mof")
    first.go("/directory/people/import/").look("import")
    table = TABLE + f"66{RUN},هدى العلي,Huda Al-Ali,REG,كاتب السجل\r\n" + f"67{RUN},سعد,Saad,XXX,كاتب السجل\r\n"
    first.page.locator("#id_file").set_input_files(
        [{"name": "people.csv", "mimeType": "text/csv", "buffer": table.encode()}]
    )  # fmt: skip
    first.button("Show the preview").click()
    expect(first.page.locator(".why-row")).to_have_count(1)
    first.look("import-preview")
    first.page.locator("input[name=good_rows_alone]").check()
    first.button("Take the people").click()
    expect(first.page.locator("#toasts .toast")).to_be_visible()


def test_the_log_is_filtered_and_bears_the_reader_s_name(office: Office) -> None:
    auditor = office.person("auditor.mof")
    auditor.go("/audit/").look("audit-log")
    auditor.page.locator("select[name=act]").select_option("directory.change-confirmed")
    auditor.button("Filter").click()
    expect(auditor.page.locator("tr[data-row]").first).to_be_visible()
    expect(auditor.page.locator("svg.watermark text").first).to_be_attached()
    auditor.look("audit-filtered")
