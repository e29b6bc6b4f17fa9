# SPDX-License-Identifier: EUPL-1.2
"""A stranger with a print: the code, the answer, and a PDF that is compared without leaving the device."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import marked
from tests.press.test_readable import code_on, seen

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Request

    from tests.browser.people import Office

pytestmark = pytest.mark.browser
SAVED = """async (address) => {
    const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
    return btoa(bytes.reduce((text, one) => text + String.fromCharCode(one), ""));
}"""


def _signed(office: Office, reference: str) -> bytes:
    """The signed letter as its sender saves it."""
    adviser = office.person("adviser.mof", documents=True)
    adviser.go(f"/find/?q={reference}")
    adviser.page.locator("[data-open-row]", has_text=reference).first.click()
    download = adviser.page.get_by_role("link", name=adviser.word("Download"), exact=True).first
    return base64.b64decode(adviser.page.evaluate(SAVED, download.get_attribute("href")))


def test_a_pdf_is_compared_with_the_signed_letter_and_never_sent(office: Office, tmp_path: Path) -> None:
    signed = _signed(office, office.send(marked("كتاب يُتحقق منه")))
    code = code_on(seen(signed)).text.rpartition("/v/")[2]
    stranger = office.stranger("nobody.mof")
    page = stranger.page
    posted: list[Request] = []
    page.on("request", lambda one: posted.append(one) if one.method != "GET" else None)
    stranger.go("/v/")
    page.locator("input[name=code]").fill(code.replace("-", " ").lower())
    page.locator("input[name=code]").press("Enter")
    page.wait_for_url(f"**/v/{code}")
    expect(page.locator(".banner.ok").first).to_be_visible()
    stranger.look("checked")
    same, other = page.locator("[data-same]"), page.locator("[data-other]")
    for name, data, told, untold in (
        ("letter.pdf", signed, same, other), ("changed.pdf", signed[:-2] + b" \n", other, same),
        ("الكتاب", signed, same, other),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(data)
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        expect(told).to_be_visible()
        expect(untold).to_be_hidden()
    stranger.look("compared")
    assert posted == []


def test_a_code_that_nobody_gave_is_unknown_and_offers_no_comparison(office: Office) -> None:
    stranger = office.stranger("nobody.mof")
    stranger.go("/v/")
    stranger.page.locator("input[name=code]").fill("0000-0000-000")
    stranger.page.locator("input[name=code]").press("Enter")
    expect(stranger.page.locator(".banner.danger")).to_be_visible()
    stranger.look("unreadable-code")
    expect(stranger.page.locator("input[type=file]")).to_have_count(0)
