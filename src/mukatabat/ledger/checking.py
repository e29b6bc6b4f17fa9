# SPDX-License-Identifier: EUPL-1.2
"""Checking the log as it is stored: everything is computed anew from the leaves, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mukatabat.ledger.models import Checkpoint, Leaf, Log, Tile
from mukatabat.ledger.rules import Place, Tiles, edge_of, grown, root_of
from mukatabat_verify.errors import Refusal
from mukatabat_verify.log import checkpoints
from mukatabat_verify.log.checkpoints import Policy
from mukatabat_verify.log.merkle import HASH_BYTES
from mukatabat_verify.log.policies import WitnessPolicy
from mukatabat_verify.log.tiles import WIDTH

MOST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class LogCheck:
    """How many leaves and checkpoints were looked at, and what does not fit."""

    size: int
    checkpoints: int
    faults: tuple[str, ...]


def check_log(policy: WitnessPolicy) -> LogCheck:
    """Prove the stored log from its first leaf.

    1. Leaves follow one another without a gap. 2. Every tile is what follows from the leaves, and none is left over.
    3. Every checkpoint is signed by the log's key and states the root of its size. 4. Every cosignature of a witness
    of the policy holds. 5. The head is that of the last checkpoint. A log that is whole may still be an older one, or
    another one: that is what witnesses are for.
    """
    log = Log.objects.first()
    if log is None:
        return LogCheck(0, 0, ())
    faults: list[str] = []
    size, edge, counted = 0, Tiles(), 0
    for checkpoint in Checkpoint.objects.order_by("size").iterator(chunk_size=500):
        size, edge = _walked(size, edge, checkpoint.size, faults)
        counted += 1
        if size != checkpoint.size or len(faults) >= MOST_FAULTS:
            faults.append(f"leaf {size}: missing")
            break
        faults += _faults_of(checkpoint, root_of(size, edge), log, policy)
    else:
        faults += _tile_faults(edge) + _end_faults(log, size)
    return LogCheck(size, counted, tuple(faults[:MOST_FAULTS]))


def _walked(size: int, edge: Tiles, until: int, faults: list[str]) -> tuple[int, Tiles]:
    """Grow the tree to the next checkpoint; a tile that becomes full is compared with the stored one."""
    for part in _parts(size, until):
        changed = grown(size, edge, part)
        size += len(part)
        faults += _tile_faults({place: data for place, data in changed.items() if len(data) == WIDTH * HASH_BYTES})
        merged = edge | changed
        edge = {place: merged[place] for place in edge_of(size)}
    return size, edge


def _parts(begin: int, until: int) -> Iterator[list[bytes]]:
    while begin < until:
        end = min(until, begin + 2048)
        rows = Leaf.objects.filter(number__gte=begin, number__lt=end).order_by("number")
        part = [(number, bytes(value)) for number, value in rows.values_list("number", "commitment")]
        whole = [value for place, (number, value) in enumerate(part) if number == begin + place]
        if whole:
            yield whole
        if len(whole) != end - begin:
            return
        begin = end


def _tile_faults(tiles: dict[Place, bytes]) -> list[str]:
    return [
        f"tile {level}/{number}: not what follows from the leaves"
        for (level, number), data in tiles.items()
        if not Tile.objects.filter(level=level, number=number, data=data).exists()
    ]


def _faults_of(checkpoint: Checkpoint, root: bytes, log: Log, policy: WitnessPolicy) -> list[str]:
    found = []
    lines = "".join(f"{line}\n" for line in checkpoint.cosignatures.values_list("line", flat=True))
    keys = tuple(one.key for one in policy.witnesses)
    try:
        stated, _ = checkpoints.accept(f"{checkpoint.note}{lines}".encode(), Policy(log.note_key, keys, 0))
    except Refusal as refusal:
        return [f"checkpoint {checkpoint.size}: {refusal.code}"]
    if (stated.size, stated.root) != (checkpoint.size, root):
        found.append(f"checkpoint {checkpoint.size}: its root is not that of the leaves")
    if stated.root != bytes(checkpoint.root):
        found.append(f"checkpoint {checkpoint.size}: its row says otherwise")
    return found


def _end_faults(log: Log, size: int) -> list[str]:
    last = Checkpoint.objects.order_by("-size").first()
    found = []
    if last is None or log.head.size != last.size or log.head.root != bytes(last.root):
        found.append("the head is not that of the last checkpoint")
    if Leaf.objects.filter(number__gte=size).exists() or Leaf.objects.filter(number__lt=0).exists():
        found.append(f"leaf {size}: no checkpoint covers it")
    expected = sum(-(-(size >> (8 * level)) // WIDTH) for level in range(8))
    if Tile.objects.count() != expected:
        found.append(f"there are {Tile.objects.count()} tiles instead of {expected}")
    return found
