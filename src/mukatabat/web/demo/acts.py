# SPDX-License-Identifier: EUPL-1.2
"""What people do with letters over HTTP, each in a browser of their own: write, approve, sign, register, refer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import click

from mukatabat.web.demo.browser import Browser, Page, StoryError
from mukatabat.web.demo.people import fresh_code, sign_in

PATIENCE = 30.0
"""Seconds within which a delivery must show on the other side."""


@dataclass
class Stage:
    """The stage: one browser per person, and the lines that were told."""

    port: int
    browsers: dict[str, Browser] = field(default_factory=dict)
    step: int = 0

    def person(self, login: str) -> Browser:
        """The signed-in browser of a person, at the address of the person's body."""
        if login not in self.browsers:
            browser = Browser(f"{login.partition('.')[2]}.localhost", self.port)
            sign_in(browser, login)
            self.browsers[login] = browser
        return self.browsers[login]

    def code(self, login: str) -> str:
        """A one-time code of that person which was not used yet."""
        return fresh_code(login)

    def tell(self, arabic: str, english: str, *facts: str) -> None:
        """Print one step in both languages with its numbers."""
        self.step += 1
        click.echo(f"  {self.step:2}. {english}  —  {arabic}")
        for fact in facts:
            click.echo(f"        {fact}")


@dataclass(frozen=True)
class Draft:
    """What a person types into the compose page."""

    path: str
    subject: str
    body: str
    letter_type: str
    to: str = ""
    approver: str = ""
    signer: str = ""
    files: tuple[Path, ...] = ()


def write(stage: Stage, login: str, draft: Draft) -> UUID:
    """Fill the form in, save it with its files, and send it along its route; returns the letter's id."""
    browser = stage.person(login)
    page = sound(browser.get(draft.path))
    typed = {"letter_type": draft.letter_type, "approver": draft.approver, "signer": draft.signer}
    form = page.form("/letters/")
    written = form.filled(**typed, body="\n\n".join((_prefilled(form.pairs), draft.body)).strip(), act="save")
    if draft.subject:
        written = written.filled(subject=draft.subject)
    if draft.to:
        written = written.filled(to=draft.to)
    page = sound(browser.send(written, draft.files))
    letter = UUID(urlsplit(page.url).path.split("/")[2])
    sound(browser.send(page.form("/letters/").filled(act="submit")))
    return letter


def _prefilled(pairs: Sequence[tuple[str, str]]) -> str:
    return next((value for name, value in pairs if name == "body"), "").strip()


def approve_and_sign(stage: Stage, head: str, signer: str, letter: UUID) -> str:
    """Approve, sign with a fresh one-time code, wait for the number; returns the reference."""
    approve(stage, head, letter)
    return sign(stage, signer, letter)


def approve(stage: Stage, head: str, letter: UUID) -> None:
    """Approve a letter, so that it waits for its signer."""
    browser = stage.person(head)
    page = sound(browser.get(f"/letters/{letter}/review/"))
    sound(browser.send(page.form("/approve/")))
    stage.tell("اعتمده رئيس الإدارة", "The head approved it")


def sign(stage: Stage, signer: str, letter: UUID) -> str:
    """Sign an approved letter with a fresh one-time code, and wait for its number; returns the reference."""
    browser = stage.person(signer)
    page = sound(browser.get(f"/letters/{letter}/sign/"))
    sound(browser.send(page.form("/sign/").filled(code=stage.code(signer), read="yes")))
    reference = until(lambda: _reference(browser, letter), f"no number for {letter}")
    stage.tell("وقّعه صاحب الصلاحية فصدر برقمه", "It was signed by mandate and issued under its number", reference)
    return reference


def _reference(browser: Browser, letter: UUID) -> str | None:
    """The letter's own number, once it is issued, from the title of its page."""
    title = browser.get(f"/letters/{letter}/").text.partition("</title>")[0]
    found = re.search(r"[A-Z]+-O-\d{4}-\d{5}", title)
    return found.group() if found else None


def waiting(stage: Stage, clerk: str, tray: str, reference: str) -> str:
    """The page of an arrival once it lies in the tray."""
    browser = stage.person(clerk)

    def look() -> str | None:
        rows = [row for row in browser.get(tray).text.split("<tr") if reference in row]
        found = re.search(r"/letters/arrivals/[0-9a-f-]{36}/", rows[0]) if rows else None
        return found.group() if found else None

    path = until(look, f"{reference} did not arrive")
    stage.tell("وصل إلى سجل الجهة الأخرى", "It lies in the other body's registry tray", reference)
    return path


def register(stage: Stage, clerk: str, arrival: str, *, to: str = "", act: str = "") -> str:
    """Give an arrival its number, and refer it to somebody for something where ``to`` says so; returns the number."""
    browser = stage.person(clerk)
    page = sound(browser.get(arrival))
    filled = page.form("/register/").filled(to=to, note="للدراسة وإبداء الرأي" if to else "")
    page = sound(browser.send(filled.filled(act=act) if act else filled))
    return page.find(r"\b([A-Z]+-I-\d{4}-\d{5})\b")


def refer(stage: Stage, login: str, letter: UUID, *, to: str, act: str) -> None:
    """Refer a letter to somebody for something."""
    browser = stage.person(login)
    page = sound(browser.get(f"/letters/{letter}/refer/"))
    sound(browser.send(page.form("/refer/").filled(to=to, act=act, note="لإعداد الرد في ضوء فتاوى الإدارة السابقة")))


def letter_of(stage: Stage, login: str, reference: str) -> UUID:
    """The letter that a person's work queue shows under the other side's reference."""
    text = stage.person(login).get("/work/").text
    for row in re.findall(r"/letters/([0-9a-f-]{36})/", text):
        if reference in stage.person(login).get(f"/letters/{row}/").text:
            return UUID(row)
    message = f"{reference} is not in the queue of {login}"
    raise StoryError(message)


def sound(page: Page) -> Page:
    """The page, if it is what was asked for; raises StoryError with what it says otherwise."""
    if page.status == 200:
        return page
    told = re.findall(r'class="why">([^<]+)<|<b>[^<]*</b>([^<]+)</p>|<li><a href="#[^"]*">([^<]+)<', page.text)
    message = f"{urlsplit(page.url).path} answered {page.status}: {' '.join(''.join(one) for one in told)}"
    raise StoryError(message)


def until(look: Callable[[], str | None], complaint: str) -> str:
    """Look again until something is found; raises StoryError with the complaint after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise StoryError(complaint)
