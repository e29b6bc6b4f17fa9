# SPDX-License-Identifier: EUPL-1.2
"""Writing a bundle of evidence: every piece is listed, and the list sealed by the node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mukatabat_verify.asic import seal
from mukatabat_verify.asic.archive import LARGEST, Entry
from mukatabat_verify.asic.building import Container, Pieces, measured, written
from mukatabat_verify.bundle import form
from mukatabat_verify.errors import ArchiveTooLarge
from mukatabat_verify.log.policies import WitnessPolicy
from mukatabat_verify.log.proofs import LogProof, hash_lines
from mukatabat_verify.parcel.sealing import Seal


@dataclass(frozen=True, slots=True)
class Proof:
    """One evidence with what opens it, its time-stamp if it has one yet, and its place in the log if it is there."""

    xml: bytes
    stated: form.Stated
    stamp: bytes | None
    logged: LogProof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPieces:
    """What a bundle says of the log: ``policy`` names its key and its witnesses.

    ``stamp`` is the time-stamp of the checkpoint in the proofs. ``before`` is the note that the parcel's header names,
    and ``consistency`` the hashes that lead from it to the proofs' checkpoint, None where there is none yet.
    ``directory`` is the place of the directory's statement, and ``onward`` the hashes that lead from the proofs'
    checkpoint to its own, None where nothing else is proven.
    """

    policy: WitnessPolicy
    stamp: bytes | None = None
    before: bytes | None = None
    consistency: tuple[bytes, ...] | None = None
    directory: LogProof | None = None
    onward: tuple[bytes, ...] | None = None

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name them, in order."""
        yield form.POLICY, str(self.policy).encode("utf-8")
        if self.stamp is not None:
            yield form.CHECKPOINT_STAMP, self.stamp
        if self.before is not None:
            yield form.BEFORE, self.before
        if self.consistency is not None:
            yield form.CONSISTENCY, hash_lines(self.consistency).encode("ascii")
        if self.directory is not None:
            yield form.DIRECTORY_PROOF, self.directory.to_bytes()
        if self.onward is not None:
            yield form.DIRECTORY_CONSISTENCY, hash_lines(self.onward).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What goes into a bundle; see :mod:`mukatabat_verify.bundle.form`.

    ``letter`` gives the container's bytes, the same ones each time, and ``salt`` (hexadecimal) shows whose content it
    is; None and "" where the reader may not read it. ``directory`` is an extract of the signed directory, ``lists`` are
    lists of revoked certificates.
    """

    parcel: UUID
    header: str
    sender: str
    recipient: str
    report: bytes
    cover: bytes
    proofs: tuple[Proof, ...]
    roots: tuple[bytes, ...]
    letter: Pieces | None = None
    salt: str = ""
    log: LogPieces | None = None
    directory: bytes | None = None
    lists: tuple[bytes, ...] = ()

    def files(self) -> Iterator[tuple[str, Pieces]]:
        """Name the pieces, in order."""
        yield form.REPORT, lambda: [self.report]
        yield form.COVER, lambda: [self.cover]
        if self.directory is not None:
            yield form.DIRECTORY, _one(self.directory)
        if self.letter is not None:
            yield form.LETTER, self.letter
        numbered = list(enumerate(self.proofs, 1))
        yield from ((f"evidence/{number:03}.xml", _one(proof.xml)) for number, proof in numbered)
        yield from ((f"stamps/{number:03}.tst", _one(proof.stamp)) for number, proof in numbered if proof.stamp)
        for number, proof in numbered:
            if proof.logged is not None:
                yield f"log/{number:03}.tlog-proof", _one(proof.logged.to_bytes())
        if self.log is not None:
            yield from ((name, _one(data)) for name, data in self.log.files())
        yield from ((f"revocation/{number:03}.crl", _one(one)) for number, one in enumerate(self.lists, 1))
        yield from ((f"roots/{number:03}.der", _one(root)) for number, root in enumerate(self.roots, 1))


def build(
    contents: Contents, by: Seal, *, at: datetime, time_stamp: Callable[[bytes], bytes] | None = None
) -> Container:
    """List all pieces, seal the list, and give the bundle, which is read once to be listed and once to be written.

    ``time_stamp`` gives a token for a digest; what it raises goes on. Raises ArchiveTooLarge beyond 4 GiB.
    """
    pieces, files = [], []
    for name, read in contents.files():
        entry, digest = measured(name, read)
        pieces.append(form.Piece(name, entry.size, digest.hex()))
        files.append((entry, read))
    index = form.Index(
        parcel=contents.parcel, header=contents.header, sender=contents.sender, recipient=contents.recipient, made=at,
        salt=contents.salt, stated=tuple(proof.stated for proof in contents.proofs), pieces=tuple(pieces),
    ).to_bytes()  # fmt: skip
    sealed = seal.make(index, by, at=at, time_stamp=time_stamp)
    first: list[tuple[Entry, Pieces]] = [
        written("mimetype", form.MEDIA_TYPE.encode("ascii")), written(form.INDEX, index), written(form.SEAL, sealed),
    ]  # fmt: skip
    bundle = Container((*first, *files))
    if bundle.size > LARGEST:
        raise ArchiveTooLarge(f"{bundle.size} bytes")
    return bundle


def _one(data: bytes) -> Pieces:
    return lambda: [data]
