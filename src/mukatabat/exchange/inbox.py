# SPDX-License-Identifier: EUPL-1.2
"""Opening what comes: every check of a parcel, in the order in which a recipient may believe it, and then its rows.

The opening happens outside any transaction and believes nothing of the sender's but the bytes that were handed over.
Each check refuses by its own name (mukatabat_verify.errors).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID

from pydantic import ValidationError

from mukatabat.directory import queries as directory
from mukatabat.exchange.events import Happening, happened
from mukatabat.exchange.manifest import DocumentPart, Manifest, Recipient
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.rules import Event, Side
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.references import marked_code
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.signing.service import informed_trust
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import store
from mukatabat.vault.actions import adopt, opening_keys
from mukatabat.vault.errors import UnsafeName
from mukatabat.vault.naming import clean_name
from mukatabat.vault.queries import access_document, sealed_document
from mukatabat.vault.rules import About, Blob, Sealed
from mukatabat_verify import letter as letters
from mukatabat_verify.asic import DATA
from mukatabat_verify.asic.building import Pieces
from mukatabat_verify.asic.reading import SealedLetter
from mukatabat_verify.certificates import Trust, check_seal
from mukatabat_verify.errors import (
    CameBefore,
    CertificateNotListed,
    LetterDataDisagrees,
    LetterDataMalformed,
    NotAddressed,
    OtherRealm,
    Refusal,
    TooMuch,
)
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.opening import came_before, check_sealed, check_signature, open_key, opened
from mukatabat_verify.revocation import Used, check_kept
from mukatabat_verify.stream import Unsealed
from mukatabat_verify.verifier import check_letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """All that crosses from one body to another: a cover with the recipient's own wrapped key, where the sealed content
    lies, and the return address. ``unit_id`` is the tray of a memo inside its body.
    """

    cover: bytes
    address: str
    consignment_id: UUID
    sender_id: UUID
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A parcel that passed every check: what it says, how it is addressed here, and its documents in their order."""

    cover: Cover
    header: Header
    manifest: Manifest
    own: Recipient
    documents: tuple[tuple[Blob, Sealed], ...]


def open_parcel(actor: Actor, handed: Handed) -> Opened:
    """Make every check of a parcel as the recipient's body and read what is inside.

    Raises a Refusal for what is not right with it, BlobMissing for content that is not there, and KeyUnavailable.
    """
    cover, header = _read(handed.cover)
    check_signature(cover, header)
    if header.realm != actor.realm:
        raise OtherRealm(header.realm)
    with reading(actor):
        believed = informed_trust(clock.now())
        _check_seal(cover.certificates, header, believed)
        sender_id = directory.sealing_body(header.certificate, code=header.sender, realm=header.realm)
        if sender_id is None:
            raise CertificateNotListed
        check_new(actor, cover, header, handed)
        body = directory.body(actor.body_id)
        mine = opening_keys(actor, [one.key for one in header.recipients if one.body == body.code])
    with store().open(handed.address) as stream:
        check_sealed(header, stream)
        if not mine:
            raise NotAddressed
        key = open_key(cover, header, mine[0], accepted=body.accepted_suites)
        stream.seek(0)
        for _ in opened(header, key, stream):
            pass  # the whole is proven here; what follows reads parts of it
        letter = SealedLetter(cast("BinaryIO", Unsealed(stream, key.cipher)))
        manifest = _letter_of(letter, header, believed)
        documents = tuple(_documents(letter, key, handed.address))
    if {manifest.sender.body_id, handed.sender_id} != {sender_id}:
        raise LetterDataDisagrees("another sender")
    _check_names_itself(manifest, header)
    _check_file_names(manifest)
    return Opened(
        cover=cover, header=header, manifest=manifest, own=_own(actor, manifest, handed), documents=documents
    )  # fmt: skip


def check_new(actor: Actor, cover: Cover, header: Header, handed: Handed) -> bool:
    """Tell, in the open scope of the recipient, whether this delivery was made already.

    The same parcel comes more than once only for another tray of the same body; raises CameBefore for a delivery of it
    that nobody ordered, and SameIdOtherBytes when another parcel came under its identifier.
    """
    known = list(Arrival.objects.filter(parcel_id=header.parcel).values_list(
        "header_digest", "consignment_id", "unit_id"
    ))  # fmt: skip
    for digest, consignment_id, unit_id in known:
        came_before(cover, bytes.fromhex(digest))
        if consignment_id == handed.consignment_id:
            return False
        if unit_id == handed.unit_id:
            raise CameBefore
    return True


def _read(written: bytes) -> tuple[Cover, Header]:
    stream = io.BytesIO(written)
    cover, header = covers.read(stream)
    if stream.read(1):
        raise TooMuch
    return cover, header


def _check_seal(chain: tuple[bytes, ...], header: Header, believed: Trust) -> None:
    """Check that a seal is the sender's, trusted today, and that no authority has withdrawn it, as far as we heard.

    Nothing but a time-stamp would show that it was made before its withdrawal, and it has none yet: it is judged now.
    """
    check_seal(chain, believed, body=header.sender)
    check_kept(believed.lists, Used(chain, believed.at), believed)


