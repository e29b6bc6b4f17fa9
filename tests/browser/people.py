# SPDX-License-Identifier: EUPL-1.2
"""People of the cast before their screens: what they press and type, by the words that they read."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import translation
from playwright.sync_api import expect

from mukatabat.access.demo import DEMO_PASSWORD
from mukatabat.web.demo.people import fresh_code
from tests.browser.screens import Inspection, Watch, options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.utils.functional import Promise
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

    from tests.conftest import Site

REFERENCE = r"\b[A-Z]+-{register}-\d{{4}}-\d{{5}}\b"
APPROVAL = "approval/"
RUN = f"{int(time.time()) % 100_000:05}"
PATIENCE = 60.0
"""Seconds within which a letter must have reached the other body."""

DEPARTMENT = ("الفتوى", "الفتوى والتشريع")
"""What is typed to find the Department among the bodies, and what it is called there."""

ENGLISH_BODIES = {"moh", "mpw"}
"""The people of these two read English on dark screens, all others Arabic on light ones."""


@dataclass
class Person:
    """Somebody signed in, or about to be, before one page."""

    login: str
    page: Page
    inspection: Inspection
    language: str = "ar"
    scripts: bool = True

    # ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def word(self, english: str) -> str:
        """What the screens call this in the person's language; a word that was never translated fails."""
        with translation.override(self.language):
            heard = translation.gettext(english)
        assert self.language == "en" or re.search(r"[ء-ي]", heard), f"{english} has no Arabic"
        return heard

    def said(self, text: Promise | str) -> str:
        """A text of an error in the person's language."""
        with translation.override(self.language):
            return str(text)

    def button(self, english: str, *, within: Page | Locator | None = None) -> Locator:
        """The button of that word."""
        return (within or self.page).get_by_role("button", name=self.word(english))

    def link(self, english: str, *, within: Page | Locator | None = None) -> Locator:
        """The link of that word."""
        return (within or self.page).get_by_role("link", name=self.word(english))

    def field(self, english: str, *, within: Page | Locator | None = None) -> Locator:
        """The field whose label begins with that word."""
        return (within or self.page).get_by_label(self.word(english)).first

    # ── going about ─────────────────────────────────────────────────────────────────────────────────────────────────

    def go(self, path: str) -> Person:
        """Open a page by its address."""
        self.page.goto(path)
        return self

    def arrive(self, sight: Locator) -> None:
        """Wait for the page that a click led to: until its sight is there and its scripts listen."""
        expect(sight).to_be_visible()
        self.page.wait_for_load_state()

    def look(self, name: str) -> Person:
        """Inspect the screen that stands here; the inspection is a script itself."""
        if self.scripts:
            self.inspection.look(self.page, name)
        return self

    def sign_in(self) -> None:
        """Enter with password and one-time code; a code that somebody used a moment ago is followed by the next."""
        page = self.page
        page.goto("/sign-in/")
        self.look("sign-in")
        page.locator("#id_login").fill(self.login)
        page.locator("#id_password").fill(DEMO_PASSWORD)
        self._go_in()
        for _ in range(3):
            if "/sign-in/code/" not in page.url:
                break
            self.look("second-factor")
            page.locator("#id_code").fill(fresh_code(self.login))
            self._go_in()
        expect(page.locator("nav.rail")).to_be_visible()

    def _go_in(self) -> None:
        """Press the button of the door and wait for what it answers: a second press would end the session begun."""
        with self.page.expect_navigation():
            self.page.get_by_role("main").get_by_role("button").first.click()

    def settle_in(self, language: str, theme: str) -> None:
        """Choose language and appearance from one's own menu."""
        self.language = language
        chosen = {"language": (language, f"html[lang^={language}]"), "theme": (theme, f"html[data-theme={theme}]")}
        for name, (value, so) in chosen.items():
            choice = self.page.locator(f"button[name={name}][value={value}]")
            if choice.get_attribute("aria-pressed") != "true":
                self.page.locator("summary.who").click()
                choice.click()
            expect(self.page.locator(so)).to_be_attached()

    # ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def begin_letter(self) -> None:
        """From the queue to an empty form."""
        self.go("/work/")
        self.link("New letter").first.click()
        self.arrive(self.page.locator("form#draft"))

    def address(self, typed: str, name: str, *, field: str = "to") -> None:
        """Pick a recipient out of the directory by typing part of its name."""
        line = self.page.locator(f"#id_{field}")
        line.fill(typed)
        self.page.locator(f"#{field}-options").get_by_role("option", name=name).first.click()
        expect(self.page.locator(f".combo[data-tokens={field}] .tok", has_text=name)).to_be_visible()

    def fill(self, *, subject: str = "", text: str = "", signer: str = "") -> None:
        """Type subject and text, and choose who signs by a part of the name."""
        if subject:
            self.page.locator("#id_subject").fill(subject)
        if text:
            self.page.locator("#id_body").fill(text)
        if signer:
            self.choose("#id_signer", signer)

    def text(self) -> str:
        """The text of the letter, from the editor or from the plain text area."""
        body = self.page.locator("#id_body")
        return body.inner_text() if self.in_editor() else body.input_value()

    def expect_text(self, text: str) -> None:
        """Wait until the letter holds exactly this."""
        body = expect(self.page.locator("#id_body"))
        (body.to_have_text if self.in_editor() else body.to_have_value)(text)

    def in_editor(self) -> bool:
        """Whether the letter editor runs; without node it was not built, and the text area stays."""
        self.page.wait_for_load_state()
        return self.page.locator("#id_body[contenteditable]").count() == 1

    def choose(self, field: str, part: str) -> None:
        """Choose the line of a list that holds this text."""
        line = self.page.locator(f"{field} option", has_text=part).first
        self.page.locator(field).select_option(str(line.get_attribute("value")))

    def attach(self, name: str, content: bytes) -> None:
        """Choose a file; choosing sends it."""
        self.page.wait_for_load_state()
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        self.page.locator("#id_files").set_input_files([file])

    def wait_until_saved(self) -> None:
        """Wait for the line that says that everything typed is saved."""
        self.page.wait_for_timeout(950)  # as long as a pause must be before a draft saves itself
        expect(self.page.locator("[data-saved][data-state=saved] [data-when=saved]")).to_be_visible()

    def submit(self) -> None:
        """Send the draft along its route."""
        self.button("Send for approval").click()
        expect(self.page.locator("form#draft")).to_have_count(0)

    # ── the route ───────────────────────────────────────────────────────────────────────────────────────────────────

    def open_item(self, subject: str, *, tab: str = "") -> None:
        """Open the item of this subject from the own queue, or from another of its tabs."""
        self.go(f"/work/{tab}")
        self.row(subject).get_by_role("link").first.click()
        self.arrive(self.page.locator("h1", has_text=subject))

    def open_draft(self, subject: str) -> None:
        """Open a draft of one's own from the queue."""
        self.go("/work/")
        self.row(subject).get_by_role("link").first.click()
        self.arrive(self.page.locator("form#draft"))

    def row(self, text: str) -> Locator:
        """The first row of a list that holds this text."""
        return self.page.locator("[data-row]", has_text=text).first

    def approve(self, subject: str) -> None:
        """Read the draft and approve it."""
        self.open_item(subject, tab=APPROVAL)
        self.look("review")
        self.page.locator("button[form=approve]").click()
        expect(self.page.locator("button[form=approve]")).to_have_count(0)

    def sign(self, subject: str, *, register: str = "O") -> str:
        """Read the letter, say so, sign it; returns its number, which stands in that register."""
        self.open_item(subject, tab=APPROVAL)
        self.look("sign")
        self.field("I have read this letter and its attachments").check()
        self.prove()
        self.button("Sign and send").click()
        self.page.locator("#signing .st-ok", has_text=self.word("Signed")).wait_for()
        self.look("signed")
        return found(self.page.locator("#signing h2").inner_text(), register)

    def prove(self) -> None:
        """Type a one-time code where the page asks for one."""
        if self.page.locator("#id_code").count():
            self.page.locator("#id_code").fill(fresh_code(self.login))

    # ── the registry and the item ───────────────────────────────────────────────────────────────────────────────────

    def take_from_tray(self, reference: str) -> None:
        """Wait for the letter to arrive, and open it."""
        until(lambda: bool(self.go("/registers/tray/").page.locator("[data-row]", has_text=reference).count()))
        self.look("tray")
        self.row(reference).locator("[data-open-row]").click()
        self.arrive(self.page.locator(".crumb", has_text=reference))

    def register(self, *, to: str = "", note: str = "") -> str:
        """Take the arrival into the register, and refer it if a name is given; returns the body's own number."""
        if to:
            self.choose("#id_to", to)
            self.page.locator("#id_note").fill(note)
        self.button("Register and refer").click()
        expect(self.page.locator("#toasts .toast")).to_be_visible()
        return found(self.page.locator("#toasts").inner_text(), "I")

    def refer(self, *, to: str, note: str) -> None:
        """Hand the open letter on by the side sheet."""
        self.link("Refer", within=self.page.locator("header.hd")).click()
        sheet = self.page.locator("dialog#sheet[open]")
        expect(sheet).to_be_visible()
        self.look("referral-sheet")
        line = sheet.locator("#id_to option", has_text=to).first
        sheet.locator("#id_to").select_option(str(line.get_attribute("value")))
        sheet.locator("#id_note").fill(note)
        self.button("Refer", within=sheet).click()
        expect(self.page.locator("#toasts .toast", has_text=self.word("Referred."))).to_be_visible()


