# SPDX-License-Identifier: EUPL-1.2
"""The viewer by keyboard: pages, zoom, search in any spelling, the way through the list; and a document that was harmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.people import found, marked
from tests.vault.making import typeset_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.people import Office

pytestmark = pytest.mark.browser

SUBJECT = marked("تمديد عقد صيانة المبنى الرئيسي")
SPOILT = marked("كشف مطابقة العهد")
ANNEX = "ملحق العقد.pdf"
WORDS = "بالإشارة إلى الأحكام العامة للعقد رقم ٤١٢ لسنة ٢٠١٤ المبرم مع المقاول"
PAGES = 24
DRAWN = "() => [...document.querySelectorAll('.page img')].some((one) => one.complete && one.naturalWidth > 0)"


def annex() -> tuple[str, bytes]:
    """A file of many pages that can be searched."""
    return ANNEX, typeset_pdf(WORDS, pages=PAGES)


def test_a_letter_and_its_annex_are_read_by_keys_alone(office: Office) -> None:
    office.send(SUBJECT, annex=annex())
    reader = office.person("adviser.mof", documents=True)
    page, keys = reader.page, reader.page.keyboard
    reader.go("/registers/outgoing/")
    page.locator("[data-row]", has_text=SUBJECT).first.focus()
    keys.press("Enter")
    expect(page.locator("h1", has_text=SUBJECT)).to_be_visible()
    page.wait_for_function(DRAWN)
    expect(page.locator(".checked summary")).to_contain_text(reader.word("Unchanged since signing"))
    page.locator(".checked summary").focus()
    keys.press("Enter")
    expect(page.locator(".checked .drop")).to_contain_text("SHA-256" if reader.language == "en" else "طلال النصف")
    keys.press("Escape")
    reader.look("viewer")
    page.set_viewport_size({"width": 1366, "height": 768})

    reader.link(ANNEX, within=page.locator(".switch")).focus()
    keys.press("Enter")
    page.wait_for_url("**file=*")
    page.wait_for_function(DRAWN)
    _zooms(page)
    _turns_to(page, "18")
    _finds(page, "الاحكام")
    reader.look("viewer-search")


def _zooms(page: Page) -> None:
    width = "() => document.querySelector('.page').clientWidth"
    before = page.evaluate(width)
    page.keyboard.press("Equal")
    page.keyboard.press("Equal")
    assert page.evaluate(width) > before
    page.keyboard.press("Minus")
    page.keyboard.press("Digit0")
    assert page.evaluate(width) == before


def _turns_to(page: Page, number: str) -> None:
    line = page.locator("[data-go-page] input")
    line.fill(number)
    line.press("Enter")
    expect(line).to_have_value(number)
    expect(page.locator(f".page[data-page='{number}'] img")).to_be_visible()
    line.fill("1")
    line.press("Enter")


def _finds(page: Page, typed: str) -> None:
    button = page.locator("[data-act=search]")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.type(typed)
    told = page.locator("[data-told]")
    expect(told).to_have_text(f"1 من {PAGES}")
    expect(page.locator(".hits .now line")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(told).to_have_text(f"2 من {PAGES}")
    page.keyboard.press("Shift+Enter")
    expect(told).to_have_text(f"1 من {PAGES}")
    expect(page.locator(".page .words span", has_text="الأحكام").first).to_be_attached()


def test_the_brackets_walk_the_list_that_was_left(office: Office) -> None:
    newest = [office.send(f"{SUBJECT} {number}") for number in (1, 2)]
    reader = office.person("adviser.mof")
    reader.go("/registers/outgoing/")
    reader.row(newest[1]).locator("[data-open-row]").click()
    expect(reader.page.locator(".crumb", has_text=newest[1])).to_be_visible()
    _walks(reader.page, "BracketRight", newest[0])
    _walks(reader.page, "BracketLeft", newest[1])
    reader.page.wait_for_load_state()
    reader.page.keyboard.press("Escape")
    reader.page.wait_for_url("**/registers/outgoing/")


def _walks(page: Page, key: str, reference: str) -> None:
    """Press the key once the page knows where it leads."""
    expect(page.locator(f"[data-key={key}]:not([hidden])")).to_be_attached()
    page.keyboard.press(key)
    expect(page.locator(".crumb", has_text=reference)).to_be_visible()


def test_without_scripts_the_pages_stand_there_with_links_to_the_others(office: Office) -> None:
    number = office.send(f"{SUBJECT} 3", annex=annex())
    plain: dict[str, Any] = {"java_script_enabled": False}
    reader = office.person("adviser.mof", documents=True, **plain)
    reader.go(f"/find/?q={number}")
    reader.page.locator("[data-open-row]", has_text=number).first.click()
    expect(reader.page.locator(".page img")).to_have_count(1)
    reader.link(ANNEX, within=reader.page.locator(".switch")).click()
    expect(reader.page.locator(".page img")).to_have_count(20)
    reader.link("Further pages").click()
    expect(reader.page.locator(".page img")).to_have_count(PAGES - 20)
    expect(reader.page.locator("[data-act=in]")).to_be_hidden()


@pytest.fixture
def spoilt(office: Office) -> Iterator[str]:
    """A letter whose stored bytes were changed by one bit after it was signed; they are mended afterwards."""
    vault = office.site.folder / "vault"
    before = set(_blobs(vault))
    number = office.send(SPOILT)
    harmed = [one for one in _blobs(vault) if one not in before]
    assert harmed
    for one in harmed:
        _flip(one)
    yield number
    for one in harmed:
        _flip(one)


def _blobs(vault: Path) -> list[Path]:
    return [one for one in vault.rglob("*") if one.is_file()]


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)


def test_a_harmed_document_is_not_shown_and_can_only_be_reported(office: Office, spoilt: str) -> None:
    reader = office.person("adviser.mof", documents=True)
    reader.go(f"/find/?q={spoilt}")
    reader.page.locator("[data-open-row]", has_text=spoilt).first.click()
    panel = reader.page.locator(".banner.danger")
    expect(panel).to_be_visible()
    shown = reader.page.locator("main").locator(".page, [data-act], .seg, a[href*=download], a[href*=print]")
    expect(shown).to_have_count(0)
    reader.look("viewer-danger")
    assert found(spoilt, "O") == spoilt
    reader.button("Report", within=panel).click()
    expect(reader.page.locator("#toasts .toast")).to_be_visible()
