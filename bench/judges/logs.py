# SPDX-License-Identifier: EUPL-1.2
"""A log for the judges: tiles, entries, two cosigned checkpoints and proofs, made by the code that keeps the log."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from mukatabat.ledger.protocol import AddCheckpoint
from mukatabat.ledger.rules import ENTRIES, Tiles, bundle, edge_of, grown, root_of
from mukatabat.ledger.witness.service import add_checkpoint
from mukatabat.ledger.witness.state import WitnessFolder
from mukatabat_verify.log import notes
from mukatabat_verify.log.checkpoints import LogCheckpoint
from mukatabat_verify.log.merkle import Range, consistency_ranges, inclusion_ranges, range_hash
from mukatabat_verify.log.notes import ED25519, Note, NoteKey
from mukatabat_verify.log.tiles import WIDTH, hash_in, place_of, tile_path

OLD, SIZE = 700, 70_000
PROVEN = (0, 255, 256, 65_535, 65_536, 69_999)
ORIGIN = "host.example/log"
AT = 1_790_000_000


class ExhibitLog:
    """A log that grows in a folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the log; keys of log and witnesses lie beside it."""
        self.folder = folder
        self.leaves = [hashlib.sha256(number.to_bytes(4)).digest() for number in range(SIZE)]
        self.tiles, self.size = Tiles(), 0
        self.signer = WitnessFolder.make(folder.parent / "log-key", ORIGIN)
        self.key = NoteKey(ORIGIN, ED25519, self.signer.key.public)
        self.witnesses = [
            WitnessFolder.make(folder.parent / f"witness-{number}", f"w{number}.example/w") for number in range(3)
        ]
        for one in self.witnesses:
            one.trust(self.key)

    def grow(self, size: int, name: str) -> None:
        """Grow to a size, and write the checkpoint of it under a name, cosigned by every witness."""
        old = self.size
        edge = {place: self.tiles[place] for place in edge_of(old)}
        self.tiles |= grown(old, edge, self.leaves[old:size])
        self.size = size
        text = LogCheckpoint(ORIGIN, size, root_of(size, self.tiles)).text
        note = Note(text, (notes.sign(text, self.key, self.signer.sign),)).to_bytes()
        request = AddCheckpoint(old, self.hashes(consistency_ranges(old, size) if old else []), note)
        for one in self.witnesses:
            answer = add_checkpoint(one, request.to_bytes(), now=lambda: AT)
            if answer.status != 200:
                raise SystemExit(f"a witness refused: {answer}")
            note += answer.text.encode()
        (self.folder / name).write_bytes(note)

    def hashes(self, ranges: list[Range]) -> tuple[bytes, ...]:
        """Compute the hashes of a proof from the tiles."""

        def node(level: int, index: int) -> bytes:
            tile_level, number, depth = place_of(level, index)
            return hash_in(self.tiles[tile_level, number], depth, index)

        return tuple(range_hash(one, node) for one in ranges)

    def write(self) -> None:
        """Write tiles, entries and proofs."""
        for (level, number), data in self.tiles.items():
            self._put(tile_path(level, number, width=len(data) // 32), data)
        for begin in range(0, self.size, WIDTH):
            part = self.leaves[begin : min(begin + WIDTH, self.size)]
            self._put(tile_path(ENTRIES, begin // WIDTH, width=len(part)), bundle(part))
        proofs = [
            {"index": index, "leaf": text(self.leaves[index]),
             "path": [text(one) for one in self.hashes(inclusion_ranges(index, self.size))]}
            for index in PROVEN
        ]  # fmt: skip
        said = {
            "log": str(self.key), "witnesses": [str(one.key) for one in self.witnesses], "inclusion": proofs,
            "consistency": [text(one) for one in self.hashes(consistency_ranges(OLD, self.size))],
        }  # fmt: skip
        self._put("exhibits.json", json.dumps(said, indent=1).encode())

    def _put(self, path: str, data: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(data)


def text(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode("ascii")


def write_log(folder: Path) -> None:
    """Write a log into a fresh folder `log` of this one."""
    (folder / "log").mkdir()
    log = ExhibitLog(folder / "log")
    log.grow(OLD, "checkpoint.old")
    log.grow(SIZE, "checkpoint")
    log.write()
