# SPDX-License-Identifier: EUPL-1.2
"""`python -m tests.browser.sheets MOCKS OUT PORT`: one picture a screen, the drawing beside the product; see ./run sheets.

A screen that was never drawn is shown beside itself in English on dark.
"""

from __future__ import annotations

import base64
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

django.setup()

from PIL import Image  # noqa: E402 (the settings must stand first)
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.browser.gallery import LETTER, ROW, SCREENS, Screen  # noqa: E402
from tests.browser.people import Office, Person  # noqa: E402
from tests.conftest import Site  # noqa: E402
from tools.paths import SOURCE  # noqa: E402

FONTS = SOURCE / "mukatabat" / "web" / "static" / "fonts"
SIZE = {"width": 1366, "height": 768}
GAP = 24
FACES = (
    ("IBM Plex Sans Arabic", "ibm-plex-sans-arabic", (400, 500, 600)),
    ("Amiri", "amiri", (400, 700)),
)
ARABIC = "U+600-6FF,U+750-77F,U+870-8FF,U+200C-200F,U+204F,U+FB50-FDFF,U+FE70-FEFC"


@dataclass(frozen=True)
class Sheet:
    """One sheet: the drawing that it is compared with, if there is one, and how our screen is brought to the same point."""

    name: str
    screen: Screen
    mock: str = ""
    then: Callable[[Person], Any] | None = None
    whole: bool = False


def _stand_on_the_letter(person: Person) -> None:
    """The peek of a letter that came electronically, with its text; one row chosen shows the bulk bar elsewhere."""
    row = person.page.locator("[data-row]", has_text="وزارة المالية").first
    row.focus()
    expect(person.page.locator("#peek:not([data-stale]) h2")).to_be_visible()


def _choose_two(person: Person) -> None:
    for number in (1, 2):
        person.page.locator("[data-row] input[type=checkbox]").nth(number).check()


def _refer(person: Person) -> None:
    person.link("Refer", within=person.page.locator("header.hd")).click()
    expect(person.page.locator("dialog#sheet[open]")).to_be_visible()


def _pages(person: Person) -> None:
    expect(person.page.locator(".pages img").first).to_be_visible()
    person.page.wait_for_load_state("networkidle")


def _paper(person: Person) -> None:
    """The first page of the signed original, as a picture alone."""
    source = person.page.locator(".pages img").first.get_attribute("src")
    person.page.goto(str(source).replace("/100/", "/200/"))


SHEETS = (
    Sheet("queue", SCREENS["work/"], "1-queue.html", _stand_on_the_letter),
    Sheet("queue-bulk", SCREENS["work/"], "1-queue.html", _choose_two),
    Sheet("letter", SCREENS[LETTER], "2-letter.html", _pages),
    Sheet("referral", Screen("head.fl", "/work/", (ROW,)), "2-letter.html", _refer),
    Sheet("compose-reply", Screen("adviser.fl", "/work/", ("[data-row] a[href$='/edit/']",)), "3-compose.html"),
    Sheet("find", SCREENS["find/"], "4-archive.html"),
    Sheet("printed-letter", SCREENS[LETTER], "6-print-letter.html", _paper, whole=True),
    Sheet("incoming", SCREENS["registers/incoming/"]),
    Sheet("outgoing", SCREENS["registers/outgoing/"]),
    Sheet("tray", SCREENS["registers/tray/"]),
    Sheet("arrival", SCREENS["letters/arrivals/<uuid:arrival_id>/"], then=_pages),
    Sheet("scan", SCREENS["letters/scans/<uuid:scan_id>/"]),
    Sheet("approve", SCREENS[f"{LETTER}review/"]),
    Sheet("sign", SCREENS[f"{LETTER}sign/"]),
    Sheet("batch-sign", SCREENS["letters/signing/"]),
    Sheet("compose-new", SCREENS["letters/new/"]),
    Sheet("versions", SCREENS[f"{LETTER}versions/"]),
    Sheet("handover", SCREENS["registers/handover/"]),
    Sheet("delivery", SCREENS["registers/delivery/"]),
    Sheet("day", SCREENS["registers/day/"]),
    Sheet("times", SCREENS["work/times/"]),
    Sheet("directory", SCREENS["directory/"]),
    Sheet("people", SCREENS["directory/people/"]),
    Sheet("person", SCREENS["directory/people/<uuid:person_id>/"]),
    Sheet("structure", SCREENS["directory/structure/"]),
    Sheet("changes", SCREENS["directory/changes/"]),
    Sheet("bodies", SCREENS["directory/bodies/"]),
    Sheet("audit", SCREENS["audit/"]),
    Sheet("notices", SCREENS["notices/"]),
    Sheet("sessions", SCREENS["account/sessions/"]),
)


