# SPDX-License-Identifier: EUPL-1.2
"""The log in the database: no gap, no fork by two processes, nothing changed by the application, kills in the middle."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.ledger import actions, queries
from mukatabat.ledger.checking import check_log
from mukatabat.ledger.errors import LedgerMoved, LogDamaged
from mukatabat.ledger.models import Checkpoint, CheckpointStamp, Leaf, Log, Tile, Waiting
from mukatabat.ledger.rules import Held
from mukatabat.signing import service
from mukatabat.signing.errors import TimeStampUnavailable
from mukatabat.tenancy.context import scope
from mukatabat_verify.log import checkpoints
from mukatabat_verify.log.checkpoints import Policy
from mukatabat_verify.log.merkle import check_consistency, check_inclusion, leaf_hash
from mukatabat_verify.log.policies import WitnessPolicy
from mukatabat_verify.timestamps import check_authority, stamped_at
from tests.cast import Cast
from tests.ledger.conftest import ORIGIN, House
from tests.together import together
from tools.paths import ROOT, SOURCE

pytestmark = pytest.mark.django_db
NOBODY = WitnessPolicy()


def faults() -> tuple[str, ...]:
    return check_log(NOBODY).faults


def test_what_waits_is_appended_without_a_gap_and_proven_against_a_signed_checkpoint(house: House) -> None:
    values, roots = [], {}
    for count in (1, 2, 300, 1):
        values += house.commit(count)
        assert actions.append(house.keys) == count
        roots[Log.objects.get().size] = bytes(Log.objects.get().root)
    assert list(Leaf.objects.order_by("number").values_list("number", flat=True)) == list(range(304))
    assert Waiting.objects.count() == 0
    assert faults() == ()
    for leaf in Leaf.objects.filter(number__in=(0, 1, 255, 256, 303)):
        found = queries.prove([leaf.source_id, new_id()], NOBODY)
        assert found is not None and list(found.proofs) == [leaf.source_id]
        proof = found.proofs[leaf.source_id]
        stated, _ = checkpoints.accept(proof.checkpoint, Policy(house.key, (), 0))
        value = bytes(leaf.commitment)
        check_inclusion(leaf_hash(value), proof.index, size=stated.size, root=stated.root, proof=proof.path)
        assert value in values and stated.size == min(size for size in roots if size > leaf.number)
    whole = queries.prove([one.source_id for one in Leaf.objects.all()], NOBODY)
    assert whole is not None and len(whole.proofs) == whole.checkpoint.size == 304
    for old, root in roots.items():
        check_consistency(old, 304, old_root=root, root=roots[304], proof=queries.consistency(old, 304))


def test_an_act_that_is_rolled_back_leaves_nothing_to_append(house: House, cast: Cast) -> None:
    with pytest.raises(InterruptedError):  # noqa: PT012 (the scope must see the failure)
        with scope(cast("clerk.fl")):
            house.commit(2)
            raise InterruptedError
    assert actions.append(house.keys) == 0


def test_what_is_not_logged_has_no_proof(house: House) -> None:
    assert queries.prove([new_id()], NOBODY) is None
    house.commit()
    assert queries.prove([Waiting.objects.get().source_id], NOBODY) is None


def test_a_second_beginning_keeps_the_first_name_and_key(house: House) -> None:
    assert actions.begin(house.keys, "other.example/log").note_key == house.key
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_begin('x', '', '', '', '', '', '')")
    assert Log.objects.get().origin == ORIGIN
    assert Checkpoint.objects.count() == 1


# ── two processes, and kills ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_many_processes_at_once_make_one_log(house: House) -> None:
    house.commit(60)

    def sequencer() -> int:
        done = 0
        while Waiting.objects.exists():
            try:
                done += actions.append(house.keys, batch=7)
            except LedgerMoved:
                continue
        return done

    appended = together(*[sequencer] * 4)
    assert sum(one for one in appended if isinstance(one, int)) == 60, appended
    assert Leaf.objects.count() == 60
    assert faults() == ()


@pytest.mark.django_db(transaction=True)
def test_a_process_that_built_on_an_older_head_keeps_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.commit(3)
    sign = house.keys.sign

    def overtaken(*arguments: Any) -> bytes:
        monkeypatch.setattr(house.keys, "sign", sign)
        together(lambda: actions.append(house.keys, batch=2))
        return sign(*arguments)

    monkeypatch.setattr(house.keys, "sign", overtaken)
    with pytest.raises(LedgerMoved):
        actions.append(house.keys)
    assert (Log.objects.get().size, Leaf.objects.count(), Waiting.objects.count()) == (2, 2, 1)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [0, 2]
    assert faults() == ()


KILLED = """
import os, signal, sys, django
django.setup()
from mukatabat.ledger import actions
from mukatabat.vault.custody.logkeys import VaultLogKeys
from django.conf import settings
from django.db import connection, transaction
from pathlib import Path
where, settings.MUKATABAT_KEYS_DIR = sys.argv[1], Path(sys.argv[2])
class Keys(VaultLogKeys):
    def sign(self, *arguments):
        if where == "sign":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().sign(*arguments)
