# SPDX-License-Identifier: EUPL-1.2
"""The first letters, played over HTTP by eight people of two bodies, each in a browser of their own.

A ministry asks for an opinion; the Department registers the question, refers it, answers; the ministry registers the
answer beside its question. Two more letters go to a body with a system of its own, and to one that gets paper. Every
step prints what a person would see: numbers, references, times.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import click

from mukatabat.directory.queries import posts_held
from mukatabat.directory.seed import body_id, person_id
from mukatabat.web.demo.browser import Browser, Page, StoryError
from mukatabat.web.demo.people import fresh_code, sign_in

SUBJECT = "طلب الرأي بشأن أحقية المتعاقد في فروق أسعار المواد"
QUESTION = (
    "بالإشارة إلى العقد رقم (18/2023) المبرم بين الوزارة وإحدى شركات المقاولات، ونظرًا لما ورد من المتعاقد من مطالبة "
    "بفروق أسعار المواد الداخلة في التنفيذ، يرجى التفضل بإبداء الرأي القانوني في مدى أحقيته في تلك المطالبة.\n\n"
    "أولًا: صورة العقد وملاحقه.\nثانيًا: مطالبة المتعاقد وجدول الفروق."
)
ANSWER = (
    "نفيدكم بأنه بعد الاطلاع على العقد وملحقه ومذكرة إدارة الشؤون القانونية لديكم، وعلى أحكام القانون، انتهى الرأي إلى "
    "ما يأتي:\n\nأولًا: الأصل في العقود المبرمة بسعر إجمالي ثابت هو التزام المتعاقد بالأسعار المتفق عليها طوال مدة "
    "التنفيذ.\nثانيًا: لا أحقية للمتعاقد في المطالبة بفروق الأسعار ما لم ينص العقد على خلاف ذلك."
)
LINKED_SUBJECT = "طلب الإفادة ببيانات التسجيل"
LINKED_QUESTION = "يرجى التفضل بالإفادة ببيانات التسجيل المطلوبة."
PAPER_SUBJECT = "طلب كشف بالتذاكر الحكومية"
PAPER_QUESTION = "يرجى التفضل بتزويدنا بكشف التذاكر الصادرة على حساب الوزارة خلال السنة المالية."
PATIENCE = 30.0
"""Seconds within which a delivery must show on the other side."""


@dataclass
class Story:
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

    def tell(self, arabic: str, english: str, *facts: str) -> None:
        """Print one step in both languages with its numbers."""
        self.step += 1
        click.echo(f"  {self.step:2}. {english}  —  {arabic}")
        for fact in facts:
            click.echo(f"        {fact}")


def play(attach: Sequence[Path]) -> int:
    """Play the story against the running site; returns 0 when every step came out, else 1 with what did not."""
    story = Story(_port())
    began = time.monotonic()
    try:
        _play(story, attach)
    except StoryError as error:
        click.echo(f"\n  The story stopped: {error}", err=True)
        return 1
    click.echo(f"\n  {story.step} steps in {time.monotonic() - began:.1f} s; one letter waits for a messenger.")
    return 0


def _port() -> int:
    return int(os.environ["MUKATABAT_PORT"])


def _play(story: Story, attach: Sequence[Path]) -> None:
    question = _write(story, "adviser.mof", Draft(
        "/letters/new/", SUBJECT, QUESTION, "opinion_request", to=str(body_id("FL")),
        approver=_post("head.mof"), signer=_post("signer.mof"), files=tuple(attach),
    ))  # fmt: skip
    story.tell("حرّرت المستشارة المسودة وأرسلتها للاعتماد", "The adviser drafted and sent it for approval", SUBJECT)
    asked = _approve_and_sign(story, "head.mof", "signer.mof", question)

    arrival = _waiting(story, "clerk.fl", "/registers/tray/", asked)
    question_number = _register(story, "clerk.fl", arrival, to=f"post:{_post('head.fl')}", act="study")
    story.tell(
        "قيّدته الفتوى والتشريع وأحالته",
        "The Department's registry took it in and referred it",
        f"{asked} → {question_number}",
    )
    _refer(story, "head.fl", _letter_of(story, "head.fl", asked), to=f"person:{person_id('adviser.fl')}", act="reply")
    story.tell("أحالته رئيسة القسم إلى المستشار لإعداد الرد", "The head referred it to the adviser for a reply")

    incoming = _letter_of(story, "adviser.fl", asked)
    answer = _write(story, "adviser.fl", Draft(
        f"/letters/{incoming}/reply/", "", ANSWER, "opinion", approver=_post("head.fl"), signer=_post("signer.fl"),
    ))  # fmt: skip
    story.tell("أعدّ المستشار الرد من الكتاب الوارد", "The adviser prepared the reply from the incoming letter")
    answered = _approve_and_sign(story, "head.fl", "signer.fl", answer)

    arrival = _waiting(story, "clerk.mof", "/registers/tray/", answered)
    answer_number = _register(story, "clerk.mof", arrival, to="", act="")
    story.tell("قيّدت الوزارة الرد", "The ministry registered the answer", f"{answered} → {answer_number}")
    page = story.person("adviser.mof").get(f"/letters/{question}/?panel=track")
    if answer_number not in page.text or question_number not in page.text:
        message = "the asker does not see the answer linked to the question"
        raise StoryError(message)
    story.tell(
        "يرى السائل رقمي الجهتين والرد مرتبطًا بسؤاله",
        "The asker sees both numbers, and the answer linked to the question",
        f"{asked} → {question_number}, {answered} → {answer_number}",
    )
    _write_to_the_linked_body(story)
    _write_to_the_unconnected_body(story)


def _write_to_the_linked_body(story: Story) -> None:
    """A letter to a body with a system of its own, which registers it and acknowledges it without a person."""
    subject = f"{LINKED_SUBJECT} ({time.time_ns()})"  # the acknowledgement names it, and former runs left theirs
    letter = _write(story, "adviser.mof", Draft(
        "/letters/new/", subject, LINKED_QUESTION, "general", to=str(body_id("PACI")),
        approver=_post("head.mof"), signer=_post("signer.mof"),
    ))  # fmt: skip
    story.tell("كتبت الوزارة إلى جهة مرتبطة بنظامها", "The ministry wrote to a body with a system of its own", subject)
    asked = _approve_and_sign(story, "head.mof", "signer.mof", letter)
    arrival = _waiting(story, "clerk.mof", "/registers/tray/", subject)
    number = _register(story, "clerk.mof", arrival, to="", act="")
    story.tell(
        "قيّد نظام الجهة الكتاب ووقّعت إفادة باستلامه", "Its system registered the letter; its signer acknowledged it",
        f"{asked} → {number}",
    )  # fmt: skip


def _write_to_the_unconnected_body(story: Story) -> None:
    """A letter to a body that gets paper: it lies with the own registry, which hands it over."""
    letter = _write(story, "adviser.mof", Draft(
        "/letters/new/", PAPER_SUBJECT, PAPER_QUESTION, "general", to=str(body_id("KAC")),
        approver=_post("head.mof"), signer=_post("signer.mof"),
    ))  # fmt: skip
    story.tell("كتبت الوزارة إلى جهة غير مرتبطة", "The ministry wrote to a body that is not connected", PAPER_SUBJECT)
    sent = _approve_and_sign(story, "head.mof", "signer.mof", letter)
    registry = story.person("clerk.mof")
    _until(
        lambda: sent if sent in registry.get("/registers/handover/").text else None,
        f"{sent} does not lie ready for its messenger",
    )
    story.tell("ينتظر لدى سجل الوزارة تسليمه ورقيًا", "It waits at the ministry's registry for its messenger", sent)


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


def _write(story: Story, login: str, draft: Draft) -> UUID:
    """Fill the form in, save it with its files, and send it along its route; returns the letter's id."""
    browser = story.person(login)
    page = _sound(browser.get(draft.path))
    typed = {"letter_type": draft.letter_type, "approver": draft.approver, "signer": draft.signer}
    form = page.form("/letters/")
    written = form.filled(**typed, body="\n\n".join((_prefilled(form.pairs), draft.body)).strip(), act="save")
    if draft.subject:
        written = written.filled(subject=draft.subject)
    if draft.to:
        written = written.filled(to=draft.to)
    page = _sound(browser.send(written, draft.files))
    letter = UUID(_found(page.url, r"/letters/([0-9a-f-]{36})/"))
    _sound(browser.send(page.form("/letters/").filled(act="submit")))
    return letter


