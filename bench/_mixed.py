# SPDX-License-Identifier: EUPL-1.2
"""`_mixed.py ADDRESS…`: the clients of one or more hosts, and afterwards the judge of what became of their letters.

Systems of two bodies write, issue and register over the API; people write, approve, sign and read on the pages. Each
stays at one host until a request fails, then repeats it at the next. Clients begin at once, say «begun» and end with
the standard input. Then all rests, and one line «result» follows.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import count, cycle
from queue import Queue
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit
from uuid import UUID

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _faults import letter_faults, trail_and_books
from _stage import WEB_PORT
from api import SUBJECT, TEXT, Program, token_of
from django.db import connection

from mukatabat.directory.queries import posts_held
from mukatabat.directory.seed import body_id, person_id
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.rules import ArrivalState
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.web.demo.browser import Browser, Page, StoryError
from mukatabat.web.demo.people import fresh_code, sign_in
from mukatabat.web.watching import measures
from tests.cast import Cast

Answer = TypeVar("Answer")

WRITERS = 3
PAUSE = 0.3
"""Seconds before a failed request is repeated at the next host."""

PATIENCE = 15.0
"""Seconds after which a host that says nothing is taken for dead."""

REST = 240.0
"""Seconds within which all that was begun is done once the clients stopped."""

UNREACHABLE = (OSError, http.client.HTTPException)
READ = (
    "/work/", "/registers/tray/", "/registers/incoming/", "/registers/outgoing/", "/notices/",
    f"/find/?q={quote('الأسعار')}",
)  # fmt: skip


_IDENTIFIER = re.compile("[0-9a-f-]{36}")


class Failed(Exception):
    """An answer that says that the server, not the client, is at fault; told by its kind."""


@dataclass
class Ledger:
    """What all clients saw and were told."""

    requests: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    letters: dict[str, list[str]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    registered: dict[str, str] = field(default_factory=dict)
    silence: float = 0.0
    slowest: float = 0.0
    _last: float = field(default_factory=time.monotonic)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, what: str, seconds: float) -> None:
        with self._lock:
            now = time.monotonic()
            self.silence, self._last = max(self.silence, now - self._last), now
            self.slowest = max(self.slowest, seconds)
            self.requests[what] += 1

    def failed(self, kind: str) -> None:
        with self._lock:
            self.errors[kind] += 1

    def step(self, letter: str, what: str) -> None:
        with self._lock:
            self.done[what] += 1
            self.letters.setdefault(letter, []).append(what)

    def fault(self, text: str) -> None:
        with self._lock:
            self.faults.append(text)


class Client:
    """One client: the host that it stays at, and its patience."""

    _made = count()

    def __init__(self, ledger: Ledger, addresses: list[str]) -> None:
        self.ledger = ledger
        first = next(self._made) % len(addresses)
        self._addresses = cycle([*addresses[first:], *addresses[:first]])
        self.address = next(self._addresses)

    def until_answered(self, what: str, ask: Callable[[], Answer]) -> Answer:
        """Ask, and repeat at the next host what could not be answered, until it is."""
        while True:
            began = time.monotonic()
            try:
                answer = ask()
            except UNREACHABLE as error:
                self.ledger.failed(type(error).__name__)
            except Failed as error:
                self.ledger.failed(str(error))
            else:
                self.ledger.answered(what, time.monotonic() - began)
                return answer
            time.sleep(PAUSE)
            self.move(next(self._addresses))

    def move(self, address: str) -> None:
        """Turn to another host."""
        self.address = address


class System(Client):
    """A body's own system at the API."""

    def __init__(self, body: str, token: str, *shared: Any) -> None:
        super().__init__(*shared)
        self.program = Program(body, WEB_PORT, token)
        self.move(self.address)

    def move(self, address: str) -> None:
        super().move(address)
        self.program.connection.close()
        self.program.connection = http.client.HTTPConnection(address, WEB_PORT, timeout=PATIENCE)

    def ask(self, method: str, path: str, content: dict[str, Any] | None = None, key: str = "") -> dict[str, Any]:
        """One request, repeated until it is answered; anything but success and faults of the server is a fault."""
        program = self.program
        headers = {"Authorization": f"Bearer {program.token}", "Host": "127.0.0.1", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        body = json.dumps(content).encode() if content is not None else None

        def once() -> dict[str, Any]:
            program.connection.request(method, f"/api/v1{path}", body, headers)
            answer = program.connection.getresponse()
            data = answer.read()
            if answer.status >= 500:
                raise Failed(str(answer.status))
            if answer.status >= 300:
                self.ledger.fault(f"{method} {path} answered {answer.status}: {data.decode()[:300]}")
                return {}
            found: dict[str, Any] = json.loads(data)
            return found

        return self.until_answered(f"{method} {_IDENTIFIER.sub('…', urlsplit(path).path)}", once)

    def write_and_issue(self, number: int) -> None:
        """Write one letter, take its number, sign, bring the signature."""
        program = self.program
        letter = {
            "subject": f"{SUBJECT} ({number})", "text": TEXT, "letter_type": "general",
            "recipients": [{"body": "FL"}], "signer": program.signer,
        }  # fmt: skip
        written = self.ask("POST", "/letters", letter, key=f"letter-{number:06}")
        if not written:
            return
        one = written["id"]
        self.ledger.step(one, "begun")
        begun = self.ask("POST", f"/letters/{one}/issue", {"signer": program.signer, "certificates": program.chain})
        if not begun:
            return
        signature = base64.b64encode(program.identity.sign(base64.b64decode(begun["to_be_signed"]))).decode()
        issued = self.ask("POST", f"/letters/{one}/signature", {"signature": signature})
        self.ledger.references[one] = issued.get("reference", "")
        self.ledger.step(one, "issued")

    def register_all(self) -> None:
        """Register what waits in the tray."""
        for arrival in self.ask("GET", "/arrivals?limit=20").get("items", ()):
            told = self.ask("POST", f"/arrivals/{arrival['id']}/register", {"letter_type": "general"})
            self.ledger.registered[arrival["id"]] = told.get("reference", "")
            self.ledger.done["registered"] += 1


class Person(Client):
    """A person at a browser."""

    def __init__(self, login: str, *shared: Any) -> None:
        super().__init__(*shared)
        self.login = login
        self.browser = Browser(f"{login.partition('.')[2]}.localhost", WEB_PORT, server=self.address, patience=PATIENCE)
        sign_in(self.browser, login)

    def move(self, address: str) -> None:
        super().move(address)
        self.browser.server = address

    def look(self, path: str) -> Page:
        """Open a page."""
        return self.until_answered("page", lambda: self.page(path))

    def page(self, path: str) -> Page:
        """Ask for a page once; raises Failed when the server is at fault, so that no form is looked for on it."""
        return _sound(self.browser.get(path))

    def act(self, what: str, form_of: Callable[[], Any]) -> Page | None:
        """Send a form that is fetched anew for every trial; None when the page offers it no more: it was done."""

        def once() -> Page | None:
            try:
                form = form_of()
            except StoryError:
                return None
            return _sound(self.browser.send(form))

        return self.until_answered(what, once)


def _sound(page: Page) -> Page:
    if page.status >= 500:
        raise Failed(str(page.status))
    return page


@dataclass
class Office:
    """People of one body: an adviser writes, a head approves, a signer signs when a one-time code is to be had."""

    adviser: Person
    head: Person
    signer: Person
    approved: Queue[str] = field(default_factory=Queue)

    def write(self, number: int) -> None:
        """Write a letter on the page, send it to the head, who approves it."""
        mine = self.adviser
        if self.approved.qsize() > 1:
            time.sleep(PAUSE)  # the signer gets a new code every half minute
            return
        typed = {
            "subject": f"{SUBJECT} ({number})", "body": TEXT, "letter_type": "opinion_request", "act": "save",
            "to": str(body_id("FL")), "approver": _post("head.mof"), "signer": _post("signer.mof"),
        }  # fmt: skip
        page = mine.act("save", lambda: mine.page("/letters/new/").form("/letters/").filled(**typed))
        assert page is not None
        found = re.match("/letters/([0-9a-f-]{36})/", urlsplit(page.url).path)
        if found is None:
            mine.ledger.fault(f"a draft was answered with {page.status}: {words(page)}")
            return
        letter = found[1]
        mine.ledger.step(letter, "begun")
        mine.act("submit", lambda: _writable(mine.page(f"/letters/{letter}/edit/")).filled(act="submit"))
        mine.ledger.step(letter, "submitted")
        self.head.act("approve", lambda: self.head.page(f"/letters/{letter}/review/").form("/approve/"))
        mine.ledger.step(letter, "approved")
        self.approved.put(letter)

    def sign(self) -> None:
        """Sign the next approved letter."""
        letter, mine = self.approved.get(), self.signer
        page: Page | None = Page("", 0, b"", {})
        while page is not None and page.status != 200:  # a code that was used up by a request without an answer
            page = mine.act("sign", lambda: mine.page(f"/letters/{letter}/sign/").form("/sign/").filled(
                code=fresh_code(mine.login), read="yes"
            ))  # fmt: skip
        mine.ledger.step(letter, "signed")


def _writable(page: Page) -> Any:
    form = page.form("/letters/")
    if "subject" not in dict(form.pairs):
        raise StoryError("it is no draft any more")
    return form


def words(page: Page) -> str:
    """What a page says is wrong."""
    return " ".join(re.findall(r'<li><a href="#[^"]*">([^<]+)<', page.text)) or page.url


@cache
def _post(login: str) -> str:
    return str(posts_held(person_id(login))[0].post_id)


def main() -> int:
    """Let everybody work until told to stop, wait until all rests, judge."""
    ledger, stop, rest = Ledger(), threading.Event(), threading.Event()
    shared = (ledger, sys.argv[1:])
    numbers = count(1)
    writers = [System("mof", token_of("mof"), *shared) for _ in range(WRITERS)]
    registry, reader = System("fl", token_of("fl"), *shared), Person("clerk.fl", *shared)
    office = Office(*(Person(f"{role}.mof", *shared) for role in ("adviser", "head", "signer")))
    pages = cycle(READ)
    _post("head.mof"), _post("signer.mof")  # kept, because the database goes away
    threads = [_repeat(stop, lambda one=one: one.write_and_issue(next(numbers))) for one in writers]
    threads += [_repeat(stop, lambda: office.write(next(numbers))), _repeat(stop, lambda: reader.look(next(pages)))]
    signing = _repeat(rest, office.sign)
    registering = _repeat(rest, registry.register_all, pause=0.5)
    connection.close()
    print("begun", flush=True)
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()
    resting = _rest(office)
    rest.set()
    registering.join()
    del signing  # waits for an approval that does not come any more, and ends with this process
    return _judge(ledger, resting)


def _repeat(stop: threading.Event, task: Callable[[], object], *, pause: float = 0.0) -> threading.Thread:
    """Repeat a task in a thread until ``stop`` is set."""

    def work() -> None:
        while not stop.wait(pause):
            task()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def _rest(office: Office) -> float:
    """Wait until nothing is under way any more; returns the seconds, the patience's when something still is."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < REST:
        with scope(Cast()("clerk.fl")):
            waiting = Arrival.objects.filter(state=ArrivalState.AVAILABLE).exists()
        done = office.signer.ledger.done
        signed = done["signed"] == done["approved"]
        if signed and not waiting and not measures.outbox_age() and not measures.audit_lag():
            return passed
        time.sleep(0.5)
    return REST


def _judge(ledger: Ledger, resting: float) -> int:
    faults = list(ledger.faults)
    if resting >= REST:
        faults.append("something was still under way when patience ended")
    for letter, done in ledger.letters.items():
        faults += letter_faults(UUID(letter), done)
    faults += _told_otherwise(ledger)
    found, books = trail_and_books()
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs WHERE NOT starts_with(task_name, 'web.') "
                       "AND task_name NOT LIKE 'builtin%' GROUP BY 1")  # fmt: skip
        jobs = dict(cursor.fetchall())
    if jobs.get("failed"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1")
            faults += [f"{count} jobs {task} failed for good" for task, count in cursor.fetchall()]
    shown = {name: getattr(ledger, name) for name in ("requests", "errors", "done", "silence", "slowest")}
    shown |= {"books": books, "jobs": jobs, "rest": resting, "faults": [*faults, *found]}
    print("result", json.dumps(shown), flush=True)
    return 0


def _told_otherwise(ledger: Ledger) -> list[str]:
    """Whatever a client was told, and is not so: a number, a registration, a letter; and what nobody asked for."""
    with scope(Cast()("clerk.mof")):
        issued = {str(one): reference for one, reference in Letter.objects.values_list("id", "reference")}
        subjects = Counter(Letter.objects.exclude(reference="").values_list("subject", flat=True))
    with scope(Cast()("clerk.fl")):
        accepted = dict(Arrival.objects.filter(letter_id__isnull=False).values_list("id", "our_reference"))
    faults = [f"{one} was told to have {reference}" for one, reference in ledger.references.items()
              if issued.get(one) != reference]  # fmt: skip
    faults += [f"arrival {one} was told to be {reference}" for one, reference in ledger.registered.items()
               if accepted.get(UUID(one)) != reference]  # fmt: skip
    return [*faults, *(f"«{subject}» was issued {times} times" for subject, times in subjects.items() if times > 1)]


if __name__ == "__main__":
    sys.exit(main())
