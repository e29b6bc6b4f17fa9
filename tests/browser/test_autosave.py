# SPDX-License-Identifier: EUPL-1.2
"""What is typed is not lost: a closed tab, a lost connection, a session that ends in the middle of a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.line import Line, line_to
from tests.browser.people import marked, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

READ_WITH_OWN_KEY = """async () => {
    const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const seal = bytes(document.querySelector("form[data-seal]").dataset.seal);
    const key = await crypto.subtle.importKey("raw", seal, "AES-GCM", false, ["decrypt"]);
    const lying = Object.entries(localStorage).filter(([name]) => name.startsWith("mukatabat-draft-"));
    for (const [, value] of lying) {
        const whole = bytes(value.split(".")[1]);
        try {
            await crypto.subtle.decrypt({ name: "AES-GCM", iv: whole.slice(0, 12) }, key, whole.slice(12));
            return "opened";
        } catch {
            continue;
        }
    }
    return lying.length ? "sealed" : "gone";
}"""


@pytest.fixture
def line(office: Office) -> Iterator[Line]:
    """A line of this test's own to the site."""
    with line_to(office.site.port) as whole:
        yield whole


def test_a_closed_tab_loses_nothing(office: Office) -> None:
    subject = marked("متابعة تنفيذ حكم")
    author = _writing(office, subject, "نص أول")
    author.wait_until_saved()
    author.page.close()

    author.page = author.page.context.new_page()
    author.open_draft(subject)
    author.expect_text("نص أول")


def test_a_draft_that_the_server_never_got_comes_back_at_its_own_address(office: Office, line: Line) -> None:
    author = office.person("adviser.mof", base_url=f"http://mof.localhost:{line.port}")
    author.begin_letter()
    expect(author.page).to_have_url(re.compile(r"/letters/new/[0-9a-f-]{36}/"))
    address = author.page.url
    context = author.page.context
    line.cut()
    author.fill(subject="كتاب بلا اتصال", text="كُتب والخط مقطوع")
    _wait_until_kept(author.page)
    author.look("compose-offline")
    author.page.goto("about:blank")  # a page tries once more while it leaves: it is still without a line
    author.page.close()
    line.mend()

    author.page = context.new_page()
    author.go(address)
    expect(author.button("Bring it back")).to_be_visible()
    author.look("compose-kept")
    author.button("Bring it back").click()
    author.wait_until_saved()
    author.expect_text("كُتب والخط مقطوع")
    author.page.reload()
    author.expect_text("كُتب والخط مقطوع")
    expect(author.page.locator("[data-restore]")).to_be_hidden()


def test_a_session_that_ends_while_writing_keeps_the_text_and_says_so(office: Office) -> None:
    author = _writing(office, "إفادة عن مستندات", "قبل انتهاء الجلسة")
    author.wait_until_saved()
    session = author.page.context.cookies()
    author.page.context.clear_cookies(name="sessionid")
    author.fill(text="بعد انتهاء الجلسة")
    _wait_until_kept(author.page)
    expect(author.page.locator("[data-trouble]")).to_be_visible()
    author.look("compose-signed-out")

    author.page.context.add_cookies(session)  # type: ignore[arg-type]  # signed in again in another tab
    author.page.reload()
    author.button("Bring it back").click()
    author.wait_until_saved()
    author.page.reload()
    author.expect_text("بعد انتهاء الجلسة")


def test_sending_after_the_session_ended_loses_nothing_either(office: Office) -> None:
    author = _writing(office, "طلب بيانات الموظفين", "نص كامل")
    session = author.page.context.cookies()
    author.page.context.clear_cookies(name="sessionid")
    author.button("Send for approval").click()
    author.page.wait_for_url("**/sign-in/**")
    author.page.context.add_cookies(session)  # type: ignore[arg-type]  # as after password and code
    author.page.reload()
    until(lambda: author.page.locator("form#draft").count() == 1)
    author.button("Bring it back").click()
    author.expect_text("نص كامل")
    author.wait_until_saved()


def test_a_thief_of_the_device_reads_no_draft_after_its_author_signed_out(office: Office, line: Line) -> None:
    subject, words = marked("كتاب على جهاز مشترك"), "كلام لا يقرؤه غير كاتبه"
    # The key that keeps the sessions of this suite stays untouched: this author signs in and out for this test alone.
    author = office.stranger("adviser.mof", base_url=f"http://mof.localhost:{line.port}")
    author.sign_in()
    author.begin_letter()
    address, page = author.page.url, author.page
    line.cut()
    author.fill(subject=subject, text=words)
    _wait_until_kept(page)
    page.goto("about:blank")
    line.mend()
    author.go("/work/")
    page.locator("summary.who").click()
    author.button("Sign out").click()
    page.wait_for_url("**/sign-in/**")
    lying = page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "mukatabat-draft-" in lying, "what was never sent is still there"
    assert words not in lying and subject not in lying

    other = office.stranger("head.mof", base_url=f"http://mof.localhost:{line.port}")
    other.page = page  # the next person at the same device
    other.sign_in()
    other.begin_letter()
    opened = page.evaluate(READ_WITH_OWN_KEY)
    assert opened == "sealed", "the key of another person opens nothing"
    page.locator("summary.who").click()
    other.button("Sign out").click()

    author.sign_in()
    author.go(address)
    author.button("Bring it back").click()
    author.wait_until_saved()
    author.expect_text(words)


def test_two_windows_on_one_draft_do_not_overwrite_each_other(office: Office) -> None:
    subject = marked("تعديل على نموذج")
    first = _writing(office, subject, "من النافذة الأولى")
    first.wait_until_saved()
    second = office.person(first.login)
    second.open_draft(subject)
    second.fill(text="من النافذة الثانية")
    second.wait_until_saved()
    first.fill(text="من النافذة الأولى مرة أخرى")
    expect(first.page.locator("[data-saved][data-state=conflict]")).to_be_visible()
    first.look("compose-conflict")
    first.expect_text("من النافذة الأولى مرة أخرى")
    second.page.reload()
    second.expect_text("من النافذة الثانية")


def _writing(office: Office, subject: str, text: str) -> Person:
    author = office.person("adviser.mof")
    author.begin_letter()
    author.fill(subject=subject, text=text)
    return author


def _wait_until_kept(page: Page) -> None:
    expect(page.locator("[data-saved][data-state=kept] [data-when=kept]")).to_be_visible()
