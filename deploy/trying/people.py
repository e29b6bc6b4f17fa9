# SPDX-License-Identifier: EUPL-1.2
"""People who come to an installation through its proxy: their secrets in one file, a browser for each."""

from __future__ import annotations

import json
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mukatabat.access import rules
from mukatabat.kernel import clock
from mukatabat.web.demo.acts import Stage
from mukatabat.web.demo.browser import Browser, Form, Page, StoryError

CERTIFICATE = "/etc/ssl/mukatabat/fullchain.pem"


@dataclass
class House(Stage):
    """The stage on a server: everybody at one address, with the passwords that they were given there."""

    host: str = ""
    file: Path = Path("people.json")
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read who is known from an earlier run."""
        if self.file.exists():
            self.known = json.loads(self.file.read_text(encoding="utf-8"))

    def newcomer(self, made: dict[str, Any]) -> None:
        """Remember somebody's first password and enrolment code, as the command line printed them."""
        self.known[made["login"]] = {"password": made["password"], "enrolment_code": made.get("enrolment_code", "")}
        self.keep()

    def keep(self) -> None:
        """Write down who is known."""
        self.file.write_text(json.dumps(self.known), encoding="utf-8")

    def person(self, login: str) -> Browser:
        """The signed-in browser of a person."""
        if login not in self.browsers:
            browser = Browser(self.host, self.port, trust=ssl.create_default_context(cafile=CERTIFICATE))
            self._sign_in(browser, login)
            self.browsers[login] = browser
        return self.browsers[login]

    def code(self, login: str) -> str:
        """A one-time code of that person which was not used yet; waits until there is one."""
        mine = self.known[login]
        while (step := max(rules.step_at(clock.now()), mine.get("step", 0) + 1)) > (
            rules.step_at(clock.now()) + rules.ONE_TIME_CODE_TOLERANCE
        ):
            time.sleep(0.5)
        mine["step"] = step
        self.keep()
        return rules.one_time_code(mine["secret"], step)

    def _sign_in(self, browser: Browser, login: str) -> None:
        """Go through the door; the first time with a password of one's own and a second factor."""
        mine = self.known[login]
        page = browser.get("/sign-in/")
        page = browser.send(page.form("sign-in").filled(login=login, password=mine["password"]))
        for _ in range(4):
            if "/sign-in/" not in page.url:
                return
            page = browser.send(self._answered(page, login))
        message = f"the door stays shut to {login}: {page.status} {page.url}"
        raise StoryError(message)

    def _answered(self, page: Page, login: str) -> Form:
        mine, form = self.known[login], page.form()
        if "password" in page.url:
            mine["password"] = f"a-password-of-{login}-alone"
            self.keep()
            return form.filled(password1=mine["password"], password2=mine["password"])
        if "enrolment" in page.url:
            mine["secret"] = page.find(r"\b([A-Z2-7]{32})\b")
            form = form.filled(enrolment_code=mine["enrolment_code"])
        return form.filled(code=self.code(login))
