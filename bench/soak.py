# SPDX-License-Identifier: EUPL-1.2
"""Many people at mixed work for a long time: errors, memory of web and worker, and how long each screen takes.

Every user is a session of its own that looks, thinks and acts; systems of linked bodies write and issue beside them,
and a worker carries. What the screens show decides what is done next, as with people.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path
from urllib.parse import quote

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _site import serving
from api import BODIES, SUBJECT, TEXT, Program, token_of
from django.conf import settings
from django.contrib.auth import login as open_session
from django.db import connection
from django.http import HttpRequest

from mukatabat.access import sessions
from mukatabat.access.models import Account
from mukatabat.directory.queries import posts_held
from mukatabat.directory.seed import body_id, person_id
from mukatabat.kernel import clock
from mukatabat.web.demo.browser import Browser, Page, StoryError

ROLES = ("clerk", "adviser", "head")
THINKING = (8.0, 32.0)
"""Seconds, evenly spread, between two steps of a user."""

ISSUE_EVERY = 4.0
"""Seconds between two letters of one linked system."""

SAMPLE = 10.0
"""Seconds between two looks at the memory."""

WARM = 10.0
"""Minutes before which memory grows because programs, fonts and templates are met for the first time."""

LETTER = re.compile(r"/letters/([0-9a-f]{8}-[0-9a-f-]{27})/")
ARRIVAL = re.compile(r"/letters/arrivals/[0-9a-f]{8}-[0-9a-f-]{27}/")
SCREENS = {
    "home": "/", "work": "/work/", "tray": "/registers/tray/", "incoming": "/registers/incoming/",
    "outgoing": "/registers/outgoing/", "find": f"/find/?q={quote('الأسعار')}", "notices": "/notices/",
    "approval": "/work/approval/", "compose": "/letters/new/", "directory": "/directory/",
}  # fmt: skip


@dataclass
class Told:
    """Milliseconds by screen, and everything that was not answered as it should."""

    taken: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def timed(self, screen: str, ask: Callable[[], Page]) -> Page | None:
        """Ask, note how long it took; None when the answer is an error. A form that came too late (409) is none."""
        began = time.perf_counter()
        try:
            page = ask()
        except (OSError, StoryError) as error:
            with self._lock:
                self.errors[f"{screen}: {error}"] += 1
            return None
        with self._lock:
            self.taken[screen].append((time.perf_counter() - began) * 1000)
            if page.status >= 400 and page.status != 409:
                self.errors[f"{screen}: {page.status}"] += 1
                return None
        return page


@dataclass
class User:
    """One session: whose it is, and what its last screen offered."""

    login: str
    browser: Browser
    chance: random.Random
    told: Told
    seen: list[str] = field(default_factory=list)

    def step(self) -> None:
        """Do one thing: mostly look, sometimes act after the fashion of the post."""
        role, act = self.login.partition(".")[0], self.chance.random()
        if role == "clerk" and act < 0.25:
            self._register()
        elif role == "adviser" and act < 0.04:
            self._write()
        elif role == "head" and act < 0.15:
            self._approve()
        elif self.seen and act < 0.45:
            self._get("letter", f"/letters/{self.chance.choice(self.seen)}/")
        else:
            screen = self.chance.choice([name for name in SCREENS if name != "tray" or role == "clerk"])
            page = self._get(screen, SCREENS[screen])
            self.seen = list(dict.fromkeys(LETTER.findall(page.text)))[:20] if page else []

    def _get(self, screen: str, path: str) -> Page | None:
        return self.told.timed(screen, lambda: self.browser.get(path))

    def _register(self) -> None:
        tray = self._get("tray", SCREENS["tray"])
        waiting = ARRIVAL.findall(tray.text) if tray else []
        if not waiting:
            return
        page = self._get("arrival", self.chance.choice(waiting))
        if page and "/register/" in page.text:
            self.told.timed("register", lambda: self.browser.send(page.form("/register/").filled(to="", note="")))

    def _write(self) -> None:
        body = self.login.partition(".")[2]
        page = self._get("compose", SCREENS["compose"])
        if page is None:
            return
        to = BODIES[(BODIES.index(body) + 1) % len(BODIES)].upper()
        form = page.form("/letters/").filled(
            subject=SUBJECT, body=TEXT, letter_type="opinion_request", to=str(body_id(to)), act="save",
            approver=_post(f"head.{body}"), signer=_post(f"signer.{body}"),
        )  # fmt: skip
        saved = self.told.timed("save", lambda: self.browser.send(form))
        if saved:
            self.told.timed("submit", lambda: self.browser.send(saved.form("/letters/").filled(act="submit")))

    def _approve(self) -> None:
        page = self._get("approval", SCREENS["approval"])
        waiting = list(dict.fromkeys(LETTER.findall(page.text))) if page else []
        if not waiting:
            return
        review = self.told.timed("review", lambda: self.browser.get(f"/letters/{self.chance.choice(waiting)}/review/"))
        if review and "/approve/" in review.text:
            self.told.timed("approve", lambda: self.browser.send(review.form("/approve/")))


_posts: dict[str, str] = {}


def _post(login: str) -> str:
    if login not in _posts:
        _posts[login] = str(posts_held(person_id(login))[0].post_id)
    return _posts[login]


def main() -> int:
    """Let everybody work for the time asked; exit code 1 on an error, and after a long time when memory still grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    told, stop = Told(), threading.Event()
    logs = settings.MUKATABAT_VAR
    with serving(workers=2, log=logs / "web.log") as port, _worker(logs / "worker.log"):
        users = _users(options.users, port, random.Random(options.seed), told)
        threads = [threading.Thread(target=_people, args=(users, stop))]
        threads += [threading.Thread(target=_system, args=(Program(body, port, token_of(body)), told, stop))
                    for body in BODIES[:2]]  # fmt: skip
        connection.close()
        for thread in threads:
            thread.start()
        memory = _watch(options.minutes * 60)
        stop.set()
        for thread in threads:
            thread.join()
    print(f"{options.users} users, {options.minutes:g} min, load of the machine at the end "
          + ", ".join(f"{one:.1f}" for one in os.getloadavg()))  # fmt: skip
    _print_screens(told, options.minutes * 60)
    grows = _print_memory(memory)
    print(
        f"errors: {sum(told.errors.values())}", *(f"{kind} {number}" for kind, number in told.errors.items()), sep="\n"
    )
    return 1 if told.errors or (grows and options.minutes >= WARM) else 0


