# SPDX-License-Identifier: EUPL-1.2
"""Numbers on the real database: many clerks at once, the turn of the year, back-dating, and what can never change."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.registers import queries
from mukatabat.registers.actions import confirm_number, take_number, void_number
from mukatabat.registers.errors import NumberAlreadyDecided, ReasonMissing
from mukatabat.registers.models import Entry, Register
from mukatabat.registers.rules import EntryState, Particulars
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from tests.cast import FL, Cast
from tests.together import together

CLERKS = 32
EACH = 4


def particulars(**changes: object) -> Particulars:
    """A letter to the Department, as the book sees it."""
    given: dict[str, object] = {
        "object_id": new_id(), "subject": "طلب رأي", "counterpart_id": FL, "counterpart_ar": "إدارة الفتوى والتشريع",
        "counterpart_en": "Department of Fatwa and Legislation",
    }  # fmt: skip
    return Particulars(**given | changes)  # type: ignore[arg-type]


def take(actor: Actor, state: EntryState = EntryState.ISSUING, **changes: object) -> Entry:
    """Take an outgoing number."""
    return take_number(actor, RegisterKind.OUTGOING, particulars(**changes), state=state)


class ChangedMind(Exception):
    """A clerk's transaction that fails after the number was taken."""


def clerk(actor: Actor, seed: int) -> list[str]:
    """Take numbers one after the other; now and then the transaction fails late."""
    chance, taken = random.Random(seed), []
    for _ in range(EACH):
        try:
            with scope(actor):
                entry = take(actor, state=EntryState.ISSUED)
                if chance.random() < 0.3:
                    raise ChangedMind
        except ChangedMind:
            pass
        else:
            taken.append(entry.reference)
        connection.close()  # the pool is smaller than the crowd
    return taken


@pytest.mark.django_db(transaction=True)
def test_32_clerks_at_once_leave_no_gap_and_no_double(cast: Cast) -> None:
    actor = cast("clerk.mof")
    results = together(*(lambda seed=seed: clerk(actor, seed) for seed in range(CLERKS)))
    taken = sorted(reference for result in results if isinstance(result, list) for reference in result)
    assert len(results) == sum(isinstance(result, list) for result in results), results
    assert 0 < len(taken) < CLERKS * EACH, "some clerks must have changed their mind"
    year = clock.today().year
    assert taken == [f"MOF-O-{year}-{serial:05d}" for serial in range(1, len(taken) + 1)]
    assert queries.check(actor) == {f"O-{year}": []}


