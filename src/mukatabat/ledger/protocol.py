# SPDX-License-Identifier: EUPL-1.2
"""What a log asks a witness (C2SP tlog-witness, add-checkpoint), and a witness's answer; for both sides, no I/O."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from mukatabat_verify.log.merkle import HASH_BYTES

PATH: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
LARGEST: Final = 2**16 + 64 * 48
MOST_HASHES: Final = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: the size that the witness saw last, the proof from there, and the checkpoint as a signed note."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    def to_bytes(self) -> bytes:
        """Write the request's body."""
        lines = [f"old {self.old}", *(base64.b64encode(one).decode("ascii") for one in self.proof), ""]
        return "".join(f"{line}\n" for line in lines).encode("ascii") + self.note


@dataclass(frozen=True, slots=True)
class Answer:
    """A witness's answer: the status, and the text: cosignature lines, or the size that it saw last."""

    status: int
    text: str
    media_type: str = "text/plain; charset=utf-8"


def parse(data: bytes) -> AddCheckpoint:
    """Read the body of a request; ValueError for any other form than the one that is written."""
    head, mark, note = data.partition(b"\n\n")
    if not mark or len(data) > LARGEST:
        raise ValueError("not an add-checkpoint request")
    first, *hashes = head.decode("ascii").split("\n")
    old = _OLD.fullmatch(first)
    if old is None or len(hashes) > MOST_HASHES:
        raise ValueError("not an add-checkpoint request")
    try:
        proof = tuple(base64.b64decode(one, validate=True) for one in hashes)
    except binascii.Error as error:
        raise ValueError("not a hash") from error
    found = AddCheckpoint(int(old[1]), proof, note)
    if any(len(one) != HASH_BYTES for one in proof) or found.to_bytes() != data:
        raise ValueError("not a hash")
    return found
