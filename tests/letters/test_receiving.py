# SPDX-License-Identifier: EUPL-1.2
"""The recipient's registry: accept, return, redirect, and the sender who takes the letter back; each alone and in a race."""

from __future__ import annotations

from uuid import UUID

import pytest

from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.grants.queries import granted
from mukatabat.access.grants.rules import Grantee
from mukatabat.directory.errors import ClosedBody, TrainingBody, UnknownBody
from mukatabat.directory.models import Body
from mukatabat.directory.seed import body_id
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.errors import ArrivalAlreadyDecided, ReasonMissing, RedirectedToItself, TooLateToWithdraw
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.ids import new_id
from mukatabat.letters import errors
from mukatabat.letters.actions import approval, drafting
from mukatabat.letters.actions.following import withdraw
from mukatabat.letters.actions.receiving import accept_arrival, note_opened, redirect_arrival, return_arrival
from mukatabat.letters.commands import AcceptCommand, AddresseeCommand
from mukatabat.letters.models import Letter
from mukatabat.notify import queries as notify
from mukatabat.notify.rules import Kind
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.tenancy.context import scope
from mukatabat.work import queries as work
from mukatabat.work.errors import NotTheHolder, UnknownHolder
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import FL, MOF, MOH, MPW, Cast
from tests.story import arrived, draft_command, issue, issued_letter, registered, run_jobs
from tests.together import together

pytestmark = pytest.mark.django_db


def consignments(cast: Cast, letter: Letter, login: str = "adviser.mof") -> list[Consignment]:
    """The sender's outbox rows of a letter."""
    return exchange.consignments_of(cast(login), [letter.id])[letter.id]


def states(cast: Cast, letter: Letter, login: str = "adviser.mof") -> list[str]:
    """Their states, in order."""
    return [one.state for one in consignments(cast, letter, login)]


def entries(cast: Cast, login: str) -> list[tuple[str, str]]:
    """Every number of a body: reference and state."""
    with scope(cast(login)):
        return list(Entry.objects.order_by("reference").values_list("reference", "state"))


# ── accept ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_give_one_arrival_one_number(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    clerks = [cast("clerk.fl"), cast("clerk2.fl")]
    outcomes = together(*(lambda one=one: accept_arrival(one, arrival.id, AcceptCommand()) for one in clerks))
    won = [one for one in outcomes if isinstance(one, Letter)]
    lost = [one for one in outcomes if isinstance(one, ArrivalAlreadyDecided)]
    assert (len(won), len(lost)) == (1, 1), outcomes
    assert entries(cast, "clerk.fl") == [(won[0].reference, "issued")]
    assert not any(registers.check(clerks[0]).values())
    assert all(lost[0].as_dict().values())