def _users(number: int, port: int, chance: random.Random, told: Told) -> list[User]:
    logins = [f"{role}.{body}" for body in BODIES for role in ROLES
              if Account.objects.filter(login=f"{role}.{body}").exists()]  # fmt: skip
    for login in logins:
        _post(login)
    for body in BODIES:
        _post(f"signer.{body}")
    return [User(login, _browser(login, port), random.Random(chance.random()), told)
            for login, _ in zip(_forever(logins), range(number), strict=False)]  # fmt: skip


def _forever(logins: list[str]) -> Iterator[str]:
    for place in count():
        yield logins[place % len(logins)]


def _browser(login: str, port: int) -> Browser:
    """A browser with an open session; to type two hundred passwords would measure the door alone."""
    account = Account.objects.get(login=login)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    open_session(request, account, backend="mukatabat.access.backends.PasswordBackend")
    sessions.begin(request.session)
    sessions.remember_second_factor(request.session, account, clock.now())
    request.session.save()
    browser = Browser(f"{login.partition('.')[2]}.localhost", port)
    browser.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return browser


def _people(users: list[User], stop: threading.Event, hands: int = 8) -> None:
    """Let every user take a step, think, take the next; as many at a time as there are hands."""
    start = time.monotonic()
    due = [(start + user.chance.uniform(0, THINKING[1]), number) for number, user in enumerate(users)]
    heapq.heapify(due)
    lock = threading.Lock()

    def work() -> None:
        while not stop.is_set():
            with lock:
                at, number = heapq.heappop(due) if due else (time.monotonic() + 1, -1)
            if stop.wait(max(0.0, at - time.monotonic())):
                return
            if number < 0:
                continue
            users[number].step()
            with lock:
                heapq.heappush(due, (time.monotonic() + users[number].chance.uniform(*THINKING), number))

    helping = [threading.Thread(target=work) for _ in range(hands)]
    for thread in helping:
        thread.start()
    for thread in helping:
        thread.join()


def _system(program: Program, told: Told, stop: threading.Event) -> None:
    """Write and issue letters of one linked body."""

    def issue() -> Page:
        program.create_and_issue()
        return Page("", 200, b"", {})

    while not stop.wait(ISSUE_EVERY):
        try:
            told.timed("api: write and issue", issue)
        except RuntimeError as error:
            told.errors[str(error)[:200]] += 1


@contextmanager
def _worker(log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "mukatabat", "worker", "--concurrency", "2"]
    with log.open("ab") as written, subprocess.Popen(command, env=os.environ, stderr=written) as worker:
        try:
            yield
        finally:
            worker.terminate()


# ── memory ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _watch(seconds: float) -> dict[str, list[tuple[float, float]]]:
    """Look at the memory of every process that we started until time is over; by name: seconds and megabytes."""
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        now: Counter[str] = Counter()
        for pid in _descendants(os.getpid()):
            name = _name(pid)
            if name:
                now[name] += _megabytes(pid)  # type: ignore[assignment]
        for name, size in now.items():
            found[name].append((passed, float(size)))
        time.sleep(min(SAMPLE, max(0.1, seconds - passed)))
    return found


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(one) for one in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
    return "worker" if " worker " in words else "web" if "granian" in words or "spawn_main" in words else ""


def _megabytes(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, IndexError):
        return 0.0


def _print_memory(memory: dict[str, list[tuple[float, float]]]) -> bool:
    """Print first, last and slope of the second half; returns whether anything grows by more than a tenth an hour."""
    grows = False
    for name, samples in sorted(memory.items()):
        half = samples[len(samples) // 2 :]
        slope = statistics.linear_regression(*zip(*half, strict=True)).slope * 3600 if len(half) > 2 else 0.0
        first, last = samples[0][1], samples[-1][1]
        print(f"{name}: {first:.0f} MB at first, {last:.0f} MB at last, "
              f"in the second half {slope:+.1f} MB an hour")  # fmt: skip
        grows |= slope > last / 10
    return grows


def _print_screens(told: Told, seconds: float) -> None:
    total = sum(map(len, told.taken.values()))
    print(f"{total} answers, {total / seconds:.1f} a second")
    print(f"{'screen':24}{'answers':>8}{'p50 ms':>9}{'p95 ms':>9}")
    for screen, taken in sorted(told.taken.items()):
        p95 = statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]
        print(f"{screen:24}{len(taken):8}{statistics.median(taken):9.0f}{p95:9.0f}")


if __name__ == "__main__":
    sys.exit(main())
