# SPDX-License-Identifier: EUPL-1.2
"""Witnesses as processes of their own: what they cosign and refuse, and what the log does when they disagree or die."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mukatabat.ledger import actions, queries
from mukatabat.ledger.errors import DatabaseOlder, LogForked
from mukatabat.ledger.models import Alarm, Checkpoint, Cosignature, Log, Waiting
from mukatabat.ledger.protocol import SIZE_TYPE, AddCheckpoint, Answer
from mukatabat.ledger.rules import AlarmKind
from mukatabat.ledger.witness.service import add_checkpoint
from mukatabat.ledger.witness.state import Seen, StateUnreadable, WitnessFolder
from mukatabat.ledger.witnesses import HttpWitnesses
from mukatabat_verify.log import checkpoints, notes
from mukatabat_verify.log.checkpoints import LogCheckpoint, Policy
from mukatabat_verify.log.merkle import EMPTY_ROOT, consistency_ranges, leaf_hash, node_hash, range_hash
from mukatabat_verify.log.notes import ED25519, Note, NoteKey
from mukatabat_verify.log.policies import WitnessPolicy
from tests.ledger.conftest import House, WitnessProcess, two_of

AT = 1_800_000_000


class PlainLog:
    """A log in memory, by the words of RFC 6962 alone; two with different leaves are a fork."""

    def __init__(self, folder: Path, name: str = "log.example/x") -> None:
        self.signer = WitnessFolder.make(folder, name)
        self.key = NoteKey(name, ED25519, self.signer.key.public)

    def node(self, leaves: list[bytes], level: int, index: int) -> bytes:
        if level == 0:
            return leaf_hash(leaves[index])
        return node_hash(self.node(leaves, level - 1, 2 * index), self.node(leaves, level - 1, 2 * index + 1))

    def root(self, leaves: list[bytes]) -> bytes:
        if not leaves:
            return EMPTY_ROOT
        if len(leaves) == 1:
            return leaf_hash(leaves[0])
        middle = 1 << (len(leaves) - 1).bit_length() - 1
        return node_hash(self.root(leaves[:middle]), self.root(leaves[middle:]))

    def note(self, leaves: list[bytes], *, key: NoteKey | None = None) -> bytes:
        text = LogCheckpoint(self.key.name, len(leaves), self.root(leaves)).text
        return Note(text, (notes.sign(text, key or self.key, self.signer.sign),)).to_bytes()

    def proof(self, old: int, leaves: list[bytes]) -> tuple[bytes, ...]:
        ranges = consistency_ranges(old, len(leaves)) if 0 < old <= len(leaves) else []
        return tuple(range_hash(one, lambda level, index: self.node(leaves, level, index)) for one in ranges)

    def request(self, old: int, leaves: list[bytes]) -> bytes:
        return AddCheckpoint(old, self.proof(old, leaves), self.note(leaves)).to_bytes()


@pytest.fixture
def plain(tmp_path: Path) -> PlainLog:
    return PlainLog(tmp_path / "log")


@pytest.fixture
def folder(tmp_path: Path, plain: PlainLog) -> WitnessFolder:
    made = WitnessFolder.make(tmp_path / "witness", "w.example/1")
    made.trust(plain.key)
    return made


def said(folder: WitnessFolder, body: bytes) -> Answer:
    return add_checkpoint(folder, body, now=lambda: AT)


A, B = [b"a%d" % number for number in range(40)], [b"a0", b"a1", *(b"b%d" % number for number in range(38))]


# ── the rules of the protocol ───────────────────────────────────────────────────────────────────────────────────────


def test_a_witness_cosigns_what_continues_and_states_when(plain: PlainLog, folder: WitnessFolder) -> None:
    for old, size in ((0, 3), (3, 3), (3, 17), (17, 40)):
        answer = said(folder, plain.request(old, A[:size]))
        assert answer.status == 200
        note = notes.read(plain.note(A[:size]) + answer.text.encode())
        assert note.signed_by(folder.key) == AT
        assert folder.seen(plain.key.name) == Seen(size, plain.root(A[:size]))


@pytest.mark.parametrize(
    ("old", "leaves", "status", "text"),
    [
        (17, B, 422, None), (17, B[:17], 409, "17\n"), (3, A[:40], 409, "17\n"), (0, A[:40], 409, "17\n"),
        (3, A[:5], 409, "17\n"), (0, A[:3], 409, "17\n"), (40, A[:40], 409, "17\n"), (17, A[:3], 400, None),
        (0, [], 409, "17\n"),
    ],
)  # fmt: skip
def test_a_fork_a_smaller_log_and_a_replay_are_refused_as_the_protocol_says(
    plain: PlainLog, folder: WitnessFolder, old: int, leaves: list[bytes], status: int, text: str | None
) -> None:
    assert said(folder, plain.request(0, A[:17])).status == 200
    answer = said(folder, plain.request(old, leaves))
    assert answer.status == status
    if text is not None:
        assert (answer.text, answer.media_type) == (text, SIZE_TYPE)
    assert folder.seen(plain.key.name).size == 17


def test_what_nobody_signed_or_nobody_knows_is_refused(tmp_path: Path, plain: PlainLog, folder: WitnessFolder) -> None:
    other = PlainLog(tmp_path / "other", "other.example/x")
    thief = PlainLog(tmp_path / "thief", plain.key.name)
    assert said(folder, other.request(0, A)).status == 404
    assert said(folder, thief.request(0, A)).status == 403
    assert said(folder, AddCheckpoint(0, (), thief.note(A, key=plain.key)).to_bytes()).status == 403
    assert said(folder, AddCheckpoint(0, (bytes(32),), plain.note(A)).to_bytes()).status == 422
    for broken in (
        b"",
        b"old 0\n\n",
        b"old -1\n\n" + plain.note(A),
        b"\xff",
        plain.note(A),
        b"old 0\n" + plain.note(A),
    ):
        assert said(folder, broken).status == 400
    assert folder.seen(plain.key.name) == Seen()


def test_a_damaged_memory_is_no_empty_one(plain: PlainLog, folder: WitnessFolder) -> None:
    assert said(folder, plain.request(0, A[:17])).status == 200
    (memory,) = (folder.folder / "seen").iterdir()
    for content in (b"", b"{}", json.dumps({"origin": "x", "size": 1, "root": ""}).encode()):
        memory.write_bytes(content)
        with pytest.raises(StateUnreadable):
            said(folder, plain.request(0, B))


def test_one_log_is_known_once_and_a_folder_is_one_witness(plain: PlainLog, folder: WitnessFolder) -> None:
    for key in (plain.key, folder.key):
        with pytest.raises(ValueError):
            folder.trust(key)
    with pytest.raises(FileExistsError):
        WitnessFolder.make(folder.folder, "w.example/2")
    assert (folder.folder / "witness.json").stat().st_mode & 0o077 == 0


@settings(max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 40), st.integers(0, 40)), max_size=12))
def test_no_order_of_requests_makes_a_witness_cosign_two_histories(
    tmp_path_factory: pytest.TempPathFactory, requests: list[tuple[str, int, int]]
) -> None:
    place = tmp_path_factory.mktemp("walk")
    plain, folder = PlainLog(place / "log"), WitnessFolder.make(place / "witness", "w.example/1")
    folder.trust(plain.key)
    cosigned: list[tuple[int, bytes]] = []
    for branch, old, size in requests:
        leaves = (A if branch == "A" else B)[:size]
        if said(folder, plain.request(old, leaves)).status == 200:
            cosigned.append((size, plain.root(leaves)))
    assert [size for size, _ in cosigned] == sorted(size for size, _ in cosigned)
    for history in (A, B):
        if any(root != plain.root(history[:size]) for size, root in cosigned):
            continue
        return
    pytest.fail(f"two histories were cosigned: {cosigned}")


# ── the log among its witnesses ─────────────────────────────────────────────────────────────────────────────────────


def trusted(house: House, policy: WitnessPolicy) -> tuple[int, int]:
    """What a reader makes of the published checkpoint: its size, and how many witnesses saw it."""
    found = queries.published(policy)
    assert found is not None
    stated, seen = checkpoints.accept(
        found.note, Policy(house.key, tuple(one.key for one in policy.witnesses), policy.quorum)
    )  # fmt: skip
    return stated.size, len(seen)


def open_alarms() -> set[tuple[str, str]]:
    return set(Alarm.objects.filter(ended_at=None).values_list("kind", "witness"))


@pytest.mark.django_db
def test_every_witness_cosigns_and_one_that_dies_delays_nothing_but_two_delay_proof(
    house: House, witnesses: list[WitnessProcess], caplog: pytest.LogCaptureFixture
) -> None:
    policy = two_of(witnesses)
    worker = house.process(policy)
    house.commit(3)
    assert worker.turn() == 3
    assert trusted(house, policy) == (3, 3)
    witnesses[0].kill()
    house.commit(2)
    assert worker.turn() == 2
    assert trusted(house, policy) == (5, 2)
    assert open_alarms() == {("silent", "audit-bureau.example/w")}
    assert [one.levelno for one in caplog.records if "audit-bureau" in one.getMessage()] == [logging.ERROR]
    witnesses[1].kill()
    house.commit(4)
    assert worker.turn() == 4, "a missing witness never stops the queue of a process that was confirmed"
    assert trusted(house, policy) == (5, 2), "what too few have seen is not shown"
    assert Log.objects.get().size == 9
    witnesses[1].start()
    policy = two_of(witnesses)
    assert house.process(policy).turn() == 0
    assert trusted(house, policy) == (9, 2)
    assert open_alarms() == {("silent", "audit-bureau.example/w")}


@pytest.mark.django_db
def test_a_worker_that_starts_among_dead_witnesses_appends_nothing_until_they_answer(
    house: House, witnesses: list[WitnessProcess]
) -> None:
    for one in witnesses[:2]:
        one.kill()
    house.commit(2)
    assert house.process(two_of(witnesses)).turn() == 0
    assert (Waiting.objects.count(), Log.objects.get().size) == (2, 0)
    house.commit(1)
    witnesses[0].start()
    assert house.process(two_of(witnesses)).turn() == 3


@pytest.mark.django_db
def test_a_witness_killed_at_once_after_it_answered_still_knows_what_it_saw(
    house: House, witnesses: list[WitnessProcess]
) -> None:
    policy = two_of(witnesses)
    house.commit(6)
    house.process(policy).turn()
    witnesses[2].kill()
    witnesses[2].start()
    fork = AddCheckpoint(0, (), Checkpoint.objects.get(size=0).note.encode())
    answer = HttpWitnesses().add(witnesses[2].entry(), fork)
    assert (answer.status, answer.text) == (409, "6\n")


def _restored(owner_url: str, size: int) -> None:
    """Put the database back to an earlier size, as a backup of that moment has it."""
    with psycopg.connect(owner_url) as owner:
        owner.execute("DELETE FROM ledger_cosignature WHERE checkpoint_id > %s", [size])
        owner.execute("DELETE FROM ledger_checkpoint WHERE size > %s", [size])
        owner.execute("DELETE FROM ledger_leaf WHERE number >= %s", [size])
        owner.execute("UPDATE ledger_tile SET data = substr(data, 1, 32 * %s) WHERE level = 0", [size])
        owner.execute(
            "UPDATE ledger_log SET size = %s, root = (SELECT root FROM ledger_checkpoint WHERE size = %s)", [size, size]
        )


def _seen_at_seven_and_put_back_to_four(house: House, witnesses: list[WitnessProcess], owner_url: str) -> WitnessPolicy:
    """A log of seven leaves that the witnesses saw, put back to the size of an earlier backup; gives their policy."""
    policy = two_of(witnesses)
    for leaves in (4, 3):
        house.commit(leaves)
        house.process(policy).turn()
    _restored(owner_url, 4)
    return policy


@pytest.mark.django_db(transaction=True)
def test_a_restored_older_database_is_noticed_before_anything_is_appended(
    house: House, witnesses: list[WitnessProcess], owner_url: str
) -> None:
    policy = _seen_at_seven_and_put_back_to_four(house, witnesses, owner_url)
    house.commit(2)
    for _ in range(2):
        with pytest.raises(DatabaseOlder) as refused:
            house.process(policy).turn()
        assert (refused.value.params["seen"], refused.value.params["size"]) == (7, 4)
    assert (Log.objects.get().size, Waiting.objects.count()) == (4, 2)
    assert open_alarms() == {("older", "audit-bureau.example/w")}


@pytest.mark.django_db(transaction=True)
def test_a_copy_that_went_on_by_itself_is_refused_by_whoever_saw_the_other(
    house: House, witnesses: list[WitnessProcess], owner_url: str
) -> None:
    policy = _seen_at_seven_and_put_back_to_four(house, witnesses, owner_url)
    house.commit(9)
    actions.append(house.keys)  # whoever holds the key and the database may append past every guard of ours
    with pytest.raises(LogForked):
        house.process(policy).turn()
    assert open_alarms() == {("forked", "audit-bureau.example/w")}
    assert not Cosignature.objects.filter(checkpoint_id=13).exists()
    assert trusted(house, policy) == (4, 3)


@pytest.mark.django_db
def test_a_line_that_is_not_the_witness_s_over_this_checkpoint_is_not_kept(
    house: House, witnesses: list[WitnessProcess], plain: PlainLog
) -> None:
    policy = two_of(witnesses)
    house.commit(1)
    house.process(policy).turn()
    stale = Cosignature.objects.get(checkpoint_id=1, witness="ict.example/w").line
    foreign = notes.sign("x\n", plain.key, plain.signer.sign).line
    house.commit(1)
    actions.append(house.keys)
    for text in (f"{stale}\n", f"{foreign}\n", "", "no line\n", "5\n"):

        class Lying:
            def add(self, *_: object, text: str = text) -> Answer:
                return Answer(200, text)

        worker = house.process(policy)
        worker.witnesses = Lying()
        assert worker.turn() == 0
        assert {kind for kind, _ in open_alarms()} == {AlarmKind.SILENT}
    assert trusted(house, policy) == (1, 3)
