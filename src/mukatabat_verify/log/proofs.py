# SPDX-License-Identifier: EUPL-1.2
"""A proof that something is in a log, whole by itself (C2SP tlog-proof): place, path and the cosigned checkpoint."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mukatabat_verify.errors import ProofMalformed
from mukatabat_verify.log.merkle import HASH_BYTES
from mukatabat_verify.log.notes import LARGEST as LARGEST_NOTE

FIRST: Final = "c2sp.org/tlog-proof@v1\n"
MOST_HASHES: Final = 63
LARGEST: Final = LARGEST_NOTE + 2**13
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class LogProof:
    """The number of a leaf, the hashes from it up to the root, and the note of the checkpoint with that root."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """Write it, without extra data."""
        return f"{FIRST}index {self.index}\n{hash_lines(self.path)}\n".encode("ascii") + self.checkpoint


def read(data: bytes) -> LogProof:
    """Read a proof as it is written; raises ProofMalformed. Nothing is proven by it."""
    head, mark, checkpoint = data.partition(b"\n\n")
    try:
        first, index, *hashes = head.decode("ascii").split("\n")
        found = _INDEX.fullmatch(index)
        if len(data) > LARGEST or not mark or f"{first}\n" != FIRST or found is None:
            raise ProofMalformed
        proof = LogProof(int(found[1]), read_hashes("".join(f"{one}\n" for one in hashes).encode()), checkpoint)
    except ValueError as error:
        raise ProofMalformed(type(error).__name__) from error
    if proof.to_bytes() != data:
        raise ProofMalformed("another way of writing the same")
    return proof


def hash_lines(hashes: Sequence[bytes]) -> str:
    """Write hashes, one a line."""
    return "".join(base64.b64encode(one).decode("ascii") + "\n" for one in hashes)


def read_hashes(data: bytes) -> tuple[bytes, ...]:
    """Read hashes, one a line; raises ProofMalformed."""
    try:
        hashes = tuple(base64.b64decode(line, validate=True) for line in data.split(b"\n")[:-1])
    except binascii.Error as error:
        raise ProofMalformed("a hash") from error
    broken = any(len(one) != HASH_BYTES for one in hashes) or len(hashes) > MOST_HASHES
    if broken or hash_lines(hashes).encode("ascii") != data:
        raise ProofMalformed("a hash")
    return hashes
