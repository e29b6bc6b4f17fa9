# SPDX-License-Identifier: EUPL-1.2
"""One Chromium and one office for all browser tests; every screen that a test shows is inspected."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.people import Office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.conftest import Site

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that MUKATABAT_CHROMIUM names, or the system's."""
    program = os.environ.get("MUKATABAT_CHROMIUM") or shutil.which("chromium") or "chromium"
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def everybody(chromium: Browser, site: Site) -> Office:
    """The office with all who signed in so far."""
    return Office(chromium, site)


@pytest.fixture
def office(everybody: Office) -> Iterator[Office]:
    """The office for one test."""
    with everybody.inspected():
        yield everybody