with transaction.atomic():
    actions.append(Keys())
    if where == "commit":
        os.kill(os.getpid(), signal.SIGKILL)
if where == "show":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_between_append_and_checkpoint_and_witness_leaves_a_whole_log(
    house: House, settings: Any
) -> None:
    house.commit(5)
    database = connection.settings_dict
    url = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={database['HOST']}"
    url += f"&port={database['PORT']}"
    env = {**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{ROOT}", "MUKATABAT_DATABASE_URL": url}
    for where, size in (("sign", 0), ("commit", 0), ("show", 5)):
        command = [sys.executable, "-W", "ignore", "-c", KILLED, where, str(settings.MUKATABAT_KEYS_DIR)]
        run = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert run.returncode == -signal.SIGKILL, run.stderr
        assert Log.objects.get().size == size
        assert faults() == ()
    house.commit(2)
    assert house.process().turn() == 2
    assert queries.published(NOBODY).size == 7  # type: ignore[union-attr]


# ── tampering ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_log SET size = 0", "DELETE FROM ledger_log", "UPDATE ledger_leaf SET commitment = ''",
        "DELETE FROM ledger_leaf", "UPDATE ledger_tile SET data = ''", "DELETE FROM ledger_checkpoint",
        "UPDATE ledger_checkpoint SET note = ''", "DELETE FROM ledger_waiting", "UPDATE ledger_waiting SET commitment=''",
        "DELETE FROM ledger_cosignature", "UPDATE ledger_cosignature SET line = ''", "DELETE FROM ledger_alarm",
        "INSERT INTO ledger_leaf VALUES (9, gen_random_uuid(), '', now())",
    ],
)  # fmt: skip
def test_the_application_itself_can_only_append(house: House, statement: str) -> None:
    house.commit(3)
    actions.append(house.keys)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def _append(sources: list[Any], values: list[bytes], tiles: list[bytes]) -> None:
    log = Log.objects.get()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_append(%s, %s, %s, 'x', %s::uuid[], %s::bytea[], '{0}', '{0}', %s::bytea[])",
            [log.size, bytes(log.root), bytes(32), sources, values, tiles],
        )


def test_even_through_the_function_nothing_is_replaced_invented_or_appended_twice(house: House) -> None:
    house.commit(3)
    actions.append(house.keys)
    tile, leaf = Tile.objects.get(), Leaf.objects.get(number=0)
    house.commit(1)
    waits = Waiting.objects.get()
    genuine, value = bytes(tile.data), bytes(waits.commitment)
    for sources, values, tiles in (
        ([waits.source_id], [value], [bytes(32) + genuine]),
        ([waits.source_id], [value], [genuine]),
        ([waits.source_id], [value], [genuine[:-1]]),
        ([waits.source_id], [bytes(32)], [genuine + bytes(32)]),
        ([uuid4()], [value], [genuine + bytes(32)]),
        ([leaf.source_id], [bytes(leaf.commitment)], [genuine + bytes(32)]),
        ([], [], [genuine + bytes(32)]),
    ):
        with pytest.raises(DatabaseError, match="ledger_append"):
            _append(sources, values, tiles)
    assert faults() == ()


TAMPERINGS = {
    "a leaf changed": ("UPDATE ledger_leaf SET commitment = sha256('x') WHERE number = 2", "tile 0/0"),
    "a leaf taken out": ("DELETE FROM ledger_leaf WHERE number = 2", "leaf 2: missing"),
    "a leaf added": ("INSERT INTO ledger_leaf VALUES (300, gen_random_uuid(), '', now())", "leaf 300: no checkpoint"),
    "a tile cut short": ("UPDATE ledger_tile SET data = substr(data, 1, 64) WHERE level = 0 AND number = 1", "tile 0/1"),
    "a tile taken out": ("DELETE FROM ledger_tile WHERE level = 1", "tile 1/0"),
    "a tile added": ("INSERT INTO ledger_tile (level, number, data) VALUES (0, 2, '')", "3 tiles"[1:]),
    "a checkpoint's root": ("UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 300", "row says otherwise"),
    "a checkpoint's note": ("UPDATE ledger_checkpoint SET note = replace(note, '300', '299') WHERE size = 300", "log."),
    "a checkpoint of before": (
        "UPDATE ledger_checkpoint SET (note, root) = (SELECT note, root FROM ledger_checkpoint WHERE size = 0) WHERE size = 300",
        "not that of the leaves",
    ),
    "the head": ("UPDATE ledger_log SET root = sha256('x')", "the head"),
    "the key": ("UPDATE ledger_log SET public = sha256('x')", "log.unsigned"),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", TAMPERINGS)
def test_whatever_the_owner_alters_the_check_names_it(house: House, owner_url: str, name: str) -> None:
    house.commit(300)
    actions.append(house.keys)
    assert faults() == ()
    statement, says = TAMPERINGS[name]
    with psycopg.connect(owner_url) as owner:
        owner.execute(statement)  # type: ignore[call-overload]
    assert any(says in fault for fault in faults()), faults()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["a tile cut short", "a tile taken out", "the head"])
