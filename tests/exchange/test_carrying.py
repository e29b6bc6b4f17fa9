# SPDX-License-Identifier: EUPL-1.2
"""Carrying between two bodies: once, whatever fails, is repeated, comes late or twice at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from mukatabat.directory.models import Body
from mukatabat.exchange import carrier, inbox, jobs
from mukatabat.exchange.models import Arrival, Consignment, Notice
from mukatabat.exchange.queries import STALE, under_way, untold
from mukatabat.exchange.rules import LAST_ATTEMPT_AFTER
from mukatabat.kernel import clock
from mukatabat.kernel.clock import FixedClock
from mukatabat.letters.actions.receiving import accept_arrival
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.models import Letter
from mukatabat.notify import queries as notify
from mukatabat.notify.rules import Kind
from mukatabat.tenancy.context import scope
from mukatabat.vault.errors import BlobMissing
from tests.cast import FL, MOF, Cast
from tests.story import issued_letter, run_jobs
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(cast: Cast) -> Iterator[FixedClock]:
    """A clock that stands still until it is moved."""
    with clock.fixed(clock.now()) as held:
        yield held


def row(cast: Cast, letter: Letter) -> Consignment:
    """The letter's only consignment."""
    with scope(cast("signer.mof")):
        return Consignment.objects.get(letter_id=letter.id)


def arrivals(cast: Cast) -> int:
    """How many parcels lie or lay in the Department's tray."""
    with scope(cast("clerk.fl")):
        return Arrival.objects.count()


def carry(consignment: Consignment) -> None:
    """Run the job once."""
    jobs.carry(body=str(MOF), consignment=str(consignment.id))


def forget_jobs() -> int:
    """Lose everything that waits in the queue, as a crash at the worst moment would; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        return cursor.rowcount


def planned(task: str) -> int:
    """How many jobs of a task wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [task])
        return int(cursor.fetchone()[0])


def test_a_job_that_runs_many_times_delivers_once(cast: Cast) -> None:
    letter = issued_letter(cast)
    for _ in range(4):
        carry(row(cast, letter))
    assert (row(cast, letter).state, arrivals(cast)) == ("delivered", 1)


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_deliver_once(cast: Cast) -> None:
    letter = issued_letter(cast)
    consignment = row(cast, letter)
    assert together(*[lambda: carry(consignment)] * 4) == [None] * 4
    assert (row(cast, letter).state, row(cast, letter).attempts, arrivals(cast)) == ("delivered", 0, 1)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The recipient's vault cannot give the bytes."""

    def fail(*_: object, **__: object) -> None:
        raise BlobMissing(digest="sha256:…")

    monkeypatch.setattr(inbox, "adopt", fail)
    return monkeypatch


def test_a_failed_delivery_leaves_the_parcel_with_us_and_is_tried_again_at_growing_distances(
    cast: Cast, now: FixedClock, broken: pytest.MonkeyPatch
) -> None:
    letter = issued_letter(cast)
    waits = []
    for attempt in range(1, 5):
        carry(row(cast, letter))
        consignment = row(cast, letter)
        assert (consignment.state, consignment.attempts, arrivals(cast)) == ("dispatched", attempt, 0)
        assert consignment.again_at is not None
        waits.append((consignment.again_at - clock.now()).total_seconds())
        carry(consignment)  # a job that comes too early does nothing
        assert row(cast, letter).attempts == attempt
        now.advance(consignment.again_at - clock.now())
    assert waits == [5, 10, 20, 40]
    broken.undo()
    carry(row(cast, letter))
    assert (row(cast, letter).state, arrivals(cast)) == ("delivered", 1)


def test_after_a_hundred_hours_the_sender_is_told_and_no_old_job_delivers_behind_their_back(
    cast: Cast, now: FixedClock, broken: pytest.MonkeyPatch
) -> None:
    letter = issued_letter(cast)
    began, attempts = clock.now(), 0
    while row(cast, letter).state != "failed":
        carry(row(cast, letter))
        attempts += 1
        now.advance(timedelta(hours=1))
        assert attempts < 200
    assert clock.now() - began - timedelta(hours=1) >= LAST_ATTEMPT_AFTER
    broken.undo()
    carry(row(cast, letter))
    assert (row(cast, letter).state, arrivals(cast)) == ("failed", 0)
    run_jobs()
    for login in ("adviser.mof", "clerk.mof"):
        assert Kind.FAILED in {note.kind for note in notify.bell(cast(login))}


