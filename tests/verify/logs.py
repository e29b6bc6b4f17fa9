# SPDX-License-Identifier: EUPL-1.2
"""A log in memory with its witnesses, for the tests of what is proven by it."""

from __future__ import annotations

import random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mukatabat_verify.log import notes
from mukatabat_verify.log.checkpoints import LogCheckpoint
from mukatabat_verify.log.merkle import (
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    range_hash,
    root_hash,
)
from mukatabat_verify.log.notes import COSIGNATURE, ED25519, Note, NoteKey


class Tree:
    """A log in memory."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.hashes = [leaf_hash(one) for one in leaves]

    def node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self.hashes[index]
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))

    def root(self, size: int) -> bytes:
        return root_hash(size, self.node)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return [range_hash(one, self.node) for one in inclusion_ranges(index, size)]

    def consistency(self, old: int, size: int) -> list[bytes]:
        return [range_hash(one, self.node) for one in consistency_ranges(old, size)]


def key_of(name: str, kind: int = ED25519) -> tuple[NoteKey, Ed25519PrivateKey]:
    private = Ed25519PrivateKey.from_private_bytes(random.Random(name).randbytes(32))
    return NoteKey(name, kind, private.public_key().public_bytes_raw()), private


LOG, LOG_PRIVATE = key_of("ledger.mukatabat.example")
WITNESSES = [key_of(name, COSIGNATURE) for name in ("audit-bureau", "department", "ict-authority")]
SEEN_AT = 1_795_600_000


def cosigned(checkpoint: LogCheckpoint, *, witnesses: int = 2) -> Note:
    """A checkpoint as the log signs it and so many of its witnesses."""
    note = Note(checkpoint.text, (notes.sign(checkpoint.text, LOG, LOG_PRIVATE.sign),))
    more = [notes.sign(note.text, key, private.sign, at=SEEN_AT) for key, private in WITNESSES[:witnesses]]
    return notes.with_signatures(note, more)
