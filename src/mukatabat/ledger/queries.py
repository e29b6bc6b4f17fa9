# SPDX-License-Identifier: EUPL-1.2
"""What the log shows: tiles, the checkpoint that has its quorum, proofs, and how it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from mukatabat.ledger.errors import LogDamaged
from mukatabat.ledger.models import (
    Alarm,
    Checkpoint,
    Cosignature,
    Leaf,
    Log,
    NamedCheckpoint,
    Reconciliation,
    Tile,
    Waiting,
)
from mukatabat.ledger.rules import ENTRIES, Head, Place, bundle, edge_of
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.log.merkle import HASH_BYTES, Range, consistency_ranges, inclusion_ranges, range_hash
from mukatabat_verify.log.policies import WitnessPolicy
from mukatabat_verify.log.proofs import LogProof
from mukatabat_verify.log.tiles import WIDTH, hash_in, place_of


@dataclass(frozen=True)
class Published:
    """A checkpoint that as many witnesses cosigned as the policy asks for: its size and root, and its note with their
    lines."""

    size: int
    root: bytes
    note: bytes

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the note, in hexadecimal, by which a header names it."""
        return hashlib.sha256(self.note).hexdigest()

    @property
    def origin(self) -> str:
        """The log's name, which is the first line of every checkpoint."""
        return self.note.decode().partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Proven:
    """What proves that evidence is in the log, beside the evidence and its salt.

    ``proofs`` has the place of each that is in the tree of ``checkpoint``, by the identifier of the evidence; ``stamp``
    is the time-stamp of that checkpoint, b"" while it has none.
    """

    checkpoint: Published
    proofs: Mapping[UUID, LogProof]
    stamp: bytes


@dataclass(frozen=True, slots=True)
class LogStanding:
    """How the log stands: its head, what waits, the size that has its quorum, and what is alarmed."""

    origin: str
    head: Head
    waiting: int
    published: int | None
    alarms: tuple[Alarm, ...]


def the_log() -> Log | None:
    """Give the host's log, None before it was begun."""
    return Log.objects.first()


def edge(size: int) -> dict[Place, bytes]:
    """Read the tiles that are not full yet; raises LogDamaged when one does not reach as far as the size says."""
    found: dict[Place, bytes] = {}
    for level, number in edge_of(size):
        width = (size >> (8 * level)) % WIDTH
        row = Tile.objects.filter(level=level, number=number).first()
        if row is None or len(row.data) < width * HASH_BYTES:
            raise LogDamaged(reason=f"tile {level}/{number}")
        # Another process may have appended since the size was read; a beginning never changes.
        found[level, number] = bytes(row.data)[: width * HASH_BYTES]
    return found


def tile(level: int | str, number: int, width: int) -> bytes | None:
    """Give a tile or a bundle of entries with so many in it; None when the log does not reach so far."""
    if level == ENTRIES:
        begin = number * WIDTH
        leaves = Leaf.objects.filter(number__gte=begin, number__lt=begin + width).order_by("number")
        found = [bytes(one) for one in leaves.values_list("commitment", flat=True)]
        return bundle(found) if len(found) == width else None
    row = Tile.objects.filter(level=level, number=number).first()
    length = width * HASH_BYTES
    return bytes(row.data)[:length] if row is not None and len(row.data) >= length else None


def published(policy: WitnessPolicy) -> Published | None:
    """Give the newest checkpoint that as many witnesses cosigned as the policy asks for.

    What the witnesses have not seen is not shown: that is what a missing witness delays.
    """
    newest = _with_quorum(policy).order_by("-size").first()
    return _published(newest, policy) if newest is not None else None


def _with_quorum(policy: WitnessPolicy) -> QuerySet[Checkpoint]:
    rows = Checkpoint.objects.all()
    if policy.quorum:
        # Counted row by row: whoever asks for one checkpoint of millions reads few.
        lines = Cosignature.objects.filter(checkpoint=OuterRef("size"), witness__in=_names(policy)).order_by()
        times = lines.values("checkpoint").annotate(times=Count("id")).values("times")
        rows = rows.annotate(times=Subquery(times)).filter(times__gte=policy.quorum)
    return rows