@pytest.mark.parametrize("error", [ValueError("nobody foresaw this"), ConnectionError(), KeyError("x")], ids=repr)
def test_an_unforeseen_error_is_an_attempt_like_any_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    letter = issued_letter(cast)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(inbox, "adopt", fail)
    carry(row(cast, letter))
    assert (row(cast, letter).attempts, planned("exchange.carry")) == (1, 2)


def test_the_sweep_alone_carries_what_the_queue_lost_also_after_failed_attempts(
    cast: Cast, now: FixedClock, broken: pytest.MonkeyPatch
) -> None:
    first, second = issued_letter(cast), issued_letter(cast)
    carry(row(cast, first))
    broken.undo()
    assert forget_jobs() > 2
    actor = carrier.carrier(MOF)
    assert under_way(actor) == []
    now.advance(STALE + timedelta(seconds=6))
    assert set(under_way(actor)) == {row(cast, first).id, row(cast, second).id}
    jobs.sweep(MOF)
    assert [row(cast, letter).state for letter in (first, second)] == ["delivered", "delivered"]
    assert arrivals(cast) == 2
    jobs.sweep(MOF)
    assert arrivals(cast) == 2


def test_the_sweep_alone_tells_senders_and_one_bad_row_stops_no_other(
    cast: Cast, now: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [issued_letter(cast) for _ in range(2)]
    run_jobs()
    with scope(cast("clerk.fl")):
        waiting = list(Arrival.objects.order_by("arrived_at", "id").values_list("id", flat=True))
    for arrival_id in waiting:
        accept_arrival(cast("clerk.fl"), arrival_id, AcceptCommand())
    forget_jobs()
    now.advance(STALE + timedelta(seconds=1))
    unlucky, telling = untold(carrier.carrier(FL))[0], carrier.tell_sender

    def stumble(actor: object, notice_id: UUID) -> None:
        if notice_id == unlucky:
            raise RuntimeError("this one stumbles")
        telling(actor, notice_id)  # type: ignore[arg-type]

    monkeypatch.setattr(carrier, "tell_sender", stumble)
    jobs.sweep(FL)
    assert sorted(row(cast, letter).state for letter in letters) == ["delivered", "registered"]
    monkeypatch.undo()
    jobs.sweep(FL)
    assert {row(cast, letter).state for letter in letters} == {"registered"}
    assert untold(carrier.carrier(FL)) == []


def test_a_notice_that_is_told_twice_changes_the_sender_s_side_once(cast: Cast) -> None:
    letter = issued_letter(cast)
    run_jobs()
    with scope(cast("clerk.fl")):
        arrival_id = Arrival.objects.values_list("id", flat=True).get()
    accept_arrival(cast("clerk.fl"), arrival_id, AcceptCommand())
    with scope(cast("clerk.fl")):
        notice_id = Notice.objects.values_list("id", flat=True).get()
    for _ in range(3):
        jobs.tell(body=str(FL), notice=str(notice_id))
    registered_at = row(cast, letter).registered_at
    jobs.tell(body=str(FL), notice=str(notice_id))
    assert row(cast, letter).registered_at == registered_at
    assert planned("letters.follow_consignment") == 1


def test_what_is_addressed_to_a_closed_body_waits_with_us_and_is_never_delivered(cast: Cast, now: FixedClock) -> None:
    letter = issued_letter(cast)
    Body.objects.filter(id=FL).update(valid_to=clock.today() - timedelta(days=1))
    carry(row(cast, letter))
    assert (row(cast, letter).state, arrivals(cast)) == ("dispatched", 0)


def test_a_crash_in_the_middle_of_delivery_leaves_neither_side_changed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = issued_letter(cast)
    move = carrier.move

    def crash(actor: object, consignment: Consignment, event: object) -> None:
        if event == "deliver":
            raise SystemError("power cut")
        move(actor, consignment, event)  # type: ignore[arg-type]

    monkeypatch.setattr(carrier, "move", crash)
    carrier.dispatch(carrier.carrier(MOF), row(cast, letter).id)
    with pytest.raises(SystemError):
        carrier.deliver(carrier.carrier(MOF), row(cast, letter).id)
    assert (row(cast, letter).state, arrivals(cast)) == ("dispatched", 0)
    monkeypatch.undo()
    carry(row(cast, letter))
    assert (row(cast, letter).state, arrivals(cast)) == ("delivered", 1)
