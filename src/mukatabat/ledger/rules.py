# SPDX-License-Identifier: EUPL-1.2
"""What the log commits to, how its tree grows tile by tile, and where a tile lies: pure functions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from mukatabat_verify.log.merkle import EMPTY_ROOT, HASH_BYTES, leaf_hash, root_hash
from mukatabat_verify.log.tiles import HEIGHT, WIDTH, hash_in, place_of, tile_path

SALT_BYTES = 32
ENTRIES = "entries"

Place = tuple[int, int]
"""A tile: its level, and its number on that level."""
Tiles = dict[Place, bytes]
"""Tiles by place, each as the hashes that it holds so far, one after the other."""

_PATH = re.compile(r"(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


class AlarmKind(StrEnum):
    """What keeps proof from going on: a witness that is silent, a database older than what was seen, a fork."""

    SILENT = "silent"
    OLDER = "older"
    FORKED = "forked"


@dataclass(frozen=True, slots=True)
class Head:
    """How many leaves the log has, and their root."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Held:
    """What a body holds and the log must show: the identifier of the evidence, its commitment, and since when."""

    source_id: UUID
    commitment: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class LogKey:
    """The log's key: its public half (32 bytes of Ed25519), and what the key store named ``store`` holds it by."""

    public: bytes
    store: str
    root: str
    token: bytes = field(repr=False)


def commitment(salt: bytes, evidence: bytes) -> bytes:
    """Commit to bytes without showing them (EXCHANGE §5.4): SHA-256 of the salt and the bytes."""
    return hashlib.sha256(salt + evidence).digest()


def head_bytes(body: UUID, realm: str, *, number: int, link: bytes) -> bytes:
    """Write down how far a body's audit trail reached: its last chained link and that link's hash."""
    return f"mukatabat/audit-head/1\n{body}\n{realm}\n{number}\n{link.hex()}\n".encode()


def edge_of(size: int) -> list[Place]:
    """Name the tiles that are not full yet in a tree of this size, one on a level at most."""
    found, level = [], 0
    while size >> (HEIGHT * level):
        if (size >> (HEIGHT * level)) % WIDTH:
            found.append((level, (size >> (HEIGHT * level)) // WIDTH))
        level += 1
    return found


def grown(size: int, edge: Mapping[Place, bytes], commitments: Sequence[bytes]) -> Tiles:
    """Append leaves to a tree of this size, whose tiles that are not full are given; returns the tiles that changed."""
    changed: Tiles = {}
    row, level, begin = [leaf_hash(one) for one in commitments], 0, size
    while row:
        above = []
        for index, part in _by_tile(begin, row):
            data = edge.get((level, index), b"") + b"".join(part)
            changed[level, index] = data
            if len(data) == WIDTH * HASH_BYTES:
                above.append(hash_in(data, HEIGHT, 0))
        row, level, begin = above, level + 1, begin // WIDTH
    return changed


def root_of(size: int, tiles: Mapping[Place, bytes]) -> bytes:
    """Give the root of a tree from the tiles at its right edge."""

    def node(level: int, index: int) -> bytes:
        tile_level, tile_index, depth = place_of(level, index)
        return hash_in(tiles[tile_level, tile_index], depth, index)

    return root_hash(size, node)


def bundle(commitments: Sequence[bytes]) -> bytes:
    """Write leaves as an entry bundle (C2SP tlog-tiles): each after its length, two bytes, big endian."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in commitments)


def parse_tile_path(path: str) -> tuple[int | str, int, int] | None:
    """Read what follows "tile/": the level or "entries", the number and how many it holds; None for no such path."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level: int | str = found[1] if found[1] == ENTRIES else int(found[1])
    index, width = int(found[2].replace("x", "").replace("/", "")), int(found[3] or WIDTH)
    if width > WIDTH or (found[3] and width == WIDTH) or index.bit_length() > 62:
        return None
    return (level, index, width) if tile_path(level, index, width=width) == f"tile/{path}" else None


def _by_tile(begin: int, row: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    at = 0
    while at < len(row):
        index, inside = divmod(begin + at, WIDTH)
        part = row[at : at + WIDTH - inside]
        yield index, part
        at += len(part)