def test_nothing_is_appended_to_a_log_that_does_not_fit_its_head(house: House, owner_url: str, name: str) -> None:
    house.commit(300)
    actions.append(house.keys)
    house.commit(1)
    with psycopg.connect(owner_url) as owner:
        owner.execute(TAMPERINGS[name][0])  # type: ignore[call-overload]
    with pytest.raises(LogDamaged):
        actions.append(house.keys)
    assert Waiting.objects.count() == 1


# ── what everybody reads ────────────────────────────────────────────────────────────────────────────────────────────


def test_everybody_reads_checkpoint_key_tiles_and_entries_and_nothing_else(house: House) -> None:
    values = house.commit(257)
    actions.append(house.keys)
    anybody = Client()
    note = anybody.get("/log/checkpoint")
    assert note["Content-Type"] == "text/plain; charset=utf-8"
    stated, _ = checkpoints.accept(note.content, Policy(house.key, (), 0))
    assert stated.size == 257
    assert anybody.get("/log/key").content.decode().strip() == str(house.key)
    full, partial = anybody.get("/log/tile/0/000"), anybody.get("/log/tile/0/001.p/1")
    assert (len(full.content), len(partial.content)) == (8192, 32)
    assert "immutable" in full["Cache-Control"]
    assert anybody.get("/log/tile/0/000.p/3").content == full.content[:96]
    entries = anybody.get("/log/tile/entries/000").content
    assert [entries[at + 2 : at + 34] for at in range(0, len(entries), 34)] == values[:256]
    assert partial.content == leaf_hash(values[256])
    for absent in ("0/001", "0/001.p/2", "1/000", "entries/001", "0/x000/001", "0/000.p/0", "9/000", "a"):
        assert anybody.get(f"/log/tile/{absent}").status_code == 404
    for path in ("/log/checkpoint", "/log/tile/0/000"):
        assert anybody.post(path).status_code in {403, 405}


# ── time-stamps, and what parcels name ──────────────────────────────────────────────────────────────────────────────


def test_what_is_published_is_time_stamped_once_and_a_silent_authority_delays_nothing(house: House) -> None:
    asked: list[bytes] = []

    class Authority:
        silent = True

        def stamp(self, digest: bytes) -> bytes:
            asked.append(digest)
            if self.silent:
                raise TimeStampUnavailable(detail="nobody")
            return service.time_stamps().stamp(digest)

    authority, process = Authority(), house.process()
    process.time_stamps = lambda: authority
    house.commit(3)
    assert process.turn() == 3
    assert (len(asked), CheckpointStamp.objects.count(), process.confirmed) == (1, 0, True)
    assert process.turn() == 0 and len(asked) == 1  # it rests
    authority.silent = False
    again = house.process()
    again.time_stamps = lambda: authority
    assert [again.turn(), again.turn(), len(asked)] == [0, 0, 2]
    kept, note = CheckpointStamp.objects.get(), Checkpoint.objects.get(size=3).note.encode()
    assert stamped_at(bytes(kept.token), hashlib.sha256(note).digest()) == kept.stamped_at
    check_authority(bytes(kept.token), service.trust(clock.now()))


def test_the_proof_s_checkpoint_is_the_earliest_and_one_with_a_time_stamp_goes_first(house: House) -> None:
    house.commit(2)
    actions.append(house.keys)
    (source, *_) = Leaf.objects.values_list("source_id", flat=True)
    for _ in range(2):
        house.commit()
        actions.append(house.keys)
    found = queries.prove([source], NOBODY)
    assert found is not None and (found.checkpoint.size, found.stamp) == (2, b"")
    actions.keep_stamp(3, b"token", clock.now())
    actions.keep_stamp(4, b"later", clock.now())
    found = queries.prove([source], NOBODY)
    assert found is not None and (found.checkpoint.size, found.stamp) == (3, b"token")


def test_a_checkpoint_that_a_header_names_is_kept_with_the_lines_of_its_day(house: House) -> None:
    house.commit()
    actions.append(house.keys)
    shown = queries.published(NOBODY)
    assert shown is not None
    actions.name_checkpoint(shown)
    actions.name_checkpoint(shown)
    digest = hashlib.sha256(shown.note).hexdigest()
    assert queries.named(digest) == shown.note
    assert queries.named("ab" * 32) is None


def test_what_was_never_asked_for_is_asked_for_once(house: House) -> None:
    house.commit(2)
    actions.append(house.keys)
    house.commit(1)
    known = [(one.source_id, bytes(one.commitment)) for one in (*Leaf.objects.all(), *Waiting.objects.all())]
    held = [
        Held(source, value, clock.now()) for source, value in (*known, (new_id(), bytes(32)), (new_id(), bytes(32)))
    ]
    assert [actions.commit_missing(held), actions.commit_missing(held)] == [2, 0]
    assert actions.append(house.keys) == 3
    assert actions.commit_missing(held) == 0
    assert faults() == ()
