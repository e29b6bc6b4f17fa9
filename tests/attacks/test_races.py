# SPDX-License-Identifier: EUPL-1.2
"""Two tabs, two people, one moment: whatever is pressed together, one of the two happens whole and the other not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mukatabat.access.grants.queries import granted
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival
from mukatabat.kernel.errors import MukatabatError
from mukatabat.letters.actions import approval, drafting, issuing
from mukatabat.letters.actions.following import withdraw
from mukatabat.letters.actions.receiving import return_arrival
from mukatabat.letters.models import Issue, Letter
from mukatabat.registers.models import Entry
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from mukatabat.work.actions import refer
from mukatabat.work.models import Item, Referral
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.story import approved_letter, arrived, draft_command, issued_letter, registered, run_jobs
from tests.together import together

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def _both(turn: int, *calls: Callable[[], object]) -> list[object]:
    """Run calls together, in either order of their start; every failure is one of ours."""
    outcomes = together(*(reversed(calls) if turn else calls))
    assert all(isinstance(one, MukatabatError) for one in outcomes if isinstance(one, Exception)), outcomes
    return list(outcomes)


def _letter(cast: Cast, letter_id: UUID) -> Letter:
    with scope(cast("adviser.mof")):
        return Letter.objects.get(id=letter_id)


@pytest.mark.parametrize("turn", range(2))
def test_what_is_submitted_is_what_was_saved_before_and_not_what_another_tab_saves_meanwhile(
    cast: Cast, turn: int
) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    outcomes = _both(
        turn,
        lambda: approval.submit(author, letter.id),
        lambda: drafting.save_draft(author, letter.id, draft_command(cast, subject="من اللسان الآخر"), version=1),
    )
    now = _letter(cast, letter.id)
    saved = any(isinstance(one, int) for one in outcomes)
    assert now.state == "review"
    assert (now.subject == "من اللسان الآخر", now.version) == (saved, 2 if saved else 1)


@pytest.mark.parametrize("turn", range(2))
def test_a_letter_is_recalled_or_approved_and_its_holder_is_the_one_who_has_the_next_step(
    cast: Cast, turn: int
) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    approval.submit(author, letter.id)
    _both(
        turn,
        lambda: approval.recall(author, letter.id),
        lambda: approval.approve(cast("head.mof"), letter.id, version=1),
    )
    now = _letter(cast, letter.id)
    with scope(author):
        holder = Item.objects.get(object_id=letter.id).holder_id
    assert (now.state, holder) == ("draft", author.person_id)
    assert not granted(cast("signer.mof"), [letter.id])
    assert not granted(cast("head.mof"), [letter.id])


@pytest.mark.parametrize("turn", range(2))
def test_a_letter_is_recalled_or_takes_its_number_and_never_both(cast: Cast, turn: int) -> None:
    letter = approved_letter(cast)
    _both(
        turn,
        lambda: approval.recall(cast("adviser.mof"), letter.id),
        lambda: issuing.begin_issue(cast("signer.mof"), letter.id, provider=service.provider(), version=letter.version),
    )
    with scope(cast("adviser.mof")):
        state, numbers, issues = Letter.objects.get(id=letter.id).state, Entry.objects.count(), Issue.objects.count()
    assert (state, numbers, issues) in {("draft", 0, 0), ("issuing", 1, 1)}


def test_two_tabs_of_one_signer_take_one_number(cast: Cast) -> None:
    letter = approved_letter(cast)
    signer = cast("signer.mof")
    _both(0, *[lambda: issuing.begin_issue(signer, letter.id, provider=service.provider(), version=letter.version)] * 4)
    with scope(signer):
        assert (Entry.objects.count(), Issue.objects.count()) == (1, 1)


@pytest.mark.parametrize("turn", range(2))
def test_an_arrival_is_returned_or_withdrawn_and_both_sides_say_the_same(cast: Cast, turn: int) -> None:
    letter = issued_letter(cast)
    arrival = arrived(cast)
    (consignment,) = exchange.consignments_of(cast("adviser.mof"), [letter.id])[letter.id]
    _both(
        turn,
        lambda: return_arrival(cast("clerk.fl"), arrival.id, "سبب"),
        lambda: withdraw(cast("adviser.mof"), letter.id, consignment.id, "سبب"),
    )
    run_jobs()
    with scope(cast("clerk.fl")):
        here = Arrival.objects.get(id=arrival.id).state
    assert here == exchange.consignment(cast("adviser.mof"), consignment.id).state
    assert here in {"returned", "withdrawn"}


def test_an_item_that_two_hand_on_at_once_has_one_holder(cast: Cast) -> None:
    from mukatabat.access.grants.rules import Grantee

    issued_letter(cast)
    incoming = registered(cast)
    calls = [
        lambda login=login, to=to: refer(
            cast(login), incoming.id,
            ReferralCommand(task=Task(holder=Grantee.person(cast(to).person), act=Act.STUDY)),
        )
        for login, to in (("clerk.fl", "head.fl"), ("clerk2.fl", "circle1.fl"))
    ]  # fmt: skip
    _both(0, *calls)
    with scope(cast("clerk.fl")):
        (open_one,) = Referral.objects.filter(item__object_id=incoming.id, state="open", is_primary=True)
        assert Item.objects.get(object_id=incoming.id).holder_id == open_one.to_id
    others = {"head.fl", "circle1.fl"} - {
        login for login in ("head.fl", "circle1.fl") if cast(login).person_id == open_one.to_id
    }
    assert not granted(cast(others.pop()), [incoming.id])