@pytest.mark.django_db(transaction=True)
def test_two_books_are_opened_by_two_bodies_at_the_same_moment(cast: Cast) -> None:
    actors = [cast("clerk.mof"), cast("clerk2.mof"), cast("clerk.fl"), cast("clerk2.fl")]
    together(*(lambda actor=actor: take(actor, EntryState.ISSUED) for actor in actors))
    with scope(cast("clerk.mof")):
        assert sorted(Entry.objects.values_list("serial", flat=True)) == [1, 2]
        assert Register.objects.count() == 1
    with scope(cast("clerk.fl")):
        assert sorted(Entry.objects.values_list("serial", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_a_new_year_opens_a_new_book_at_midnight_in_kuwait(cast: Cast) -> None:
    actor = cast("clerk.mof")
    with clock.fixed(datetime(2026, 12, 31, 20, 59, 59, 999_999, tzinfo=UTC)) as now:
        old = [take(actor), take(actor)]
        now.advance(datetime(2026, 12, 31, 21, 0, tzinfo=UTC) - clock.now())
        new = take(actor)
    assert [one.reference for one in old] == ["MOF-O-2026-00001", "MOF-O-2026-00002"]
    assert (new.reference, new.on) == ("MOF-O-2027-00001", date(2027, 1, 1))
    assert queries.check(actor) == {"O-2026": [], "O-2027": []}


@pytest.mark.django_db
def test_a_back_dated_letter_moves_no_counter_but_today_s(cast: Cast) -> None:
    actor = cast("clerk.mof")
    with clock.fixed(datetime(2026, 11, 22, 9, 0, tzinfo=UTC)):
        first = take(actor)
        late = take(actor, their_date=date(2019, 3, 1), their_reference="ف.ت/2019/7")
        following = take(actor)
    assert [entry.serial for entry in (first, late, following)] == [1, 2, 3]
    assert {entry.on for entry in (first, late, following)} == {date(2026, 11, 22)}
    with scope(actor):
        assert list(Register.objects.values_list("year", "last")) == [(2026, 3)]


@pytest.mark.django_db
def test_each_kind_has_its_own_row_of_numbers_and_sealed_letters_share_one_without_subjects(cast: Cast) -> None:
    actor = cast("clerk.mof")
    kinds = (RegisterKind.INCOMING, RegisterKind.OUTGOING, RegisterKind.MEMO, RegisterKind.CIRCULAR)
    for kind in kinds:
        entry = take_number(actor, kind, particulars(), state=EntryState.ISSUED)
        assert (entry.serial, entry.subject) == (1, "طلب رأي")
    sealed = [take_number(actor, kind, particulars(secrecy=Secrecy.SECRET), state=EntryState.ISSUED) for kind in kinds]
    assert [entry.serial for entry in sealed] == [1, 2, 3, 4]
    assert {entry.subject for entry in sealed} == {""}
    assert all("-X-" in entry.reference for entry in sealed)


@pytest.mark.django_db
def test_training_numbers_say_so(cast: Cast) -> None:
    assert take(cast("clerk.mof.training")).reference == f"TRN-MOF-O-{clock.today().year}-00001"


@pytest.mark.django_db
def test_a_void_number_stays_visible_with_its_reason(cast: Cast) -> None:
    actor = cast("clerk.mof")
    entries = [take(actor) for _ in range(3)]
    void_number(actor, entries[1].id, reason="  رفض الموقّع التوقيع ")
    confirm_number(actor, entries[0].id, content_digest="sha256:00")
    shown = queries.entries_of_day(actor, RegisterKind.OUTGOING, clock.today())
    assert [(entry.serial, entry.state) for entry in shown] == [(1, "issued"), (2, "void"), (3, "issuing")]
    assert shown[1].void_reason == "رفض الموقّع التوقيع"
    assert take(actor).serial == 4
    assert queries.check(actor) == {f"O-{clock.today().year}": []}


@pytest.mark.django_db
def test_a_void_needs_a_reason_and_a_decided_number_is_decided(cast: Cast) -> None:
    actor = cast("clerk.mof")
    issued, void = take(actor), take(actor)
    with pytest.raises(ReasonMissing):
        void_number(actor, void.id, reason="  ")
    confirm_number(actor, issued.id, content_digest="sha256:00")
    void_number(actor, void.id, reason="سبب")
    for entry in (issued, void):
        with pytest.raises(NumberAlreadyDecided):
            confirm_number(actor, entry.id, content_digest="sha256:11")
        with pytest.raises(NumberAlreadyDecided):
            void_number(actor, entry.id, reason="سبب آخر")
    with pytest.raises(NumberAlreadyDecided):
        void_number(cast("clerk.fl"), void.id, reason="من جهة أخرى")


FORBIDDEN = (
    "UPDATE registers_entry SET serial = serial + 1",
    "UPDATE registers_entry SET reference = 'MOF-O-2026-99999'",
    'UPDATE registers_entry SET "on" = "on" - 1',
    "UPDATE registers_entry SET at = at - interval '1 day'",
    "UPDATE registers_entry SET object_id = id",
    "UPDATE registers_entry SET state = 'issuing'",
    "UPDATE registers_entry SET void_reason = 'سبب آخر'",
    "UPDATE registers_entry SET subject = 'موضوع آخر'",
    "DELETE FROM registers_entry",
    "TRUNCATE registers_entry",
    "DELETE FROM registers_register",
    "UPDATE registers_register SET last = last - 1",
    "UPDATE registers_register SET last = last + 2",
    "UPDATE registers_register SET last = last",
    "UPDATE registers_register SET year = year + 1, last = last + 1",
    "UPDATE registers_register SET kind = 'X', last = last + 1",
    "ALTER TABLE registers_entry DISABLE TRIGGER keep_number",
    "DROP TRIGGER keep_number ON registers_entry",
)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_itself_refuses_to_change_a_taken_number(cast: Cast, statement: str) -> None:
    actor = cast("clerk.mof")
    void_number(actor, take(actor).id, reason="سبب")
    with (
        scope(actor),
        pytest.raises((IntegrityError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from(["take", "fail", "confirm", "void", "next year"]), max_size=25))
def test_the_invariant_holds_along_every_walk(cast: Cast, walk: list[str]) -> None:
    actor, issuing, held = cast("clerk.mof"), [], []
    with transaction.atomic(), clock.fixed(datetime(2030, 1, 1, 9, 0, tzinfo=UTC)) as now:
        for act in walk:
            held += _perform(actor, act, issuing=issuing)
            if act == "next year":
                now.advance(datetime(clock.today().year + 1, 1, 1, 9, tzinfo=UTC) - clock.now())
            assert not any(queries.check(actor).values())
        assert max(Counter(held).values(), default=1) == 1
        for year in {reference[:10] for reference in held}:
            serials = [int(reference[-5:]) for reference in held if reference.startswith(year)]
            assert all(following == former + 1 for former, following in pairwise(serials))
        transaction.set_rollback(True)


def _perform(actor: Actor, act: str, *, issuing: list[UUID]) -> list[str]:
    if act == "take":
        entry = take(actor)
        issuing.append(entry.id)
        return [entry.reference]
    if act == "fail":
        with pytest.raises(ChangedMind), scope(actor):  # noqa: PT012 (the scope must see the change of mind)
            take(actor)
            raise ChangedMind
    elif issuing and act == "confirm":
        confirm_number(actor, issuing.pop(0), content_digest="sha256:00")
    elif issuing and act == "void":
        void_number(actor, issuing.pop(), reason="سبب")
    return []
