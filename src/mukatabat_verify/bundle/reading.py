# SPDX-License-Identifier: EUPL-1.2
"""Reading a bundle of evidence. Each ``check_…`` is one step of :mod:`mukatabat_verify.verifier`."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import BinaryIO, cast

from mukatabat_verify import directory, lists, timestamps
from mukatabat_verify.asic import seal
from mukatabat_verify.asic.archive import Archive
from mukatabat_verify.bundle import form
from mukatabat_verify.bundle.logged import BundleLog
from mukatabat_verify.certificates import Trust
from mukatabat_verify.errors import (
    BundleMalformed,
    BundleOfAnotherParcel,
    BundlePieceChanged,
    BundlePieceForeign,
    BundlePieceMissing,
    EvidenceMissing,
    EvidenceOfAnotherParcel,
    EvidenceOfAnotherRecipient,
    EvidenceSignatureBroken,
    EvidenceTwice,
)
from mukatabat_verify.evidence import signature as evidence
from mukatabat_verify.evidence.signature import Signed
from mukatabat_verify.evidence.statement import LARGEST as LARGEST_EVIDENCE
from mukatabat_verify.evidence.statement import Event, reason_digest
from mukatabat_verify.log.checkpoints import Policy
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.stream import Window

_SMALL = 2**24
_BEFORE = {
    Event.DELIVERED: Event.SUBMITTED,
    Event.DELIVERY_FAILED: Event.SUBMITTED,
    Event.WITHDRAWN: Event.SUBMITTED,
    Event.REGISTERED: Event.DELIVERED,
    Event.RETURNED: Event.DELIVERED,
    Event.REDIRECTED: Event.DELIVERED,
    Event.OPENED: Event.REGISTERED,
    Event.ANSWERED: Event.REGISTERED,
}
"""What must have happened before an event of the state table."""


class Bundle:
    """A bundle over a seekable stream."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read the archive and its list; raises an Archive… refusal, BundleMalformed, …PieceMissing or …Foreign."""
        self._stream = stream
        self._archive = Archive(stream, check_names=_check_names)
        self._written = self._archive.read(form.INDEX, most=form.LARGEST)
        self.index = form.read(self._written)
        if self._archive.read("mimetype", most=100) != form.MEDIA_TYPE.encode("ascii"):
            raise BundleMalformed("mimetype")
        listed, found = [one.name for one in self.index.pieces], list(self._archive.entries)[3:]
        if missing := [name for name in listed if name not in found]:
            raise BundlePieceMissing(missing[0])
        if listed != found:
            raise BundlePieceForeign

    def check_pieces(self) -> None:
        """Check that every piece has the size and digest in the list; raises BundlePieceChanged."""
        for piece in self.index.pieces:
            digest = hashlib.sha256()
            for part in self._archive.pieces(piece.name):
                digest.update(part)
            if (self._archive.entries[piece.name].size, digest.hexdigest()) != (piece.size, piece.digest):
                raise BundlePieceChanged(piece.name)

    def check_seal(self) -> seal.SealFound:
        """Check that the list was sealed by the key of the certificate in the seal; see :func:`asic.seal.check`."""
        return seal.check(self._archive.read(form.SEAL, most=seal.LARGEST), self._written)

    def cover(self) -> tuple[Cover, Header]:
        """Give the parcel's cover; raises what its form raises, and BundleOfAnotherParcel."""
        stream = io.BytesIO(self._archive.read(form.COVER, most=_SMALL))
        cover, header = covers.read(stream)
        named = self.index.parcel, self.index.header, self.index.sender
        bodies = {one.body for one in header.recipients}
        if stream.read(1) or named != (header.parcel, cover.digest.hex(), header.sender):
            raise BundleOfAnotherParcel("header")
        if self.index.recipient not in bodies:
            raise BundleOfAnotherParcel("a recipient whom the header does not name")
        return cover, header

    def directory(self, made: datetime) -> directory.Extract | None:
        """The sender's entry in the signed directory that held when the bundle was made, None where it has none.

        Raises DirectoryMalformed; and DirectoryOutOfDate for an older one, from before a withdrawal perhaps.
        """
        if form.DIRECTORY not in self._archive.entries:
            return None
        extract = directory.read_extract(self._archive.read(form.DIRECTORY, most=directory.LARGEST_EXTRACT))
        extract.signed.check_fresh(made)
        return extract

    @property
    def promises_logged_directory(self) -> bool:
        """Whether whoever made it shows a directory only with its proof, once the log proves anything."""
        return self.index.version > 1

    def lists(self) -> tuple[bytes, ...]:
        """The lists of revoked certificates, which hold by their own signatures alone."""
        return tuple(self._archive.read(name, most=lists.LARGEST) for name in self.index.lists)

    def container(self) -> BinaryIO | None:
        """The signed container where it lies, None where the bundle holds digests alone."""
        entry = self._archive.entries.get(form.LETTER)
        if entry is None:
            return None
        return cast("BinaryIO", Window(self._stream, self._archive.begin(form.LETTER), entry.size))

    def check_content(self, header: Header) -> None:
        """Check that the container is the content that the header names; raises BundleOfAnotherParcel."""
        digest = hashlib.sha256(bytes.fromhex(self.index.salt))
        for part in self._archive.pieces(form.LETTER):
            digest.update(part)
        found = self._archive.entries[form.LETTER].size, digest.hexdigest()
        if found != (header.content.size, header.content.digest):
            raise BundleOfAnotherParcel("letter")

    def evidence(self) -> dict[str, Signed]:
        """Give each evidence by the name of its file, in order, with its own signature checked."""
        names = self.index.evidence
        return {name: evidence.check(self._archive.read(name, most=LARGEST_EVIDENCE)) for name in names}

    def check_about(self, found: Mapping[str, Signed]) -> None:
        """Check that all evidence is about this parcel and recipient, each once, and that none is missing before one.

        Raises EvidenceOfAnotherParcel, EvidenceOfAnotherRecipient, EvidenceTwice, EvidenceMissing, and
        EvidenceSignatureBroken for a reason that is not the one that was stated.
        """
        for one in found.values():
            evidence.check_about(one.statement, parcel=self.index.parcel, header=bytes.fromhex(self.index.header))
            if (one.statement.sender, one.statement.about) != (self.index.sender, self.index.recipient):
                raise EvidenceOfAnotherRecipient
        statements = [one.statement for one in found.values()]
        if len({one.id for one in statements}) != len(statements):
            raise EvidenceTwice
        _check_history([one.event for one in statements])
        for statement, opened in zip(statements, self.index.stated, strict=True):
            said = (statement.reason or ("", ""))[1]
            if opened.reason and said != reason_digest(bytes.fromhex(opened.reason_salt), opened.reason):
                raise EvidenceSignatureBroken("a reason that was not stated")

    def check_stated(self, found: Mapping[str, Signed], header: Header) -> None:
        """Check that all evidence states the realm and the content of the header; raises EvidenceOfAnotherParcel."""
        for one in found.values():
            contents = [part.digest.hex() for part in one.statement.parts]
            if (one.statement.realm, contents) != (header.realm, [header.content.digest]):
                raise EvidenceOfAnotherParcel("realm or content")

    def log(self, trusted: Policy | None) -> BundleLog | None:
        """What the bundle shows of the log; None where it shows nothing. Raises ProofMalformed."""
        if form.POLICY not in self._archive.entries:
            return None
        return BundleLog(self.index, lambda name, most: self._archive.read(name, most=most), trusted)

    def commitments(self) -> dict[str, bytes]:
        """What the log commits to of each evidence, by the name of its file: SHA-256 of its salt and its bytes."""
        return {
            name: hashlib.sha256(bytes.fromhex(opened.salt) + self._archive.read(name, most=LARGEST_EVIDENCE)).digest()
            for name, opened in zip(self.index.evidence, self.index.stated, strict=True)
        }

    def stamped(self, trust: Trust) -> dict[str, datetime]:
        """Check each time-stamp against its evidence and give its time; raises TimeStampBroken or a Certificate…."""
        moments = {}
        for name, stamp in self.index.stamps.items():
            token = self._archive.read(stamp, most=_SMALL)
            digest = hashlib.sha256(self._archive.read(name, most=LARGEST_EVIDENCE)).digest()
            moments[name] = timestamps.stamped_at(token, digest)
            timestamps.check_authority(token, trust)
        return moments


def _check_history(events: Sequence[Event]) -> None:
    if not events:
        raise EvidenceMissing("none at all")
    for place, event in enumerate(events):
        needed = _BEFORE.get(event)
        if needed is not None and needed not in events[:place]:
            raise EvidenceMissing(needed.rpartition("/")[2])


def _check_names(names: list[str]) -> None:
    if names[:3] != ["mimetype", form.INDEX, form.SEAL]:
        raise BundlePieceMissing("the list, or its seal")
