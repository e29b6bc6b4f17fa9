# SPDX-License-Identifier: EUPL-1.2
"""What the log shows: tiles, the checkpoint that has its quorum, proofs, and how it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from mukatabat.ledger.errors import LogDamaged, NotLogged
from mukatabat.ledger.models import Alarm, Checkpoint, Cosignature, Leaf, Log, Reconciliation, Tile, Waiting
from mukatabat.ledger.policy import WitnessPolicy
from mukatabat.ledger.rules import ENTRIES, Head, Place, bundle, edge_of
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.log.merkle import HASH_BYTES, Range, consistency_ranges, inclusion_ranges, range_hash
from mukatabat_verify.log.tiles import WIDTH, hash_in, place_of


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything with which anybody proves that a commitment is in the log, beside the evidence and its salt."""

    number: int
    commitment: bytes
    path: tuple[bytes, ...]
    size: int
    note: bytes


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


def published(policy: WitnessPolicy) -> tuple[Checkpoint, bytes] | None:
    """Give the newest checkpoint that as many witnesses cosigned as the policy asks for, and its note with their lines.

    What the witnesses have not seen is not shown: that is what a missing witness delays.
    """
    rows = Checkpoint.objects.order_by("-size")
    names = [one.key.name for one in policy.witnesses]
    if policy.quorum:
        seen = Cosignature.objects.filter(witness__in=names).values("checkpoint").annotate(times=Count("id"))
        rows = rows.filter(size__in=seen.filter(times__gte=policy.quorum).values("checkpoint"))
    checkpoint = rows.first()
    if checkpoint is None:
        return None
    lines = checkpoint.cosignatures.filter(witness__in=names).order_by("witness").values_list("line", flat=True)
    return checkpoint, (checkpoint.note + "".join(f"{line}\n" for line in lines)).encode()


def prove(source_id: UUID, policy: WitnessPolicy) -> Proof:
    """Prove that the commitment of this evidence is in the newest published tree; raises NotLogged."""
    leaf = Leaf.objects.filter(source_id=source_id).first()
    shown = published(policy)
    if leaf is None or shown is None or leaf.number >= shown[0].size:
        raise NotLogged
    checkpoint, note = shown
    path = hashes(inclusion_ranges(leaf.number, checkpoint.size))
    return Proof(leaf.number, bytes(leaf.commitment), path, checkpoint.size, note)


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
    return LogStanding(log.origin, log.head, Waiting.objects.count(), shown[0].size if shown else None, alarms)


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
