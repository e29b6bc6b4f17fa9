# SPDX-License-Identifier: EUPL-1.2
"""The chain over the trail: written by many, sequenced by one, and what a tamperer with the owner's power leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.audit import checking, jobs
from mukatabat.audit.actions import chain_pending, record
from mukatabat.audit.checking import TAIL_LIMIT, Verification, verify
from mukatabat.audit.models import AuditEntry, Link, Pending
from mukatabat.audit.queries import history_of
from mukatabat.audit.rules import GENESIS, Entry, link_hash
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from tests.cast import FL, MOF, Cast
from tests.together import together

OURS = system_actor("test.writer", body_id=MOF, realm="live")
THEIRS = system_actor("test.writer", body_id=FL, realm="live")


def write(actor: Actor = OURS, count: int = 1) -> list[UUID]:
    """Write entries, each in its own transaction."""
    return [record(actor, act="test.act", object_kind="test", object_id=new_id()) for _ in range(count)]


def proof() -> Verification:
    """Prove the whole trail."""
    return verify(Body.objects.values_list("id", "realm"))


def counted() -> tuple[int, int, tuple[str, ...]]:
    """How many are chained and how many wait, and the faults."""
    found = proof()
    return found.last, found.tail, found.faults


# ── a sound trail ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_chain_takes_everything_in_batches_and_holds(cast: Cast) -> None:
    write(OURS, 5)
    write(THEIRS, 4)
    assert counted() == (0, 9, ())
    assert [chain_pending(4) for _ in range(4)] == [4, 4, 1, 0]
    assert counted() == (9, 0, ())
    previous = GENESIS
    for number, link in enumerate(Link.objects.order_by("number"), start=1):
        actor = OURS if link.number <= 5 else THEIRS
        with scope(actor):
            digest = bytes(AuditEntry.objects.get(id=link.entry_id).digest)
        assert (link.number, bytes(link.hash)) == (number, link_hash(number, previous, digest))
        previous = bytes(link.hash)


@pytest.mark.django_db
def test_the_history_of_an_object_is_the_own_body_s(cast: Cast) -> None:
    shared = new_id()
    for actor in (OURS, THEIRS):
        record(actor, act=f"test.{actor.body_id}", object_kind="test", object_id=shared)
    assert [row.act for row in history_of(OURS, shared)] == [f"test.{MOF}"]


@pytest.mark.django_db(transaction=True)
def test_writers_sequencers_and_verifiers_at_once_make_one_chain_without_a_false_alarm(cast: Cast) -> None:
    done = threading.Event()

    def writer(actor: Actor) -> None:
        for number in range(15):
            try:
                with scope(actor):
                    write(actor)
                    if number % 4 == 0:
                        raise InterruptedError
            except InterruptedError:
                pass
        connection.close()

    def sequencer() -> None:
        while not done.is_set():
            chain_pending(3)

    def verifier() -> list[str]:
        found: list[str] = []
        while not done.is_set():
            found += proof().faults
        return found

    def office() -> None:
        try:
            writers = [threading.Thread(target=writer, args=(one,)) for one in (OURS, THEIRS, OURS, THEIRS)]
            for thread in writers:
                thread.start()
            for thread in writers:
                thread.join(60)
        finally:
            done.set()

    outcomes = together(office, sequencer, sequencer, verifier, verifier)
    assert outcomes == [None, None, None, [], []]
    while chain_pending():
        pass
    assert counted() == (44, 0, ())


@pytest.mark.django_db(transaction=True)
def test_a_sequencer_that_dies_in_the_middle_leaves_its_batch_to_the_next(cast: Cast) -> None:
    write(OURS, 6)
    with pytest.raises(SystemError), transaction.atomic():  # noqa: PT012 (the transaction must see the failure)
        assert chain_pending(4) == 4
        raise SystemError("power cut")
    assert (Link.objects.count(), Pending.objects.count()) == (0, 6)
    stop = threading.Event()
    running = [threading.Thread(target=jobs.run_sequencer, args=(stop,)) for _ in range(2)]
    for thread in running:
        thread.start()
    for _ in range(100):
        if not Pending.objects.exists():
            break
        stop.wait(0.1)
    stop.set()
    for thread in running:
        thread.join(10)
    assert counted() == (6, 0, ())


@pytest.mark.django_db
def test_an_entry_may_wait_a_minute_and_no_longer(cast: Cast) -> None:
    with clock.fixed(clock.now()) as now:
        (entry_id,) = write()
        now.advance(TAIL_LIMIT)
        assert proof().intact
        now.advance(timedelta(seconds=1))
        assert proof().faults == (f"entry {entry_id}: unchained for more than a minute",)


@pytest.mark.django_db
def test_the_check_between_two_nights_looks_at_what_is_new_and_the_nightly_one_at_everything(cast: Cast) -> None:
    places = [(MOF, "live"), (FL, "live")]
    with clock.fixed(clock.now()) as now:
        write(OURS, 30)
        chain_pending()
        assert checking.check_trail(places, full=True).faults == []
        now.advance(timedelta(days=1))
        write(THEIRS, 2)
        chain_pending()
        with CaptureQueriesContext(connection) as new:
            found = verify(places, full=False)
        assert (found.first, found.last, found.faults) == (31, 32, ())
        read = [one["sql"] for one in new if "NOT EXISTS" in one["sql"] or "NOT (EXISTS" in one["sql"]]
        assert len(read) == 2
        assert all('"audit_entry"."at" >=' in sql for sql in read)
        assert verify(places).first == 1


# ── tampering by the owner of the tables ────────────────────────────────────────────────────────────────────────────


@contextmanager
def tampering(owner_url: str) -> Iterator[psycopg.Connection]:
    """The owner lifts row-level security, does what is done, and lays it again."""
    tables = "audit_entry"
    with psycopg.connect(owner_url) as owner:
        owner.execute(f"ALTER TABLE {tables} DISABLE ROW LEVEL SECURITY")
        yield owner
        owner.execute(f"ALTER TABLE {tables} ENABLE ROW LEVEL SECURITY")


def _column(assignment: str) -> Callable[[psycopg.Connection, list[UUID]], None]:
    def tamper(owner: psycopg.Connection, ids: list[UUID]) -> None:
        owner.execute(f"UPDATE audit_entry SET {assignment} WHERE id = %s", [ids[2]])  # type: ignore[call-overload]

    return tamper


def _delete_entry(owner: psycopg.Connection, ids: list[UUID]) -> None:
    owner.execute("DELETE FROM audit_entry WHERE id = %s", [ids[2]])


def _delete_entry_and_link(owner: psycopg.Connection, ids: list[UUID]) -> None:
    _delete_entry(owner, ids)
    owner.execute("DELETE FROM audit_link WHERE entry_id = %s", [ids[2]])


def _delete_and_close_the_gap(owner: psycopg.Connection, ids: list[UUID]) -> None:
    _delete_entry_and_link(owner, ids)
    owner.execute("UPDATE audit_link SET number = number - 1 WHERE number > 3")


def _swap_links(owner: psycopg.Connection, ids: list[UUID]) -> None:
    owner.execute("UPDATE audit_link SET number = -number WHERE number IN (2, 3)")
    owner.execute("UPDATE audit_link SET number = 5 + number WHERE number < 0")


def _swap_entries_of_links(owner: psycopg.Connection, ids: list[UUID]) -> None:
    owner.execute("UPDATE audit_link SET entry_id = %s WHERE number = 2", [new_id()])
    owner.execute("UPDATE audit_link SET entry_id = %s WHERE number = 3", [ids[1]])
    owner.execute("UPDATE audit_link SET entry_id = %s WHERE number = 2", [ids[2]])


def _rewrite_with_its_digest(owner: psycopg.Connection, ids: list[UUID]) -> None:
    owner.execute("UPDATE audit_entry SET actor_name = 'غيره' WHERE id = %s", [ids[2]])
    _restate(owner, ids[2])


def _rewrite_with_digest_and_link(owner: psycopg.Connection, ids: list[UUID]) -> None:
    _rewrite_with_its_digest(owner, ids)
    digest = owner.execute("SELECT digest FROM audit_entry WHERE id = %s", [ids[2]]).fetchone()[0]  # type: ignore[index]
    previous = owner.execute("SELECT hash FROM audit_link WHERE number = 2").fetchone()[0]  # type: ignore[index]
    owner.execute("UPDATE audit_link SET hash = %s WHERE number = 3", [link_hash(3, previous, digest)])


def _restate(owner: psycopg.Connection, entry_id: UUID) -> None:
    columns = "id, body_id, at, actor_kind, actor_id, actor_name, act, object_kind, object_id, place, detail"
    row = owner.execute(f"SELECT {columns} FROM audit_entry WHERE id = %s", [entry_id]).fetchone()  # type: ignore[call-overload]
    digest = Entry(**dict(zip(columns.split(", "), row, strict=True))).digest()
    owner.execute("UPDATE audit_entry SET digest = %s WHERE id = %s", [digest, entry_id])


def _slip_in(owner: psycopg.Connection, ids: list[UUID]) -> None:
    slipped = new_id()
    owner.execute(
        "INSERT INTO audit_entry SELECT %s, body_id, at, actor_kind, actor_id, actor_name, act, object_kind, object_id,"
        " place, detail, digest FROM audit_entry WHERE id = %s", [slipped, ids[2]],
    )  # fmt: skip
    _restate(owner, slipped)


def _cut_the_chain(owner: psycopg.Connection, ids: list[UUID]) -> None:
    owner.execute("DELETE FROM audit_link WHERE number > 3")


def _move_to_another_body(owner: psycopg.Connection, ids: list[UUID]) -> None:
    owner.execute("UPDATE audit_entry SET body_id = %s WHERE id = %s", [FL, ids[2]])


TAMPERINGS: dict[str, tuple[Callable[[psycopg.Connection, list[UUID]], None], str]] = {
    **{
        f"column {assignment.split(' ')[0]}": (_column(assignment), "its columns were altered")
        for assignment in (
            "at = at + interval '1 microsecond'", "actor_kind = 'person'", "actor_id = gen_random_uuid()",
            "actor_name = 'غيره'", "act = 'test.other'", "object_kind = 'other'", "object_id = NULL", "place = 'x'",
            """detail = '{"a": 1}'""", "digest = sha256('x')",
        )
    },
    "another body": (_move_to_another_body, "its columns were altered"),
    "entry deleted": (_delete_entry, "is gone"),
    "entry and link deleted": (_delete_entry_and_link, "link 3: missing"),
    "deleted and renumbered": (_delete_and_close_the_gap, "link 3: does not follow"),
    "links swapped": (_swap_links, "link 2: does not follow"),
    "entries of links swapped": (_swap_entries_of_links, "link 2: does not follow"),
    "rewritten with its digest": (_rewrite_with_its_digest, "link 3: does not follow"),
    "rewritten with digest and link": (_rewrite_with_digest_and_link, "link 4: does not follow"),
    "slipped in without link": (_slip_in, "neither chained nor waiting"),
    "end of the chain cut off": (_cut_the_chain, "neither chained nor waiting"),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_the_owner_alters_the_proof_names_it(cast: Cast, owner_url: str, name: str) -> None:
    ids = write(OURS, 6)
    chain_pending()
    assert proof().intact
    tamper, says = TAMPERINGS[name]
    with tampering(owner_url) as owner:
        tamper(owner, ids)
    found = proof()
    assert not found.intact
    assert any(says in fault for fault in found.faults), found.faults


@pytest.mark.django_db(transaction=True)
def test_an_unchained_entry_altered_or_taken_out_of_the_queue_is_named(cast: Cast, owner_url: str) -> None:
    ids = write(OURS, 3)
    with tampering(owner_url) as owner:
        owner.execute("UPDATE audit_entry SET actor_name = 'غيره' WHERE id = %s", [ids[0]])
        owner.execute("DELETE FROM audit_pending WHERE entry_id = %s", [ids[1]])
    faults = proof().faults
    assert f"entry {ids[0]}: its columns were altered" in faults
    assert f"entry {ids[1]}: neither chained nor waiting" in faults
    assert not any(str(ids[2]) in fault for fault in faults)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = 'غيره'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "INSERT INTO audit_link (number, entry_id, hash, at) VALUES (1, gen_random_uuid(), '', now())",
        "UPDATE audit_link SET number = number",
        "DELETE FROM audit_link",
        "UPDATE audit_pending SET digest = ''",
        "DELETE FROM audit_pending",
    ],
)
def test_the_application_itself_can_only_add(cast: Cast, statement: str) -> None:
    write()
    with (
        scope(OURS),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# ── the digest ──────────────────────────────────────────────────────────────────────────────────────────────────────

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=40)
DETAIL = st.dictionaries(
    TEXT,
    st.recursive(TEXT | st.integers(-(2**53), 2**53) | st.booleans(), lambda one: st.lists(one, max_size=3)),
    max_size=4,
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(detail=DETAIL, place=TEXT, name=TEXT)
def test_what_is_stored_has_the_digest_of_what_was_recorded(
    cast: Cast, detail: dict[str, object], place: str, name: str
) -> None:
    actor = Actor(body_id=MOF, realm="live", name_ar=name, name_en=name, person_id=new_id())
    entry_id = record(actor, act="test.act", object_kind="test", place=place, detail=detail)
    with scope(OURS):
        row = AuditEntry.objects.get(id=entry_id)
    assert row.as_entry().digest() == bytes(row.digest)