def _letter_of(letter: SealedLetter, header: Header, believed: Trust) -> Manifest:
    """The letter's data, after all checks of its container; its seal is the sender's, and trusted today."""
    letter.check_complete()
    letter.check_files()
    found = letter.check_seal()
    check_letter(letter, header)
    _check_seal(found.chain, header, believed)
    try:
        return Manifest.model_validate_json(letter.archive.read(DATA, most=letters.LARGEST))
    except ValidationError as error:
        raise LetterDataMalformed(f"{error.error_count()} members") from error


def _check_names_itself(manifest: Manifest, header: Header) -> None:
    """Check that a sender goes by a name that the directory has of it, and by a number of its own books."""
    sender = manifest.sender
    if not directory.bears_name(sender.body_id, ar=sender.ar, en=sender.en):
        raise LetterDataDisagrees("the sender under another name")
    if not manifest.reference.startswith(f"{marked_code(header.sender, header.realm)}-"):
        raise LetterDataDisagrees("a number of another body's")


def _check_file_names(manifest: Manifest) -> None:
    """Check that each file bears a name that may be stored and shown; raises LetterDataMalformed."""
    for part in manifest.documents:
        try:
            sound = clean_name(part.name) == part.name
        except UnsafeName:
            sound = False
        if not sound:
            raise LetterDataMalformed("the name of a file")


def _documents(letter: SealedLetter, key: ParcelKey, address: str) -> Iterator[tuple[Blob, Sealed]]:
    for name, listed in letter.files.items():
        if name != DATA:
            size = letter.archive.entries[name].size
            place = Sealed(address, key.secret, letter.archive.begin(name))
            yield Blob(f"sha256:{listed.digest.hex()}", size), place


def _own(actor: Actor, manifest: Manifest, handed: Handed) -> Recipient:
    """How the letter itself names this body, and the unit in it."""
    for one in manifest.recipients:
        if (one.body_id, one.unit_id) == (actor.body_id, handed.unit_id):
            return one
    raise LetterDataDisagrees("it names this body otherwise")


def lay_in(actor: Actor, parcel: Opened, handed: Handed) -> Arrival | None:
    """Write the arrival and its documents in the open scope of the recipient; None if they stand there already."""
    if not check_new(actor, parcel.cover, parcel.header, handed):
        return None
    manifest = parcel.manifest
    sealed, arrival_id = Secrecy(manifest.secrecy).is_sealed, new_id()
    documents = [
        [part.part, str(_adopted(actor, part, placed, held_at=arrival_id if sealed else None))]
        for part, placed in zip(manifest.documents, parcel.documents, strict=True)
    ]
    arrival = Arrival.objects.create(
        id=arrival_id, parcel_id=parcel.header.parcel, header_digest=parcel.cover.digest.hex(),
        cover=parcel.cover.only_for([]).to_bytes(), consignment_id=handed.consignment_id,
        sender_id=manifest.sender.body_id, sender_ar=manifest.sender.ar, sender_en=manifest.sender.en,
        sender_reference=manifest.reference, subject="" if sealed else manifest.subject, secrecy=manifest.secrecy,
        urgency=manifest.urgency, role=parcel.own.role, unit_id=parcel.own.unit_id,
        manifest=manifest.model_dump(mode="json"), documents=documents, arrived_at=clock.now(),
    )  # fmt: skip
    happened(actor, Happening(
        event=Event.DELIVER, side=Side.RECIPIENT, at=arrival.arrived_at, parcel_id=arrival.parcel_id,
        consignment_id=arrival.consignment_id, act="exchange.arrival-received", object_kind="arrival",
        object_id=arrival.id,
        detail={
            "sender_reference": manifest.reference, "parcel": str(arrival.parcel_id), "header": arrival.header_digest,
        },
    ))  # fmt: skip
    return arrival


def _adopted(actor: Actor, part: DocumentPart, placed: tuple[Blob, Sealed], *, held_at: UUID | None) -> UUID:
    blob, place = placed
    about = About(part.media_type, part.name, part.pages)
    return adopt(actor, blob, place, about=about, held_at=held_at).id


def content_of(actor: Actor, arrival: Arrival) -> tuple[Pieces, str] | None:
    """Give the signed container of an arrival as it came, proven chunk by chunk while it is read, and its salt.

    None where its documents do not lie in the parcel any more. Raises what the vault raises for a document that is not
    there, or not this reader's.
    """
    sealed = sealed_document(actor, access_document(actor, UUID(arrival.documents[0][1])))
    if sealed.begin is None:
        return None
    key, (_, header) = ParcelKey(sealed.secret), _read(bytes(arrival.cover))

    def read() -> Iterator[bytes]:
        with store().open(sealed.address) as stream:
            yield from opened(header, key, stream)

    return read, key.salt.hex()


def refuse(actor: Actor, parcel_id: UUID | None, consignment_id: UUID, refusal: Refusal) -> None:
    """Write down in the open scope of the recipient that a parcel was refused, and why; nothing of it is kept."""
    happened(actor, Happening(
        event=Event.HOLD, side=Side.RECIPIENT, at=clock.now(), parcel_id=parcel_id, consignment_id=consignment_id,
        act="exchange.parcel-refused", object_kind="parcel", object_id=parcel_id or consignment_id,
        detail={"refusal": refusal.code, "attack": refusal.attack, "consignment": str(consignment_id)},
    ))  # fmt: skip
