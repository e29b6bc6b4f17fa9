# SPDX-License-Identifier: EUPL-1.2
"""The only writers of the log. Nothing here waits for anybody outside."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from mukatabat.audit.actions import record
from mukatabat.audit.models import AuditEntry, Link
from mukatabat.kernel import clock
from mukatabat.ledger import queries
from mukatabat.ledger.errors import LedgerMoved, LogDamaged
from mukatabat.ledger.models import (
    Alarm,
    AuditHead,
    CheckpointStamp,
    Cosignature,
    Leaf,
    Log,
    NamedCheckpoint,
    Reconciliation,
    Waiting,
)
from mukatabat.ledger.ports import LogKeys
from mukatabat.ledger.queries import Published
from mukatabat.ledger.rules import SALT_BYTES, AlarmKind, Head, Held, grown, root_of
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.log import notes
from mukatabat_verify.log.checkpoints import LogCheckpoint
from mukatabat_verify.log.merkle import EMPTY_ROOT
from mukatabat_verify.log.notes import ED25519, Note, NoteKey, NoteSignature

BATCH = 2000
"""Leaves in one append."""

MOST_MISSING = 50


def commit(source_id: UUID, commitment: bytes) -> None:
    """Ask for a leaf, in the open transaction of the event whose evidence has this identifier."""
    Waiting(source_id=source_id, commitment=commitment).save(force_insert=True)


def begin(keys: LogKeys, origin: str) -> Log:
    """Begin the host's log under a name, with a fresh key, unless it was begun; gives it. Raises KeyUnavailable."""
    found = queries.the_log()
    if found is not None:
        return found
    key = keys.generate(origin)
    note_key = NoteKey(origin, ED25519, key.public)
    text = LogCheckpoint(origin, 0, EMPTY_ROOT).text
    signature = notes.sign(text, note_key, lambda data: keys.sign(key, origin, data))
    note = Note(text, (signature,)).to_bytes().decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_begin(%s, %s, %s, %s, %s, %s, %s)",
            [origin, key.public, key.store, key.root, key.token, EMPTY_ROOT, note],
        )
    return Log.objects.get()


def append(keys: LogKeys, *, batch: int = BATCH) -> int:
    """Append what waits, with the checkpoint over it, in one transaction; returns how many leaves were appended.

    1. Read the head and the tiles at its edge. 2. Compute the tiles and the root with what waits. 3. Sign the
    checkpoint. 4. Compare and set: if the head is no longer what 1 read, nothing is kept, and the signed checkpoint
    is never shown. Raises LedgerMoved, LogDamaged, KeyUnavailable.
    """
    with transaction.atomic():
        log = Log.objects.get()
        waiting = list(Waiting.objects.order_by("source_id")[:batch])
        if not waiting:
            return 0
        edge = queries.edge(log.size)  # 1
        if root_of(log.size, edge) != bytes(log.root):
            raise LogDamaged(reason=f"root of {log.size}")
        changed = grown(log.size, edge, [bytes(one.commitment) for one in waiting])
        size = log.size + len(waiting)
        head = Head(size, root_of(size, edge | changed))  # 2
        note = _signed(keys, log, head)  # 3
        places = list(changed)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ledger_append(%s, %s, %s, %s, %s::uuid[], %s::bytea[], %s::int[], %s::bigint[], %s::bytea[])",
                [
                    log.size, bytes(log.root), head.root, note, [one.source_id for one in waiting],
                    [bytes(one.commitment) for one in waiting], [level for level, _ in places],
                    [number for _, number in places], [changed[place] for place in places],
                ],
            )  # fmt: skip
            if not cursor.fetchone()[0]:
                raise LedgerMoved  # 4
    return len(waiting)


def _signed(keys: LogKeys, log: Log, head: Head) -> str:
    text = LogCheckpoint(log.origin, head.size, head.root).text
    signature = notes.sign(text, log.note_key, lambda data: keys.sign(log.key, log.origin, data))
    return Note(text, (signature,)).to_bytes().decode()


def keep_cosignature(size: int, signature: NoteSignature) -> None:
    """Keep a witness's line under the checkpoint of this size; the first of several stands."""
    row = Cosignature(checkpoint_id=size, witness=signature.name, line=signature.line)
    Cosignature.objects.bulk_create([row], ignore_conflicts=True)


def keep_stamp(size: int, token: bytes, stamped_at: datetime) -> None:
    """Keep the time-stamp of the checkpoint of this size; the first of several stands."""
    row = CheckpointStamp(checkpoint_id=size, token=token, stamped_at=stamped_at)
    CheckpointStamp.objects.bulk_create([row], ignore_conflicts=True)


