# SPDX-License-Identifier: EUPL-1.2
"""A trust service provider beside a site, and the telephone on which a signer answers it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

CLIENT, SECRET = "mukatabat", "only for trying"
STAND_IN = "mukatabat.signing.providers.csc.development"


@dataclass(frozen=True)
class TrustService:
    """Where a provider at work is reached, and what an installation has to be told of it."""

    url: str
    secret_file: Path

    @property
    def told(self) -> dict[str, str]:
        """The settings of an installation whose persons have their keys here."""
        return {
            "MUKATABAT_CSC_URL": self.url, "MUKATABAT_CSC_CLIENT_ID": CLIENT,
            "MUKATABAT_CSC_SECRET_FILE": str(self.secret_file),
        }  # fmt: skip


@contextmanager
def trust_service(people: dict[str, dict[str, str]], folder: Path, *, authority: Path) -> Iterator[TrustService]:
    """Run the stand-in for the block as docs/signing.md says, over the authority that the installation trusts."""
    secret, known = folder / "secret", folder / "people.json"
    secret.write_text(SECRET, encoding="utf-8")
    known.write_text(json.dumps(people), encoding="utf-8")
    command = [
        sys.executable, "-m", STAND_IN, "--client-id", CLIENT, "--secret-file", secret, "--people", known,
        "--authority", authority,
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield TrustService(process.stdout.readline().strip(), secret)
        finally:
            process.terminate()


class Telephone:
    """The stand-in's page, which asks like the application on a signer's telephone; it is no page of the site."""

    def __init__(self, browser: Browser, service: TrustService) -> None:
        """Take a browser and the service that rings."""
        base, _, _ = service.url.partition("/csc/")
        self._context = browser.new_context(base_url=base, viewport={"width": 390, "height": 768})
        self._page: Page = self._context.new_page()

    def asked(self, *references: str) -> None:
        """Look who rings: it is one, and shows exactly these numbers."""
        self._page.close()  # it would look again by itself, and cut our own look off
        self._page = self._context.new_page()
        self._page.goto("/")
        expect(self._page.locator("form bdi").last).to_have_text("، ".join(references))
        expect(self._page.locator("form")).to_have_count(1)

    def press(self, word: str) -> None:
        """Answer with the button of that word; nothing is asked afterwards."""
        self._page.get_by_role("button", name=word, exact=True).click()
        expect(self._page.locator("form")).to_have_count(0)

    def close(self) -> None:
        """Put it away."""
        self._context.close()
