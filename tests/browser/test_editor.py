# SPDX-License-Identifier: EUPL-1.2
"""The letter editor: written, cited, pasted and reviewed as people do it, by keyboard, in both directions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from mukatabat.press.content import to_html, validate
from tests.browser.people import APPROVAL, marked
from tests.press.constructs import CONSTRUCTS, document

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

CLIPBOARD = Path(__file__).parent / "clipboard"
PASTE = """([html, text]) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    if (text) data.setData("text/plain", text);
    const target = document.getElementById("id_body");
    target.focus();
    target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
# The nesting of elements with their words; labels, marks of the editor and empty lines of its own left out.
OUTLINE = """(root) => {
    const walk = (node) => node.nodeType === 3 ? node.data.trim() : node.matches(".label,br.ProseMirror-trailingBreak") ? ""
        : node.matches("tbody") ? [...node.childNodes].map(walk).join("")
        : `<${node.localName}>${[...node.childNodes].map(walk).join("")}</${node.localName}>`;
    return [...root.childNodes].map(walk).join("").replaceAll("<p><br></br></p>", "<p></p>");
}"""
SELECT = """(words) => {
    const walker = document.createTreeWalker(document.querySelector(".paper .l-body"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const at = walker.currentNode.data.indexOf(words);
        if (at < 0) continue;
        getSelection().setBaseAndExtent(walker.currentNode, at, walker.currentNode, at + words.length);
        return;
    }
}"""


def _author(office: Office, login: str = "adviser.mof") -> Person:
    author = office.person(login)
    author.begin_letter()
    if not author.in_editor():
        pytest.skip("the letter editor was not built: there is no node here")
    return author


def _content(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator("[data-content]").input_value())
    return found


def _kinds(node: dict[str, Any]) -> list[str]:
    return [node["type"], *(kind for one in node.get("content", []) for kind in _kinds(one))]


def test_lists_and_a_table_are_written_by_keyboard_alone(office: Office) -> None:
    author = _author(office)
    page, keys = author.page, author.page.keyboard
    page.locator("#id_subject").focus()
    keys.insert_text(marked("قوائم وجدول"))
    page.locator("#id_body").focus()
    keys.type("أولا: ")
    keys.insert_text("الوقائع")
    keys.press("Enter")
    keys.press("Tab")
    keys.insert_text("أبرم العقد")
    for _ in range(3):
        keys.press("Enter")
    keys.press("Alt+F10")
    expect(page.locator("[data-toolbar] button[aria-controls=menu-templates]")).to_be_focused()
    keys.press("Escape")
    expect(page.locator("#id_body")).to_be_focused()
    keys.press("Alt+F10")
    keys.press("End")
    for _ in range(2):
        keys.press("ArrowRight")
    keys.press("ArrowDown")
    keys.press("Enter")
    for word in ("البند", "القيمة", "ملاحظة", "مواد", "12,500"):
        keys.insert_text(word)
        keys.press("Tab")
    author.look("compose-written")
    content = _content(page)
    validate(content)
    table = next(one for one in content["content"] if one["type"] == "table")
    assert [len(line["content"]) for line in table["content"]] == [3, 3, 3]
    assert _kinds(table).count("table_header") == 3
    points = content["content"][0]
    assert points["attrs"] == {"style": "awwalan"}
    assert points["content"][0]["content"][1]["attrs"] == {"style": "digits"}
    author.wait_until_saved()
    page.reload()
    assert _content(page) == content
    expect(page.locator("[data-restore]")).to_be_hidden()


def test_an_earlier_letter_is_cited_by_typing_after_the_sign(office: Office) -> None:
    subject = marked("فروق أسعار المواد")
    number = office.send(subject)
    author = _author(office)
    page = author.page
    page.locator("#id_body").focus()
    page.keyboard.insert_text("وذلك في كتابنا رقم ")
    page.keyboard.type("@")
    page.keyboard.insert_text(subject)
    expect(page.locator("#citations [role=option]").first).to_contain_text(number)
    author.look("compose-citing")
    page.keyboard.press("Escape")
    expect(page.locator("[data-citations]")).to_be_hidden()
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("@")
    page.keyboard.insert_text(number.rpartition("-")[2])
    expect(page.locator("#citations [role=option]").first).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(page.locator("#id_body bdi.ref")).to_have_text(number)
    assert {"type": "reference", "attrs": {"value": number}} in _content(page)["content"][0]["content"]