def main(mocks: Path, out: Path, port: int, only: list[str]) -> int:
    """Draw the sheets, or those that are named; returns 0."""
    out.mkdir(parents=True, exist_ok=True)
    program = os.environ.get("MUKATABAT_CHROMIUM") or shutil.which("chromium") or "chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        office = Office(browser, Site(port, Path()))
        for sheet in SHEETS:
            if only and sheet.name not in only:
                continue
            try:
                ours = _ours(office, sheet, "ar", "light")
                beside = _drawing(browser.new_page(), mocks / sheet.mock, sheet) if sheet.mock else None
                if beside is None:
                    beside, ours = ours, _ours(office, sheet, "en", "dark")
                _paste(beside, ours).save(out / f"{sheet.name}.png")
                print(f"  {sheet.name}.png", flush=True)
            except Exception as error:  # one screen that cannot be reached leaves the others
                print(f"  {sheet.name}: {str(error).splitlines()[0]}", flush=True)
            office.close()
        browser.close()
    return 0


@contextmanager
def _before(office: Office, login: str, language: str, theme: str) -> Iterator[Person]:
    person = office.person(login, documents=True)
    person.go("/account/sessions/").settle_in(language, theme)
    yield person
    if (language, theme) != ("ar", "light"):
        person.go("/account/sessions/").settle_in("ar", "light")


def _ours(office: Office, sheet: Sheet, language: str, theme: str) -> Image.Image:
    with _before(office, sheet.screen.login, language, theme) as person:
        sheet.screen.open(person.page)
        person.page.wait_for_load_state()
        if sheet.then is not None:
            sheet.then(person)
        person.page.wait_for_timeout(400)
        if sheet.whole:
            return _picture(person.page.locator("img").screenshot())
        return _picture(person.page.screenshot())


def _drawing(page: Page, mock: Path, sheet: Sheet) -> Image.Image:
    page.set_viewport_size(SIZE)
    page.goto(mock.resolve().as_uri())
    page.add_style_tag(content=_faces())
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    drawn = _picture(page.screenshot(full_page=sheet.whole))
    page.close()
    return drawn


def _faces() -> str:
    rules = []
    for family, file, weights in FACES:
        for script, span in (("latin", ""), ("arabic", f"unicode-range:{ARABIC};")):
            for weight in weights:
                data = base64.b64encode((FONTS / f"{file}-{script}-{weight}-normal.woff2").read_bytes()).decode()
                rules.append(
                    f'@font-face{{font-family:"{family}";font-weight:{weight};{span}'
                    f"src:url(data:font/woff2;base64,{data})}}"
                )
    return "\n".join(rules)


def _picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _paste(left: Image.Image, right: Image.Image) -> Image.Image:
    height = min(left.height, right.height) if left.height != right.height else left.height
    scaled = [one.resize((one.width * height // one.height, height)) for one in (left, right)]
    sheet = Image.new("RGB", (scaled[0].width + GAP + scaled[1].width, height), "#808080")
    sheet.paste(scaled[0], (0, 0))
    sheet.paste(scaled[1], (scaled[0].width + GAP, 0))
    return sheet


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