def _published(checkpoint: Checkpoint, policy: WitnessPolicy) -> Published:
    lines = (
        checkpoint.cosignatures.filter(witness__in=_names(policy)).order_by("witness").values_list("line", flat=True)
    )
    note = (checkpoint.note + "".join(f"{line}\n" for line in lines)).encode()
    return Published(checkpoint.size, bytes(checkpoint.root), note)


def _names(policy: WitnessPolicy) -> list[str]:
    return [one.key.name for one in policy.witnesses]


def prove(source_ids: Collection[UUID], policy: WitnessPolicy, *, least: int = 0) -> Proven | None:
    """Prove which of these evidences are in the published log, all under one checkpoint; None where none is.

    It is the earliest that has its quorum and all of them, because nothing else bounds their time so closely; one with
    a time-stamp goes before one without. It has at least so many leaves as ``least``.
    """
    newest = published(policy)
    size = newest.size if newest is not None else 0
    leaves = Leaf.objects.filter(source_id__in=source_ids, number__lt=size).values_list("source_id", "number")
    places = dict(leaves)
    if not places:
        return None
    covering = _with_quorum(policy).filter(size__gt=max(places.values()), size__gte=least).order_by("size")
    stamped = covering.exclude(stamp=None).select_related("stamp").first()
    chosen = stamped or covering.first()
    if chosen is None:
        return None
    shown = _published(chosen, policy)
    proofs = {
        source: LogProof(number, hashes(inclusion_ranges(number, shown.size)), shown.note)
        for source, number in places.items()
    }
    return Proven(shown, proofs, bytes(stamped.stamp.token) if stamped is not None else b"")


def named(digest: str) -> bytes | None:
    """Give the note of a checkpoint that the header of a parcel names, by its SHA-256 (hexadecimal)."""
    found = NamedCheckpoint.objects.filter(digest=digest).values_list("note", flat=True).first()
    return found.encode() if found is not None else None


def policy_for_readers(policy: WitnessPolicy) -> WitnessPolicy | None:
    """Name the log beside its witnesses, as a reader needs it; None before it was begun."""
    log = the_log()
    return replace(policy, log=log.note_key) if log is not None else None


def consistency(old: int, size: int) -> tuple[bytes, ...]:
    """Prove that the first ``old`` leaves begin the first ``size``; nothing begins everything, without a proof."""
    return hashes(consistency_ranges(old, size)) if old else ()


def hashes(ranges: list[Range]) -> tuple[bytes, ...]:
    """Compute the hashes of ranges from the tiles; raises LogDamaged when one is missing."""
    node = _node()
    return tuple(range_hash(one, node) for one in ranges)


def standing(policy: WitnessPolicy) -> LogStanding | None:
    """Tell how the log stands; None before it was begun."""
    log = the_log()
    if log is None:
        return None
    shown = published(policy)
    alarms = tuple(Alarm.objects.filter(ended_at=None).order_by("began_at"))
    return LogStanding(log.origin, log.head, Waiting.objects.count(), shown.size if shown else None, alarms)


def last_reconciliation(actor: Actor) -> Reconciliation | None:
    """Give what the actor's body found last when it compared what it holds with the log."""
    with reading(actor):
        return Reconciliation.objects.order_by("-at").first()


def _node() -> Callable[[int, int], bytes]:
    kept: dict[Place, bytes] = {}

    def node(level: int, index: int) -> bytes:
        tile_level, number, depth = place_of(level, index)
        if (tile_level, number) not in kept:
            row = Tile.objects.filter(level=tile_level, number=number).first()
            kept[tile_level, number] = bytes(row.data) if row is not None else b""
        try:
            return hash_in(kept[tile_level, number], depth, index)
        except ValueError as error:
            raise LogDamaged(reason=f"tile {tile_level}/{number}") from error

    return node
