# SPDX-License-Identifier: EUPL-1.2
"""Signing in as one of the demonstration's people, over HTTP, with password and one-time code."""

from __future__ import annotations

import time

from mukatabat.access import rules
from mukatabat.access.demo import DEMO_PASSWORD, demo_secret
from mukatabat.kernel import clock
from mukatabat.web.demo.browser import Browser, Page, StoryError

TRIES = 3
_used: dict[str, int] = {}


def sign_in(browser: Browser, login: str) -> Page:
    """Sign in through the door as a person would; raises StoryError when the door stays shut."""
    page = browser.get("/sign-in/")
    page = browser.send(page.form("sign-in").filled(login=login, password=DEMO_PASSWORD))
    for _ in range(TRIES):  # a code that another run used up a moment ago is refused; the next one is not
        if "/sign-in/code/" not in page.url:
            break
        page = browser.send(page.form().filled(code=fresh_code(login)))
    if "/sign-in/" in page.url:
        message = f"{login} could not sign in"
        raise StoryError(message)
    return page


def fresh_code(login: str) -> str:
    """A one-time code that this login has not used: each is taken once, and the neighbouring half minutes count too.

    Waits when all three are used up.
    """
    while True:
        present = rules.step_at(clock.now())
        first = max(present - rules.ONE_TIME_CODE_TOLERANCE, _used.get(login, 0) + 1)
        if first <= present + rules.ONE_TIME_CODE_TOLERANCE:
            _used[login] = first
            return rules.one_time_code(demo_secret(login), first)
        time.sleep(0.5)
