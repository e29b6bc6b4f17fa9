# SPDX-License-Identifier: EUPL-1.2
"""From key press to paint in a list of 500 rows, and the bytes of a first view; the figures are printed (pytest -s)."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Response

    from tests.browser.people import Office

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


def test_a_list_of_five_hundred_rows_is_walked_by_keys(office: Office) -> None:
    page = office.person("head.fl").go("/work/").page
    page.wait_for_load_state()
    if not page.locator("[data-row]").count():
        pytest.skip("the queue is empty")
    assert page.evaluate(GROW, ROWS) >= ROWS
    page.evaluate(WATCH)
    for number in range(PRESSES):
        page.keyboard.press("k" if number % 3 == 2 else "j")
    page.wait_for_function(f"window.painted.length >= {PRESSES}")
    painted = sorted(page.evaluate("window.painted"))
    print(
        f"\nkey press to paint, {ROWS} rows: median {statistics.median(painted):.0f} ms, "
        f"95 of 100 within {painted[int(len(painted) * 0.95)]:.0f} ms; palette opens in {page.evaluate(OPEN):.0f} ms"
    )


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