def name_checkpoint(checkpoint: Published) -> None:
    """Keep a published checkpoint for the header of a parcel that names it by its digest."""
    row = NamedCheckpoint(digest=checkpoint.digest, note=checkpoint.note.decode())
    NamedCheckpoint.objects.bulk_create([row], ignore_conflicts=True)


def raise_alarm(kind: AlarmKind, *, witness: str, said: str) -> bool:
    """Open an alarm, unless it is open; tells whether it is new."""
    made = Alarm(kind=kind, witness=witness, said=said[:400])
    Alarm.objects.bulk_create([made], ignore_conflicts=True)
    return Alarm.objects.filter(id=made.id).exists()


def end_alarms(witness: str) -> None:
    """End what was alarmed about a witness: it answered, and what it said fits."""
    Alarm.objects.filter(witness=witness, ended_at=None).update(ended_at=clock.now())


def commit_missing(wanted: Iterable[Held]) -> int:
    """Ask for a leaf for each of these that has none and waits for none; returns how many.

    For evidence from before the log; only one process at a time does it, so that nothing is asked for twice. The queue
    is looked at first: what moves from it into the log meanwhile is then found twice, and never not at all.
    """
    done, rest = 0, iter(wanted)
    while part := list(islice(rest, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_commit_missing'))")
            in_log, waiting = _looked_up([one.source_id for one in part])
            missing = [one for one in part if one.source_id not in in_log and one.source_id not in waiting]
            Waiting.objects.bulk_create(
                [Waiting(source_id=one.source_id, commitment=one.commitment) for one in missing]
            )  # fmt: skip
        done += len(missing)
    return done


def note_audit_head(actor: Actor) -> bool:
    """Commit to how far the trail of the actor's body reached; tells whether it went on since the last time.

    A link's hash follows from every link before it, so an end of the trail that is cut off later shows.
    """
    with scope(actor):
        newest = _newest_link()
        last = AuditHead.objects.aggregate(last=Max("number"))["last"] or 0
        if newest is None or newest.number <= last:
            return False
        row = AuditHead(
            realm=actor.realm, number=newest.number, link=bytes(newest.hash), salt=secrets.token_bytes(SALT_BYTES),
            at=clock.now(),
        )  # fmt: skip
        row.save(force_insert=True)
        commit(row.id, row.commitment)
    return True


def _newest_link() -> Link | None:
    """The last link that names an entry of the body, in the open scope; the newest entries may wait for theirs."""
    ids = AuditEntry.objects.order_by("-id").values_list("id", flat=True)[:200]
    return Link.objects.filter(entry_id__in=list(ids)).order_by("-number").first()


def reconcile(actor: Actor, held: Iterable[Held], head: Head) -> Reconciliation:
    """Compare what the actor's body holds with the published log, and record what was found in its trail.

    Everything held must have a leaf with the commitment that follows from its own bytes, or wait for one.
    ``head`` is that of the published checkpoint.
    """
    with scope(actor):
        count, waits, missing = 0, 0, list[str]()
        rest = iter(held)
        while part := list(islice(rest, BATCH)):
            count += len(part)
            in_log, waiting = _looked_up([one.source_id for one in part])
            for one in part:
                value, number = in_log.get(one.source_id, (waiting.get(one.source_id), head.size))
                if value != one.commitment:
                    missing.append(str(one.source_id))
                elif number >= head.size:
                    waits += 1
        found = Reconciliation(
            at=clock.now(), held=count, waiting=waits, size=head.size, root=head.root, missing=missing[:MOST_MISSING]
        )  # fmt: skip
        found.save(force_insert=True)
        detail = {"held": count, "waiting": waits, "missing": len(missing), "size": head.size, "root": head.root.hex()}
        if missing:
            record(actor, act="ledger.evidence-missing", object_kind="ledger", detail=detail)
        else:
            record(actor, act="ledger.reconciled", object_kind="ledger", detail=detail)
    return found


def _looked_up(ids: list[UUID]) -> tuple[dict[UUID, tuple[bytes, int]], dict[UUID, bytes]]:
    """Give the leaves of these identifiers with their numbers, and what waits of them; the queue first.

    What moves from the queue into the log between the two statements is then found twice, and never not at all.
    """
    queued = Waiting.objects.filter(source_id__in=ids).values_list("source_id", "commitment")
    waiting = {source: bytes(value) for source, value in queued}
    leaves = Leaf.objects.filter(source_id__in=ids).values_list("source_id", "commitment", "number")
    return {source: (bytes(value), number) for source, value, number in leaves}, waiting