def test_an_acceptance_whose_first_referral_fails_takes_no_number(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    nobody = ReferralCommand(task=Task(holder=Grantee.person(new_id()), act=Act.STUDY))
    with pytest.raises(UnknownHolder):
        accept_arrival(cast("clerk.fl"), arrival.id, AcceptCommand(referral=nobody))
    assert entries(cast, "clerk.fl") == []
    assert registered(cast).reference.endswith("-00001")


def test_only_a_registry_accepts_and_only_its_own_body_s_arrivals(cast: Cast) -> None:
    issued_letter(cast)
    arrival = arrived(cast)
    with pytest.raises((CapabilityMissing, NotFoundOrForbidden)):
        accept_arrival(cast("adviser.fl"), arrival.id, AcceptCommand())
    with pytest.raises(CapabilityMissing):
        accept_arrival(cast("registry.fl"), arrival.id, AcceptCommand())
    for stranger in ("clerk.mof", "clerk.moh"):
        with pytest.raises(NotFoundOrForbidden):
            accept_arrival(cast(stranger), arrival.id, AcceptCommand())
        with pytest.raises(NotFoundOrForbidden):
            return_arrival(cast(stranger), arrival.id, "ليس لنا")
    assert entries(cast, "clerk.fl") == []


def test_the_sender_learns_of_registration_and_first_opening_once_and_in_order(cast: Cast) -> None:
    question = issued_letter(cast)
    incoming = registered(cast)
    for _ in range(3):
        note_opened(cast("clerk.fl"), incoming)
    run_jobs()
    (consignment,) = consignments(cast, question)
    assert consignment.state == ConsignmentState.OPENED
    assert consignment.their_reference == incoming.reference
    assert consignment.registered_at <= consignment.opened_at  # type: ignore[operator]


# ── return and redirect ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_return_takes_no_number_and_tells_author_and_registry_why(cast: Cast) -> None:
    letter = issued_letter(cast)
    arrival = arrived(cast)
    with pytest.raises(ReasonMissing):
        return_arrival(cast("clerk.fl"), arrival.id, "   ")
    return_arrival(cast("clerk.fl"), arrival.id, "المرفق غير مقروء")
    run_jobs()
    (consignment,) = consignments(cast, letter)
    assert (consignment.state, consignment.reason) == (ConsignmentState.RETURNED, "المرفق غير مقروء")
    assert entries(cast, "clerk.fl") == []
    for login in ("adviser.mof", "clerk.mof"):
        assert Kind.RETURNED in {note.kind for note in notify.bell(cast(login))}
    with pytest.raises(ArrivalAlreadyDecided):
        accept_arrival(cast("clerk2.fl"), arrival.id, AcceptCommand())


def test_a_redirected_letter_arrives_at_the_competent_body_and_the_sender_sees_both_stations(cast: Cast) -> None:
    letter = issued_letter(cast)
    first = arrived(cast)
    redirect_arrival(cast("clerk.fl"), first.id, to=MOH, reason="لعدم الاختصاص")
    second = arrived(cast, "clerk.moh")
    stations = consignments(cast, letter)
    assert [one.sealed_id for one in stations] == [first.parcel_id, second.parcel_id], "the sender knows both parcels"
    assert [(one.recipient_id, one.state) for one in stations] == [(FL, "redirected"), (MOH, "delivered")]
    assert stations[1].redirected_from_id == stations[0].id
    incoming = accept_arrival(cast("clerk.moh"), second.id, AcceptCommand())
    run_jobs()
    assert states(cast, letter) == ["redirected", "registered"]
    assert entries(cast, "clerk.fl") == []
    with scope(cast("clerk.fl")):  # the first recipient keeps what it decided on, and learns nothing of what follows
        assert list(Arrival.objects.values_list("id", "state", "letter_id")) == [(first.id, "redirected", None)]
        assert not Letter.objects.exists()
    assert not granted(cast("clerk.fl"), [incoming.id, letter.id, second.id])


def test_a_redirection_is_refused_where_it_leads_nowhere(cast: Cast) -> None:
    issued_letter(cast)
    arrival, clerk = arrived(cast), cast("clerk.fl")
    Body.objects.filter(id=MPW).update(valid_to="2025-06-01")
    for to, error in (
        (FL, RedirectedToItself), (MOF, RedirectedToItself), (MPW, ClosedBody), (new_id(), UnknownBody),
        (body_id("MOF", "training"), TrainingBody),
    ):  # fmt: skip
        with pytest.raises(error):
            redirect_arrival(clerk, arrival.id, to=to, reason="لعدم الاختصاص")
    with pytest.raises(ReasonMissing):
        redirect_arrival(clerk, arrival.id, to=MOH, reason="")
    assert [one.id for one in exchange.waiting(clerk)[0]] == [arrival.id]


# ── withdraw ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_is_withdrawn_before_it_is_carried_and_then_never_arrives(cast: Cast) -> None:
    letter = issued_letter(cast)
    (consignment,) = consignments(cast, letter)
    withdraw(cast("adviser.mof"), letter.id, consignment.id, "خطأ في المرفق")
    run_jobs()
    assert states(cast, letter) == ["withdrawn"]
    with scope(cast("clerk.fl")):
        assert not Arrival.objects.exists()


def test_a_delivered_letter_is_withdrawn_until_the_registry_accepts_and_not_after(cast: Cast) -> None:
    first, second = issued_letter(cast), issued_letter(cast)
    run_jobs()
    withdraw(cast("signer.mof"), first.id, consignments(cast, first)[0].id, "خطأ في المرفق")
    assert states(cast, first) == ["withdrawn"]
    with scope(cast("clerk.fl")):
        gone = Arrival.objects.get(state="withdrawn")
    assert gone.reason == "خطأ في المرفق"
    for decide in (
        lambda: accept_arrival(cast("clerk.fl"), gone.id, AcceptCommand()),
        lambda: return_arrival(cast("clerk.fl"), gone.id, "سبب"),
        lambda: redirect_arrival(cast("clerk.fl"), gone.id, to=MOH, reason="سبب"),
    ):
        with pytest.raises(ArrivalAlreadyDecided):
            decide()
    registered(cast)  # the second, which is the newest; its notice is still under way
    with pytest.raises(TooLateToWithdraw):
        withdraw(cast("signer.mof"), second.id, consignments(cast, second)[0].id, "متأخر")
    run_jobs()
    with pytest.raises(TooLateToWithdraw):
        withdraw(cast("signer.mof"), second.id, consignments(cast, second)[0].id, "متأخر")
    assert states(cast, second) == ["registered"]


def test_withdrawal_needs_a_reason_a_right_and_a_consignment_of_this_letter(cast: Cast) -> None:
    letter, other = issued_letter(cast), issued_letter(cast)
    (own,), (foreign,) = consignments(cast, letter), consignments(cast, other)
    with pytest.raises(errors.ReasonMissing):
        withdraw(cast("signer.mof"), letter.id, own.id, " ")
    with pytest.raises(CapabilityMissing):
        withdraw(cast("head.mof"), letter.id, own.id, "سبب")
    with pytest.raises(NotFoundOrForbidden):
        withdraw(cast("signer.mof"), letter.id, foreign.id, "سبب")
    with pytest.raises(NotFoundOrForbidden):
        withdraw(cast("signer.moh"), letter.id, own.id, "سبب")
    draft = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    with pytest.raises(NotFoundOrForbidden):
        withdraw(cast("adviser.mof"), draft.id, own.id, "سبب")
    assert states(cast, letter) == states(cast, other) == ["ordered"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_of_withdrawal_and_acceptance_at_the_same_moment_exactly_one_wins(cast: Cast, turn: int) -> None:
    letter = issued_letter(cast)
    arrival, (consignment,) = arrived(cast), consignments(cast, letter)
    calls = [
        lambda: accept_arrival(cast("clerk.fl"), arrival.id, AcceptCommand()),
        lambda: withdraw(cast("adviser.mof"), letter.id, consignment.id, "سبب"),
    ]
    outcomes = together(*(reversed(calls) if turn % 2 else calls))
    accepted = any(isinstance(one, Letter) for one in outcomes)
    withdrawn = any(isinstance(one, Consignment) for one in outcomes)
    assert accepted is not withdrawn, outcomes
    run_jobs()
    assert states(cast, letter) == (["registered"] if accepted else ["withdrawn"])
    assert len(entries(cast, "clerk.fl")) == int(accepted)
    with scope(cast("clerk.fl")):
        assert Arrival.objects.get().state == ("accepted" if accepted else "withdrawn")


@pytest.mark.django_db(transaction=True)
def test_of_withdrawal_and_delivery_at_the_same_moment_the_sides_agree(cast: Cast) -> None:
    letter = issued_letter(cast)
    (consignment,) = consignments(cast, letter)
    together(lambda: withdraw(cast("adviser.mof"), letter.id, consignment.id, "سبب"), run_jobs, run_jobs)
    run_jobs()
    with scope(cast("clerk.fl")):
        waiting = Arrival.objects.filter(state="available").count()
    assert (states(cast, letter), waiting) == (["withdrawn"], 0)


# ── who may touch an item ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_colleague_without_a_grant_learns_nothing_of_an_item(cast: Cast) -> None:
    from mukatabat.work.actions import complete, refer

    issued_letter(cast)
    incoming = registered(cast)
    further = ReferralCommand(task=Task(holder=Grantee.post(cast.post("head.fl")), act=Act.STUDY))
    for object_id in (incoming.id, new_id()):
        for act in (
            lambda one: refer(cast("adviser.fl"), one, further),
            lambda one: complete(cast("adviser.fl"), one, "تم"),
            lambda one: refer(cast("head.mof"), one, further),
        ):
            with pytest.raises(NotFoundOrForbidden):
                act(object_id)
    refer(cast("clerk.fl"), incoming.id, further)
    with pytest.raises(NotTheHolder):
        refer(cast("clerk2.fl"), incoming.id, further)
    item = work.item_of(cast("clerk.fl"), incoming.id)
    assert item is not None
    assert item.holder_id == cast.post("head.fl")


# ── answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def answer(cast: Cast, incoming: Letter, *, body: str) -> Letter:
    """The answer of a body to a registered letter, issued."""
    signer = cast(f"signer.{body}")
    command = draft_command(cast, to=MOF, letter_type="general", approvers=(), signer=signer.post_ids[0], subject="رد")
    reply = drafting.begin_draft(cast(f"clerk.{body}"), command, answers=incoming.id)
    approval.submit(cast(f"clerk.{body}"), reply.id)
    issue(signer, reply.id)
    return reply


def test_an_answer_does_not_overtake_the_receipt_of_its_question(cast: Cast) -> None:
    question = issued_letter(cast)
    incoming = registered(cast)
    note_opened(cast("clerk.fl"), incoming)
    answer(cast, incoming, body="fl")
    _run_only("exchange.carry")
    (consignment,) = consignments(cast, question)
    assert (consignment.state, consignment.their_reference) == (ConsignmentState.ANSWERED, incoming.reference)
    assert consignment.registered_at and consignment.opened_at and consignment.answered_at
    run_jobs()
    assert states(cast, question) == ["answered"]


def test_the_follow_up_ends_with_the_last_addressee_s_answer(cast: Cast) -> None:
    question = issued_letter(
        cast, addressees=(*(AddresseeCommand(one) for one in (FL, MOH)), AddresseeCommand(MPW, role="copy"))
    )  # fmt: skip
    for clerk, open_after in (("fl", "following"), ("moh", "done")):
        answer(cast, registered(cast, login=f"clerk.{clerk}"), body=clerk)
        registered(cast, login="clerk.mof")
        item = work.item_of(cast("adviser.mof"), question.id)
        assert item is not None
        assert item.state == open_after


def _run_only(task: str) -> None:
    from procrastinate.contrib.django import app

    from tests.story import _due

    for _, name, arguments in _due():
        if name == task:
            app.tasks[name].func(**arguments)


def test_a_letter_that_nobody_of_us_wrote_cannot_be_answered(cast: Cast) -> None:
    question = issued_letter(cast)
    with pytest.raises(NotFoundOrForbidden):
        drafting.begin_draft(
            cast("clerk.moh"), draft_command(cast, to=MOF, approvers=(), signer=None), answers=question.id
        )
    unknown: UUID = new_id()
    with pytest.raises(NotFoundOrForbidden):
        drafting.begin_draft(cast("clerk.moh"), draft_command(cast, to=MOF, approvers=(), signer=None), answers=unknown)
