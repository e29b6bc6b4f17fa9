# SPDX-License-Identifier: EUPL-1.2
"""From key press to paint in a list of 500 rows, from address to first page, bytes of a first view: printed (pytest -s)."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest

from tests.browser.people import marked
from tests.vault.making import typeset_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Response

    from tests.browser.people import Office, Person

pytestmark = pytest.mark.browser

ROWS = 500
PRESSES = 60
GROW = """(wanted) => {
    const group = document.querySelector("[data-row]").parentElement;
    for (let count = document.querySelectorAll("[data-row]").length; count < wanted; count += 1) {
        const row = group.querySelector("[data-row]").cloneNode(true);
        row.removeAttribute("aria-current");
        row.removeAttribute("hx-get");
        group.append(row);
    }
    return document.querySelectorAll("[data-row]").length;
}"""
WATCH = """() => {
    window.painted = [];
    document.addEventListener("keydown", () => {
        const began = performance.now();
        requestAnimationFrame(() => {
            const after = new MessageChannel();
            after.port1.onmessage = () => window.painted.push(performance.now() - began);
            after.port2.postMessage(0);
        });
    }, true);
}"""
OPEN = """() => {
    const began = performance.now();
    document.dispatchEvent(new CustomEvent("mukatabat:palette"));
    document.getElementById("palette").getBoundingClientRect();
    const taken = performance.now() - began;
    document.getElementById("palette").close();
    return taken;
}"""

OPENINGS = 5
DRAWN = """async () => {
    await document.querySelector(".page img").decode();
    return await new Promise((done) => requestAnimationFrame(() => done(performance.now())));
}"""


def test_a_list_of_five_hundred_rows_is_walked_by_keys(office: Office) -> None:
    page = office.person("clerk.mof").go("/registers/outgoing/").page
    assert page.evaluate(GROW, ROWS) >= ROWS
    page.evaluate(WATCH)
    for number in range(PRESSES):
        page.keyboard.press("k" if number % 3 == 2 else "j")
    while page.evaluate("window.painted.length") < PRESSES:  # the page's policy lets nothing wait inside it
        page.wait_for_timeout(20)
    painted = sorted(page.evaluate("window.painted"))
    print(
        f"\nkey press to paint, {ROWS} rows: median {statistics.median(painted):.0f} ms, "
        f"95 of 100 within {painted[int(len(painted) * 0.95)]:.0f} ms; palette opens in {page.evaluate(OPEN):.0f} ms"
    )


def test_a_letter_and_a_document_of_forty_pages_open(office: Office) -> None:
    reference = office.send(marked("كتاب يقاس فتحه"), annex=("ملحق.pdf", typeset_pdf("نص الملحق", pages=40)))
    reader = office.person("adviser.mof", documents=True)
    reader.go(f"/find/?q={reference}")
    reader.page.locator("[data-open-row]", has_text=reference).first.click()
    letter = reader.page.locator(".switch a")
    letter.first.wait_for()
    places = [str(letter.nth(at).evaluate("(link) => link.href")) for at in range(2)]
    for name, place in zip(("1 page", "40 pages"), places, strict=True):
        opened = sorted(_opened(reader, place) for _ in range(OPENINGS))
        print(
            f"\nfrom address to the first page on the screen, {name}: median {statistics.median(opened):.0f} ms of {opened}"
        )


def _opened(reader: Person, place: str) -> int:
    """Milliseconds from asking for an address until the picture of its first page is decoded and drawn."""
    reader.page.goto("about:blank")
    reader.page.goto(place, wait_until="commit")
    reader.page.locator(".page img").first.wait_for()
    return round(reader.page.evaluate(DRAWN))


def test_a_first_view_is_counted(office: Office) -> None:
    person = office.person("head.fl")
    sizes: dict[str, int] = {}

    def count(response: Response) -> None:
        sizes[response.url] = int(response.headers.get("content-length") or len(response.body()))

    person.page.on("response", count)
    person.go("/work/").page.wait_for_load_state("networkidle")
    kinds = {kind: sum(size for url, size in sizes.items() if url.split("?")[0].endswith(kind)) for kind in KINDS}
    print(f"\nfirst view: {sum(sizes.values()) / 1024:.0f} KB, of it {kinds}")


KINDS = (".css", ".js", ".woff2", ".svg")
