# SPDX-License-Identifier: EUPL-1.2
"""Random walks of several people over one letter on the real database: nothing but typed errors, and no broken invariant."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival, Consignment, Parcel
from mukatabat.kernel import clock
from mukatabat.kernel.clock import FixedClock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.letters import jobs
from mukatabat.letters.actions import approval, drafting, issuing, receiving
from mukatabat.letters.actions.following import withdraw
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import MOVES, LetterState
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.signing import service
from mukatabat.signing.providers.scripted import Script, ScriptedProvider
from mukatabat.signing.rules import RefusalReason, Refused
from mukatabat.tenancy.context import scope
from mukatabat.work.models import Item
from tests.cast import FL, MOF, MOH, Cast
from tests.story import draft_command, run_jobs

pytestmark = pytest.mark.django_db
PEOPLE = ("adviser.mof", "head.mof", "signer.mof", "clerk.mof", "minister.mof", "clerk.fl")


class Walk:
    """One letter, a clock, and everything that somebody may try."""

    def __init__(self, cast: Cast, now: FixedClock) -> None:
        self.cast, self.now = cast, now
        self.letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
        self.provider: object = service.provider()

    def try_(self, act: str, login: str) -> None:
        """Let a person try an act; a typed error is an answer, anything else a fault."""
        with suppress(MukatabatError), transaction.atomic():
            ACTS[act](self, login)

    def issue(self, login: str, script: Script | None) -> None:
        """Begin or go on with an issue, by a good or a bad provider."""
        provider = service.provider() if script is None else ScriptedProvider(service.provider(), script)
        running = issuing.begin_issue(self.cast(login), self.letter.id, provider=provider)
        issuing.collect_signature(
            self.cast(login), running.id, provider=provider, time_stamps=service.time_stamps()
        )  # fmt: skip

    def arrivals(self, login: str) -> list[Arrival]:
        """What the tray of somebody shows."""
        return exchange.waiting(self.cast(login))[0]

    def withdraw(self, login: str) -> None:
        """Withdraw every consignment."""
        for one in exchange.consignments_of(self.cast(login), [self.letter.id]).get(self.letter.id, []):
            withdraw(self.cast(login), self.letter.id, one.id, "سبب")


def _save(walk: Walk, login: str) -> None:
    with scope(walk.cast("adviser.mof")):
        version = Letter.objects.get(id=walk.letter.id).version
    drafting.save_draft(
        walk.cast(login), walk.letter.id, draft_command(walk.cast, subject=f"موضوع {version}"), version=version
    )  # fmt: skip


REFUSES = Script(refusal=Refused(RefusalReason.DECLINED))
ACTS: dict[str, Callable[[Walk, str], object]] = {
    "save": _save,
    "submit": lambda walk, login: approval.submit(walk.cast(login), walk.letter.id),
    "recall": lambda walk, login: approval.recall(walk.cast(login), walk.letter.id),
    "approve": lambda walk, login: approval.approve(walk.cast(login), walk.letter.id),
    "send back": lambda walk, login: approval.send_back(walk.cast(login), walk.letter.id, "سبب"),
    "discard": lambda walk, login: drafting.discard(walk.cast(login), walk.letter.id),
    "sign": lambda walk, login: walk.issue(login, None),
    "sign slowly": lambda walk, login: walk.issue(login, Script(pending=1)),
    "refuse": lambda walk, login: walk.issue(login, REFUSES),
    "give up": lambda walk, login: issuing.give_up(walk.cast(login), walk.letter.id, "سبب"),
    "sweep": lambda _walk, _login: jobs.sweep(MOF),
    "wait": lambda walk, _: walk.now.advance(timedelta(minutes=17)),
    "carry": lambda _walk, _login: run_jobs(),
    "withdraw": lambda walk, login: walk.withdraw(login),
    "accept": lambda walk, login: [
        receiving.accept_arrival(walk.cast(login), one.id, AcceptCommand()) for one in walk.arrivals(login)
    ],
    "return": lambda walk, login: [
        receiving.return_arrival(walk.cast(login), one.id, "سبب") for one in walk.arrivals(login)
    ],
    "redirect": lambda walk, login: [
        receiving.redirect_arrival(walk.cast(login), one.id, to=MOH, reason="سبب") for one in walk.arrivals(login)
    ],
}

RIGHT = {
    "save": "adviser.mof", "submit": "adviser.mof", "recall": "adviser.mof", "approve": "head.mof",
    "send back": "head.mof", "discard": "adviser.mof", "sign": "signer.mof", "sign slowly": "signer.mof",
    "refuse": "signer.mof", "give up": "signer.mof", "withdraw": "adviser.mof", "accept": "clerk.fl",
    "return": "clerk.fl", "redirect": "clerk.fl", "sweep": "", "wait": "", "carry": "",
}  # fmt: skip

STEPS = st.sampled_from(sorted(ACTS)).flatmap(
    lambda act: st.tuples(st.just(act), st.just(RIGHT[act]) | st.sampled_from(PEOPLE))
)


def check(walk: Walk, former: str) -> str:
    """Every invariant of the letter and its numbers; returns the state."""
    actor = walk.cast("adviser.mof")
    with scope(actor):
        letter = Letter.objects.get(id=walk.letter.id)
        item = Item.objects.get(object_id=letter.id)
        numbers = list(Entry.objects.order_by("serial").values_list("state", "reference"))
        running = Issue.objects.filter(letter=letter, state="signing").count()
        parcels, consignments = Parcel.objects.count(), Consignment.objects.count()
    state = LetterState(letter.state)
    assert not any(registers.check(actor).values())
    assert running == int(state is LetterState.ISSUING) == [one for one, _ in numbers].count("issuing")
    issued = state is LetterState.ISSUED
    assert [reference for one, reference in numbers if one == "issued"] == ([letter.reference] if issued else [])
    assert (parcels, consignments > 0) == (int(issued), issued)
    assert item.holder_id
    assert (item.state == "done") == (state is LetterState.DISCARDED), (
        "an open letter has a holder, a discarded one is done"
    )
    if former in {LetterState.ISSUED, LetterState.DISCARDED}:
        assert state == former
    _check_other_side(walk)
    return state


def _check_other_side(walk: Walk) -> None:
    with scope(walk.cast("clerk.fl")):
        arrivals = {one.consignment_id: one.state for one in Arrival.objects.all()}
        accepted = [state for state in arrivals.values() if state == "accepted"]
        assert Letter.objects.count() == Entry.objects.count() == len(accepted)
    with scope(walk.cast("adviser.mof")):
        here = {one.id: one for one in Consignment.objects.filter(recipient_id=FL)}
    for consignment_id, state in arrivals.items():
        told = here[consignment_id].state
        assert told == "delivered" or {"available": "delivered", "accepted": "registered"}.get(state, state) == told


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(STEPS, max_size=25))
def test_whatever_people_try_the_letter_and_its_numbers_stay_sound(cast: Cast, steps: list[tuple[str, str]]) -> None:
    with transaction.atomic(), clock.fixed(clock.now()) as now, warnings.catch_warnings():
        walk, state = Walk(cast, now), LetterState.DRAFT.value
        for act, login in (("submit", "adviser.mof"), ("approve", "head.mof"), *steps):
            walk.try_(act, login)
            state = check(walk, state)
        transaction.set_rollback(True)


def test_the_walk_of_the_story_reaches_the_end(cast: Cast) -> None:
    with clock.fixed(clock.now()) as now:
        walk = Walk(cast, now)
        for act in ("save", "submit", "approve", "refuse", "sign", "carry", "accept", "carry"):
            walk.try_(act, RIGHT[act])
            check(walk, "")
    with scope(cast("adviser.mof")):
        assert Consignment.objects.get().state == "registered"
        assert list(Entry.objects.order_by("serial").values_list("state", flat=True)) == ["void", "issued"]
    assert {state for state, _ in MOVES} >= {LetterState.DRAFT, LetterState.ISSUING}
