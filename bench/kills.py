# SPDX-License-Identifier: EUPL-1.2
"""Processes killed at every step of issue and delivery; after the sweep no number is missing, no letter lost or double.

Each run is a process of its own that writes, approves, signs, carries and registers one letter, and is ended by
SIGKILL: before or after a chosen statement of the database, at a chosen point between two steps, or by a timer. Then
another process does what a living worker would do, with the queue as it was left or with the queue lost, and looks at
all sides.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import IO, Any
from uuid import UUID

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _faults import letter_faults, log_faults, numbers_faults, trail_and_books
from django.db import connection

from mukatabat.directory.seed import load_directory
from mukatabat.exchange import carrier, evidence, inbox, outbox
from mukatabat.exchange import jobs as exchange_jobs
from mukatabat.exchange import queries as exchange
from mukatabat.kernel import clock
from mukatabat.ledger import actions as ledger
from mukatabat.ledger.models import Leaf
from mukatabat.letters import jobs as letters_jobs
from mukatabat.letters.actions import approval, drafting, issuing, receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Letter
from mukatabat.signing import pades, service
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.signing.rules import RefusalReason, Refused
from mukatabat.tenancy.context import scope
from tests.cast import FL, MOF, Cast
from tests.story import draft_command, run_jobs

PATIENCE = 60.0
"""Seconds after which a run that neither ends nor dies is a fault of its own."""

POINTS: tuple[tuple[Any, str], ...] = (
    (issuing, "print_letter"), (issuing, "render_signature_mark"), (issuing, "store_generated"),
    (issuing, "keep_generated"), (issuing, "enter"), (issuing, "confirm_number"), (issuing, "void_number"),
    (issuing, "after_issue"), (pades, "prepare"), (pades, "complete"), (outbox, "seal"), (outbox, "keep"),
    (outbox, "make_cover"), (inbox, "open_parcel"), (inbox, "lay_in"), (inbox, "adopt"), (carrier, "dispatch"),
    (carrier, "deliver"), (carrier, "tell_sender"),
    (evidence, "sign"), (evidence, "take_over"), (ledger, "commit"), (receiving, "take_number"), (receiving, "decide"),
)  # fmt: skip
"""Places between two steps that no statement marks: a process dies before or after the call."""

STAGES = ("begun", "submitted", "approved", "issuing", "signed", "carried", "registered", "told")
"""What a run reports as done; none of it may be undone by its death."""


@dataclass(frozen=True)
class Death:
    """How a run ends: ``kind`` statement, point or timer; ``place`` is a statement's number, a point's, or seconds."""

    kind: str
    place: float
    after: bool = False


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


# ── one process of its own ──────────────────────────────────────────────────────────────────────────────────────────


def in_process(work: Callable[[IO[str]], None], *, kill_after: float | None = None) -> tuple[list[str], int]:
    """Run ``work`` in a child process; returns the lines that it wrote and its wait status (negative: the signal)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        code = 1
        try:
            with os.fdopen(writing, "w", buffering=1) as report:
                work(report)
            code = 0
        except BaseException:
            traceback.print_exc()
        os._exit(code)
    os.close(writing)
    lines = _listen(pid, reading, kill_after)
    return lines, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _listen(pid: int, reading: int, kill_after: float | None) -> list[str]:
    deadline = time.monotonic() + (PATIENCE if kill_after is None else kill_after)
    data = b""
    with os.fdopen(reading, "rb", buffering=0) as report:
        while True:
            ready, _, _ = select.select([report], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                os.kill(pid, signal.SIGKILL)
                deadline = time.monotonic() + PATIENCE
            elif chunk := report.read(65_536):
                data += chunk
            else:
                return data.decode().splitlines()


# ── the letter's way, until death ───────────────────────────────────────────────────────────────────────────────────


def letter_s_way(report: IO[str], *, death: Death | None, refuses: bool) -> None:
    """Write, approve, issue, carry and register one letter, reporting each step that is done."""
    count = arm(death)
    cast, provider = Cast(), service.provider()
    if refuses:
        provider = ScriptedProvider(provider, Script(refusal=Refused(RefusalReason.DECLINED)))  # type: ignore[assignment]
    author, head, signer, clerk = (cast(f"{role}") for role in ("adviser.mof", "head.mof", "signer.mof", "clerk.fl"))
    letter = drafting.begin_draft(author, draft_command(cast))
    print("begun", letter.id, file=report)
    approval.submit(author, letter.id)
    print("submitted", file=report)
    approval.approve(head, letter.id)
    print("approved", file=report)
    running = issuing.begin_issue(signer, letter.id, provider=provider)
    print("issuing", file=report)
    issuing.collect_signature(signer, running.id, provider=provider, time_stamps=service.time_stamps())
    print("signed", file=report)
    run_jobs()
    print("carried", file=report)
    for arrival in exchange.waiting(clerk)[0]:
        receiving.accept_arrival(clerk, arrival.id, AcceptCommand())
    print("registered", file=report)
    run_jobs()
    print("told", file=report)
    print("statements", count(), file=report)


def arm(death: Death | None) -> Callable[[], int]:
    """Set the death of this process; returns a function that tells how many statements were run."""
    executed = 0

    def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal executed
        executed += 1
        here = death is not None and death.kind == "statement" and executed == death.place
        if here and not death.after:
            die()
        result = execute(sql, params, many, context)
        if here:
            die()
        return result

    connection.ensure_connection()
    connection.execute_wrappers.append(counting)
    if death is not None and death.kind == "point":
        owner, name = POINTS[int(death.place)]
        setattr(owner, name, _fatal(getattr(owner, name), after=death.after))
    return lambda: executed


def _fatal(function: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        if not after:
            die()
        function(*args, **kwargs)
        die()

    return wrapper


# ── afterwards ──────────────────────────────────────────────────────────────────────────────────────────────────────


def recover(report: IO[str], *, done: list[str], queue_lost: bool) -> None:
    """Do what living workers and the sweep would do, then report every fault found about this run's letter."""
    _wait_for_the_dead()
    if queue_lost:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")
    else:
        run_jobs()
    with clock.fixed(clock.now() + timedelta(minutes=2)):
        letters_jobs.sweep(MOF)
        for body_id in (MOF, FL, MOF):
            exchange_jobs.sweep(body_id)
    run_jobs()
    begun = [UUID(line.split()[1]) for line in done if line.startswith("begun")]
    faults = numbers_faults()
    for letter_id in begun:
        faults += letter_faults(letter_id, [line.split()[0] for line in done])
    with scope(Cast()("signer.mof")):
        state = Letter.objects.get(id=begun[0]).state if begun else "none"
    print(json.dumps({"faults": faults, "state": state}), file=report)


def _wait_for_the_dead() -> None:
    """Wait until the server has rolled back what the dead process left open."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise TimeoutError("a dead process's transaction is still open")


def final(report: IO[str]) -> None:
    """Prove the trail, every book and the log, as an auditor would at the end."""
    faults, counted = trail_and_books()
    faults += log_faults()
    print(json.dumps({"faults": faults, "leaves": Leaf.objects.count(), **counted}), file=report)


# ── the measurement ─────────────────────────────────────────────────────────────────────────────────────────────────


def prepare(report: IO[str]) -> None:
    """Load the bodies and make keys and fonts ready with one whole undisturbed run."""
    load_directory(clock.today())
    letter_s_way(report, death=None, refuses=False)


def choose(chance: random.Random, *, statements: int, seconds: float) -> Death:
    """Choose a death: half by statement, the rest by point and by timer."""
    kind = chance.choice(("statement", "statement", "point", "timer"))
    place = {
        "statement": chance.randint(1, statements),
        "point": chance.randrange(len(POINTS)),
        "timer": chance.uniform(0.01, seconds),
    }[kind]
    return Death(kind, place, after=chance.random() < 0.5)


def one_run(chance: random.Random, *, statements: int, seconds: float) -> tuple[str, str, list[str]]:
    """Let one process die and recover; returns after which step it died ("" if it lived), letter's state, faults."""
    death = choose(chance, statements=statements, seconds=seconds)
    way = partial(letter_s_way, death=death, refuses=chance.random() < 0.2)
    done, status = in_process(way, kill_after=death.place if death.kind == "timer" else None)
    stages = [line.split()[0] for line in done if line.split()[0] in STAGES]
    died = (stages or ["nothing"])[-1] if status == -signal.SIGKILL else ""
    faults = [] if status in {0, -signal.SIGKILL} else [f"the run ended with {status} at {death}"]
    lines, code = in_process(partial(recover, done=done, queue_lost=chance.random() < 0.5))
    if code:
        return died, "unknown", [*faults, f"recovery after {death} ended with {code}"]
    found = json.loads(lines[-1])
    return died, found["state"], [*faults, *(f"{fault} (after {death})" for fault in found["faults"])]


def main() -> int:
    """Kill the asked number of processes; exit code 1 when anything was lost, doubled or left hanging."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    chance, began = random.Random(options.seed), time.monotonic()
    lines, code = in_process(prepare)
    if code:
        return code
    undisturbed = time.monotonic()
    in_process(partial(letter_s_way, death=None, refuses=False))
    seconds, statements = time.monotonic() - undisturbed, int(lines[-1].split()[1])
    died, states, faults = Counter[str](), Counter[str](), []
    while died.total() < options.count:
        stage, state, found = one_run(chance, statements=statements, seconds=seconds)
        died.update([stage] if stage else [])
        states.update([state])
        faults += found
    lines, code = in_process(final)
    end = json.loads(lines[-1]) if not code else {"faults": [f"the final proof ended with {code}"]}
    faults += end.pop("faults")
    print(f"{options.count} processes killed in {time.monotonic() - began:.0f} s, seed {options.seed}; "
          f"a whole run: {statements} statements, {seconds:.2f} s")  # fmt: skip
    print("died after: " + ", ".join(f"{stage} {died[stage]}" for stage in ("nothing", *STAGES) if died[stage]))
    print("letters then: " + ", ".join(f"{state} {number}" for state, number in sorted(states.items())))
    print("books and trail: " + ", ".join(f"{name} {number}" for name, number in sorted(end.items())))
    print(f"faults: {len(faults)}", *faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
