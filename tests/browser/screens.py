# SPDX-License-Identifier: EUPL-1.2
"""What is demanded of every screen: readable by everyone, within its width, in one language, and silent."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import axe_core_python

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text()
AXE_RUN = """async () => {
    const { violations } = await axe.run(document.querySelector("dialog[open]") ?? document,
        { resultTypes: ["violations"], iframes: false });
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")}`));
}"""
WIDTHS = (1366, 1024, 820, 390, 320)
"""Of screens of every kind; the last is also that of 1280 at 400 per cent (WCAG 1.4.10)."""
HEIGHT = 768
PICTURES = "MUKATABAT_PICTURES"
"""Where to leave a picture of every screen at every width, for somebody who wants to look at them."""

SIDEWAYS = """() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const out = (box) => box.width && (box.right > room + 1 || box.left < -1);
    return [...document.querySelectorAll("body *")].filter((element) => out(element.getBoundingClientRect()))
        .slice(0, 3).map((element) => element.outerHTML.slice(0, 120));
}"""
# A choice among several is never cut by the box that holds them.
CLIPPED = """() => [...document.querySelectorAll(".seg > *")].filter((one) => {
    const box = one.getBoundingClientRect(), room = one.parentElement.getBoundingClientRect();
    return box.width && (box.left < room.left - 1 || box.right > room.right + 1);
}).slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
# What is cut loses its end: a text that runs against its box would lose its beginning.
BEHEADED = r"""() => [...document.querySelectorAll(".cut")].filter((one) => {
    const letter = one.textContent.match(/\p{L}/u);
    if (!letter || !one.getClientRects().length || one.scrollWidth <= one.clientWidth + 1) return false;
    return /\p{Script=Arabic}/u.test(letter[0]) !== (getComputedStyle(one).direction === "rtl");
}).slice(0, 3).map((one) => one.outerHTML.slice(0, 120))"""
# Latin words that a reader of Arabic sees, but for keys, references, names of files and what says that it is English.
FOREIGN = r"""() => {
    const spared = "kbd,script,style,noscript,iframe,template,[lang=en],[dir=ltr],.ref,.hash,.file,.filename,.paper,.page .words,textarea,option";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const { parentElement: element, data } = walker.currentNode;
        if (element.closest(spared) || !element.getClientRects().length) continue;
        const own = data.replace(/\u2068[^\u2069]*\u2069|[A-Z]+-[A-Z]-\d{4}-\d{5}/g, "");
        const words = (own.match(/[A-Za-z]{3,}/g) ?? []).filter((word) => !["PDF", "PNG"].includes(word));
        if (words.length) found.push(data.trim().slice(0, 80));
    }
    return found;
}"""


@dataclass
class Watch:
    """What a page said to nobody: forbidden content, crashes of scripts, requests that leave the site."""

    complaints: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Listen to everything that this page does."""
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"script failed: {error}"))
        page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and not (address.hostname or "").endswith(".localhost"):
            self.complaints.append(f"left the site: {request.url}")


@dataclass
class Inspection:
    """Looks at every screen once in each language, under the name that its test gives it."""

    seen: set[tuple[str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def look(self, page: Page, name: str) -> None:
        """Collect the faults of the screen that stands in the browser now, once it has loaded."""
        page.wait_for_load_state()
        language = str(page.locator("html").get_attribute("lang"))
        if (name, language) in self.seen:
            return
        self.seen.add((name, language))
        found: list[str] = []
        for width in reversed(WIDTHS):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            found += [f"{width} wide: {element}" for element in page.evaluate(SIDEWAYS)]
            found += [f"{width} wide, cut off: {element}" for element in page.evaluate(CLIPPED)]
            found += [f"{width} wide, without its beginning: {element}" for element in page.evaluate(BEHEADED)]
            self._picture(page, f"{name}-{language}-{width}")
        page.evaluate(AXE)
        found += page.evaluate(AXE_RUN)
        if language.startswith("ar"):
            found += [f"not Arabic: {text}" for text in page.evaluate(FOREIGN)]
        self.faults += [f"{name} ({language}) {fault}" for fault in found]

    def _picture(self, page: Page, name: str) -> None:
        if folder := os.environ.get(PICTURES):
            page.screenshot(path=Path(folder) / f"{name}.png")


def options(**more: Any) -> dict[str, Any]:
    """The settings of a browser window."""
    return {"viewport": {"width": WIDTHS[0], "height": HEIGHT}, "timezone_id": "Asia/Kuwait", **more}
