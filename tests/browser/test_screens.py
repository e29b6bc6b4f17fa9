# SPDX-License-Identifier: EUPL-1.2
"""Every screen of the gallery, in Arabic on light and in English on dark: sound, within its width, silent."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.gallery import SCREENS
from tests.browser.people import marked
from tests.browser.screens import SIDEWAYS
from tools.database import database_server
from tools.environment import program_environment
from tools.installation import DEMONSTRATION
from tools.paths import PYTHON

if TYPE_CHECKING:
    from tests.browser.people import Office
    from tests.conftest import Site

pytestmark = pytest.mark.browser

LOOKS = (("ar", "light"), ("en", "dark"))


@pytest.fixture(scope="session")
def furnished(site: Site) -> None:
    """A working week on the desks, so that no screen is looked at while it is empty."""
    with database_server(site.folder, join=True) as server:
        env = program_environment(site.folder, server.app_url(), port=site.port)
    command = [str(PYTHON), "-W", "ignore", "-m", DEMONSTRATION, "desks"]
    subprocess.run(command, env={**os.environ, **env}, check=True, capture_output=True)


@pytest.fixture
def ready(office: Office, furnished: None) -> Office:
    """The office with something in the tray and something for the messenger."""
    if not office.person("clerk.fl").go("/registers/tray/").page.locator("[data-row]").count():
        office.send(marked("كتاب ينتظر القيد"))
    if not office.person("clerk.mof").go("/registers/handover/").page.locator("[data-row]").count():
        office.send(marked("كتاب ينتظر المراسل"), to=("الخطوط", "الخطوط الجوية الكويتية"))
    return office


@pytest.mark.parametrize("login", sorted({screen.login for screen in SCREENS.values()}))
def test_every_screen_is_sound_in_both_languages_and_themes(ready: Office, login: str) -> None:
    person = ready.person(login)
    own = person.language
    for language, theme in LOOKS:
        person.go("/account/sessions/").settle_in(language, theme)
        for route, screen in SCREENS.items():
            if screen.login != login:
                continue
            screen.open(person.page)
            expect(person.page.locator("main h1").first).to_be_attached()
            person.look(f"screen-{route}")
    person.go("/account/sessions/").settle_in(own, "dark" if own == "en" else "light")


def test_no_screen_runs_out_of_the_page_with_text_of_double_size(ready: Office) -> None:
    found = []
    for route, screen in SCREENS.items():
        page = ready.person(screen.login).page
        screen.open(page)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        found += [f"{route}: {one}" for one in page.evaluate(SIDEWAYS)]
        ready.close()
    assert found == []


def test_the_menus_open_over_the_page(office: Office) -> None:
    page = office.person("head.fl").go("/work/").page
    page.locator("summary.icon-btn").click()
    expect(page.locator(".drop.wide .more, .drop.wide .empty").first).to_be_visible()
    office.inspection.look(page, "bell")
    page.locator("summary.who").click()
    expect(page.locator(".pref")).to_be_visible()
    office.inspection.look(page, "menu")