def _prefilled(pairs: Sequence[tuple[str, str]]) -> str:
    return next((value for name, value in pairs if name == "body"), "").strip()


def _approve_and_sign(story: Story, head: str, signer: str, letter: UUID) -> str:
    """Approve, sign with a fresh one-time code, wait for the number; returns the reference."""
    browser = story.person(head)
    page = _sound(browser.get(f"/letters/{letter}/review/"))
    _sound(browser.send(page.form("/approve/")))
    story.tell("اعتمده رئيس الإدارة", "The head approved it")
    browser = story.person(signer)
    page = _sound(browser.get(f"/letters/{letter}/sign/"))
    _sound(browser.send(page.form("/sign/").filled(code=fresh_code(signer), read="yes")))
    reference = _until(lambda: _reference(browser, letter), f"no number for {letter}")
    story.tell("وقّعه صاحب الصلاحية فصدر برقمه", "It was signed by mandate and issued under its number", reference)
    return reference


def _reference(browser: Browser, letter: UUID) -> str | None:
    """The letter's own number, once it is issued, from the title of its page."""
    title = browser.get(f"/letters/{letter}/").text.partition("</title>")[0]
    found = re.search(r"[A-Z]+-O-\d{4}-\d{5}", title)
    return found.group() if found else None


def _waiting(story: Story, clerk: str, tray: str, reference: str) -> str:
    """The page of an arrival once it lies in the tray."""
    browser = story.person(clerk)

    def look() -> str | None:
        rows = [row for row in browser.get(tray).text.split("<tr") if reference in row]
        found = re.search(r"/letters/arrivals/[0-9a-f-]{36}/", rows[0]) if rows else None
        return found.group() if found else None

    path = _until(look, f"{reference} did not arrive")
    story.tell("وصل إلى سجل الجهة الأخرى", "It lies in the other body's registry tray", reference)
    return path