@dataclass
class Office:
    """Everybody's browsers: who signed in once stays signed in, in windows of their own."""

    browser: Browser
    site: Site
    watch: Watch = field(default_factory=Watch)
    inspection: Inspection = field(default_factory=Inspection)
    _kept: dict[str, Any] = field(default_factory=dict)
    _open: list[BrowserContext] = field(default_factory=list)

    def stranger(self, login: str, **settings: Any) -> Person:
        """Somebody who has not signed in, at the address of the body."""
        own = {"base_url": self.site.url(login.partition(".")[2]), **settings}
        context = self.browser.new_context(**options(**own))
        context.set_default_timeout(20_000)
        self._open.append(context)
        page = context.new_page()
        self.watch.follow(page)
        return Person(login, page, self.inspection, scripts=settings.get("java_script_enabled", True))

    def person(self, login: str, *, documents: bool = False, **settings: Any) -> Person:
        """Somebody of the cast, signed in; more settings are those of a browser window.

        The signed PDF beside a letter is drawn only where it is asked for: it costs more than the page around it.
        """
        english = login.partition(".")[2] in ENGLISH_BODIES
        language, theme = ("en", "dark") if english else ("ar", "light")
        if login not in self._kept:
            first = self.stranger(login)
            first.sign_in()
            first.settle_in(language, theme)
            self._kept[login] = first.page.context.storage_state()
            first.page.context.close()
        person = self.stranger(login, storage_state=self._kept[login], **settings)
        person.language = language
        if not documents:
            person.page.context.route("**/documents/**", lambda route: route.abort())
        return person

    def send(self, subject: str, *, annex: tuple[str, bytes] | None = None, to: tuple[str, str] = DEPARTMENT) -> str:
        """A letter of the Ministry of Finance, with a file or without; ``to`` as typed and as named; its number."""
        adviser = self.person("adviser.mof")
        adviser.begin_letter()
        adviser.address(*to)
        adviser.fill(subject=subject, text="يرجى التفضل بالإفادة.", signer="طلال النصف")
        adviser.choose("#id_approver", "جاسم العوضي")
        if annex:
            adviser.wait_until_saved()
            adviser.attach(*annex)
            expect(adviser.page.locator(".files .file bdi")).to_have_text([annex[0]])
        adviser.submit()
        self.person("head.mof").approve(subject)
        return self.person("signer.mof").sign(subject)

    @contextmanager
    def inspected(self) -> Iterator[None]:
        """Work for the block; afterwards nothing may have been said against its pages."""
        self.watch.complaints.clear()
        self.inspection.faults.clear()
        yield
        self.close()
        assert not self.watch.complaints
        assert not self.inspection.faults, "\n".join(self.inspection.faults)

    def close(self) -> None:
        """Close every window."""
        while self._open:
            self._open.pop().close()


def marked(subject: str) -> str:
    """A subject that no former run on the same state has used."""
    return f"{subject} {RUN}"


def found(text: str, register: str) -> str:
    """The first reference of that register in a text."""
    match = re.search(REFERENCE.format(register=register), text)
    assert match is not None, f"no {register} number in: {text}"
    return match.group()


def until(look: Callable[[], bool]) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.25)