def test_text_from_word_and_mail_comes_in_clean(office: Office) -> None:
    author = _author(office)
    page = author.page
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(CLIPBOARD.glob("*.html")):
        page.locator("#id_body").focus()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.evaluate(PASTE, [file.read_text(encoding="utf-8"), ""])
        found[file.stem] = _content(page)
        validate(found[file.stem])
    opinion = _kinds(found["word-opinion"])
    assert (opinion.count("ordered_list"), opinion.count("bullet_list"), opinion.count("reference")) == (1, 1, 1)
    assert [
        len(line["content"])
        for one in found["word-table"]["content"]
        if one["type"] == "table"
        for line in one["content"]
    ] == [3] * 3
    assert "ﺑ" not in json.dumps(found["scanned-pages"], ensure_ascii=False)
    assert [one["type"] for one in found["scanned-pages"]["content"]] == ["paragraph", "ordered_list", "paragraph"]
    page.evaluate(PASTE, [(CLIPBOARD / "mail-with-images.html").read_text(encoding="utf-8"), ""])
    expect(page.locator("[data-remark]")).to_contain_text(
        author.word("Images do not belong in the text of a letter; attach them as files.")
    )
    assert page.evaluate("window.stolen") is None


def test_two_megabytes_of_nested_lists_are_refused_and_the_page_lives_on(office: Office) -> None:
    author = _author(office)
    page = author.page
    for html in ("<ul><li>x" * 220_000, "<ul><li>x" * 60_000, "<ul><li>x</li></ul>" * 40_000):
        page.evaluate(PASTE, [html, ""])
        expect(page.locator("[data-remark]")).to_contain_text(
            author.word("This is too much for one letter. Paste a part of it, or attach it as a file.")
        )
    author.fill(subject="بعد اللصق", text="النص باق")
    author.wait_until_saved()
    author.expect_text("النص باق")


def test_every_construct_stands_in_the_editor_as_it_is_printed(office: Office) -> None:
    author = _author(office)
    page = author.page
    for name in CONSTRUCTS:
        content = document(name)
        page.evaluate(
            "(json) => document.dispatchEvent(new CustomEvent('mukatabat:restore', { detail: json }))",
            json.dumps(content),
        )
        assert _content(page) == content, name
        shown = page.locator("#id_body").evaluate(OUTLINE)
        read = page.evaluate(
            f"(html) => ({OUTLINE})(new DOMParser().parseFromString(html, 'text/html').body)",
            to_html(validate(content)),
        )
        assert shown == read, name


def test_a_remark_on_words_is_resolved_without_disturbing_what_is_written(office: Office) -> None:
    subject = marked("ملاحظة على الكلمات")
    author = _author(office)
    author.address("الفتوى", "الفتوى والتشريع")
    author.fill(subject=subject, text="الأصل في العقود الالتزام بالأسعار.", signer="طلال النصف")
    author.choose("#id_approver", "جاسم العوضي")
    author.submit()
    head = office.person("head.mof")
    head.open_item(subject, tab=APPROVAL)
    head.page.evaluate(SELECT, "في العقود")
    head.page.locator("#id_text").fill("أضف سند القاعدة.")
    head.page.locator("[data-remark-quote] .btn").click()
    expect(head.page.locator(".cmt .quoted")).to_contain_text("في العقود")
    head.look("review-remark")
    head.page.locator("#id_reason").fill("يستكمل السند.")
    head.button("Return with a note").click()
    author.open_draft(subject)
    author.page.locator("#id_body").focus()
    author.page.keyboard.press("Control+End")
    author.page.keyboard.insert_text(" وتتمته.")
    author.page.locator(".cmt form button").first.click()
    expect(author.page.locator(".cmt.done")).to_have_count(1)
    author.wait_until_saved()
    author.look("compose-remarks")
    expect(author.page.locator("[data-saved][data-state=conflict]")).to_have_count(0)
    _hand_over(author, head)


def _hand_over(author: Person, head: Person) -> None:
    """The same draft, opened by its approver: read-only, asked for, handed over."""
    beat = "document.dispatchEvent(new Event('mukatabat:beat'))"
    head.go(author.page.url.partition("?")[0])
    expect(head.page.locator("[data-presence][data-reads]")).to_contain_text("سارة الميلم")
    expect(head.page.locator("#id_body[contenteditable=false]")).to_be_visible()
    head.look("compose-read-only")
    head.button("Ask to edit").click()
    expect(head.page.locator("[data-when=asked]")).to_be_visible()
    author.page.evaluate(beat)
    author.button("Hand it over").click()
    expect(author.page.locator("[data-presence][data-reads]")).to_contain_text("جاسم العوضي")
    head.page.evaluate(beat)
    expect(head.page.locator("#id_body[contenteditable=true]")).to_be_visible()
    head.fill(text="كتبه مدير الشؤون القانونية.")
    head.wait_until_saved()
    head.page.locator(".hd a[href$='/versions/']").click()
    expect(head.page.locator("ins").first).to_be_visible()
    head.look("versions")