def _register(story: Story, clerk: str, arrival: str, *, to: str, act: str) -> str:
    browser = story.person(clerk)
    page = _sound(browser.get(arrival))
    filled = page.form("/register/").filled(to=to, note="للدراسة وإبداء الرأي" if to else "")
    page = _sound(browser.send(filled.filled(act=act) if act else filled))
    return _found(page.text, r"\b([A-Z]+-I-\d{4}-\d{5})\b")


def _refer(story: Story, login: str, letter: UUID, *, to: str, act: str) -> None:
    browser = story.person(login)
    page = _sound(browser.get(f"/letters/{letter}/refer/"))
    _sound(browser.send(page.form("/refer/").filled(to=to, act=act, note="لإعداد الرد في ضوء فتاوى الإدارة السابقة")))


def _letter_of(story: Story, login: str, reference: str) -> UUID:
    """The letter that a person's work queue shows under the other side's reference."""
    text = story.person(login).get("/work/").text
    for row in re.findall(r"/letters/([0-9a-f-]{36})/", text):
        if reference in story.person(login).get(f"/letters/{row}/").text:
            return UUID(row)
    message = f"{reference} is not in the queue of {login}"
    raise StoryError(message)


def _post(login: str) -> str:
    return str(posts_held(person_id(login))[0].post_id)


def _sound(page: Page) -> Page:
    if page.status == 200:
        return page
    told = re.findall(r'class="why">([^<]+)<|<b>[^<]*</b>([^<]+)</p>|<li><a href="#[^"]*">([^<]+)<', page.text)
    message = f"{urlsplit(page.url).path} answered {page.status}: {' '.join(''.join(one) for one in told)}"
    raise StoryError(message)


def _found(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        message = f"nothing like {pattern}"
        raise StoryError(message)
    return found.group(1)


def _until(look: Callable[[], str | None], complaint: str) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    raise StoryError(complaint)
