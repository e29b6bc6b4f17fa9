# SPDX-License-Identifier: EUPL-1.2
"""Checkpoints (C2SP tlog-checkpoint): a log's size and root, signed by the log and cosigned by its witnesses."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from mukatabat_verify.canonical import LARGEST_NUMBER
from mukatabat_verify.errors import CheckpointMalformed, NoteUnsigned, OtherLog, TooFewWitnesses
from mukatabat_verify.log import notes
from mukatabat_verify.log.merkle import HASH_BYTES
from mukatabat_verify.log.notes import Note, NoteKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class LogCheckpoint:
    """What a log says of itself: its origin, how many leaves it has, their root; ``extensions`` are further lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Give it as the text of a note."""
        lines = self.origin, str(self.size), base64.b64encode(self.root).decode("ascii"), *self.extensions
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom a reader believes: the log's key, its witnesses' keys, and how many of them must have seen a checkpoint."""

    log: NoteKey
    witnesses: tuple[NoteKey, ...]
    quorum: int


def parse(text: str) -> LogCheckpoint:
    """Read the text of a checkpoint; raises CheckpointMalformed for any other spelling than the one that is written."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise CheckpointMalformed
    origin, size, encoded, *extensions = lines
    try:
        root = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointMalformed("root") from error
    if not _SIZE.fullmatch(size) or int(size) > LARGEST_NUMBER or len(root) != HASH_BYTES:
        raise CheckpointMalformed
    checkpoint = LogCheckpoint(origin, int(size), root, tuple(extensions))
    if checkpoint.text != text:
        raise CheckpointMalformed("another spelling")
    return checkpoint


def accept(data: bytes, policy: Policy) -> tuple[LogCheckpoint, dict[str, int]]:
    """Read a cosigned checkpoint and check it against a policy; also gives who saw it when, in seconds since 1970.

    1. It is a note, and a checkpoint. 2. It is this log's, and signed by it. 3. As many witnesses cosigned as are
    asked for. Raises NoteMalformed, CheckpointMalformed, OtherLog, NoteUnsigned, NoteSignatureBroken, TooFewWitnesses.
    """
    note: Note = notes.read(data)
    checkpoint = parse(note.text)  # 1
    if checkpoint.origin != policy.log.name:
        raise OtherLog
    if note.signed_by(policy.log) is None:
        raise NoteUnsigned  # 2
    found = {one.name: note.signed_by(one) for one in policy.witnesses}
    seen = {name: at for name, at in found.items() if at is not None}
    if len(seen) < policy.quorum:
        raise TooFewWitnesses(f"{len(seen)} of {policy.quorum}")  # 3
    return checkpoint, seen
