# SPDX-License-Identifier: EUPL-1.2
"""Sealing what leaves: one parcel for all whom the original shows, and one for each who is not shown there.

A parcel is sealed outside any transaction, its bytes durable before the row that points to them. It is sealed once:
every further attempt sends the same bytes. Two workers that seal the same letter at once make two ciphertexts; the row
of the first stands, and the other's bytes, to which no key is left, harm nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, PublicKey
from mukatabat.directory.vocabulary import Channel
from mukatabat.exchange.events import Happening, happened
from mukatabat.exchange.manifest import DocumentPart, Manifest, Recipient
from mukatabat.exchange.models import Consignment, SealedParcel
from mukatabat.exchange.rules import ConsignmentState, Event, Role, Side
from mukatabat.exchange.transitions import KEEPS_WRAP
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.ledger import actions as ledger
from mukatabat.ledger import queries as ledger_queries
from mukatabat.ledger.errors import LedgerError
from mukatabat.ledger.policy import witness_policy
from mukatabat.ledger.queries import Published
from mukatabat.tenancy.rules import Actor, in_body
from mukatabat.vault import store
from mukatabat.vault.actions import body_seal, encryption_key
from mukatabat.vault.errors import SealWithdrawn
from mukatabat.vault.models import Document
from mukatabat.vault.queries import document_to_carry, open_seekable
from mukatabat.vault.rules import extension_of
from mukatabat.vault.streams import pieces
from mukatabat_verify.asic import SIGNATURE
from mukatabat_verify.asic.building import Container, File, Letter, build, rebuild
from mukatabat_verify.canonical import canonical
from mukatabat_verify.directory import check_named
from mukatabat_verify.errors import CertificateWithdrawn
from mukatabat_verify.parcel.header import Checkpoint, Header
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.sealing import ContentSealer, Seal, make_cover, recipients_of
from mukatabat_verify.parcel.suites import RecipientKey

logger = logging.getLogger(__name__)

UNNAMED = "bin"
"""The extension of an attachment whose name has none that a container can hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one parcel shall hold and for whom, with everything that its sealing asks of the database.

    ``manifest`` is its ``letter.json``; ``order_id`` the letter's own row; ``consignments`` are those that travel in
    it, ``keys`` their bodies' keys, ``documents`` the files in the manifest's order; ``before`` is the newest published
    state of the transparency log, None where there is none.
    """

    manifest: Manifest
    order_id: UUID
    consignments: tuple[UUID, ...]
    by: Seal
    keys: tuple[PublicKey, ...]
    documents: tuple[Document, ...]
    before: Published | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A parcel that was just sealed: its bytes are durable, and no row knows of it yet.

    ``wraps`` holds its key, wrapped for each recipient, by the recipient's id.
    """

    plan: Plan
    row: SealedParcel
    wraps: Mapping[UUID, bytes]


def plan(actor: Actor, consignment: Consignment) -> Plan:
    """Decide in which parcel a consignment travels, in the open scope of its sender.

    All whom the original shows and who are on the network share the first parcel of a letter. A hidden copy, a
    redirection and what was refused and is ordered again are each in one of their own, so that no list of recipients
    tells of another. Raises what the vault raises for a document or a key that is not there, and CertificateWithdrawn.
    """
    whole = consignment.parcel.read()
    if _stands_alone(consignment, whole):
        travelling = [consignment]
        manifest = _for_one(whole, consignment).model_copy(update={"parcel_id": new_id()})
    else:
        travelling = _all_shown(consignment, whole)
        manifest = whole.model_copy(update={"recipients": tuple(one for one in whole.recipients if one.visible)})
    return Plan(
        manifest=manifest, order_id=consignment.parcel_id, consignments=tuple(one.id for one in travelling),
        by=_seal_of(actor), keys=_recipient_keys(actor, [one.recipient_id for one in travelling]),
        documents=tuple(document_to_carry(actor, part.digest, size=part.size) for part in manifest.documents),
        before=_before(),
    )  # fmt: skip


def _seal_of(actor: Actor) -> Seal:
    """The body's seal; raises CertificateWithdrawn for one that its recipients would refuse."""
    try:
        return body_seal(actor)
    except SealWithdrawn as error:
        raise CertificateWithdrawn(error.code) from error


def _before() -> Published | None:
    """What the header shall name, so that nobody can have sealed it earlier; a log that is not well delays nothing."""
    try:
        found = ledger_queries.published(witness_policy())
    except LedgerError:
        logger.exception("a parcel is sealed without naming a checkpoint")
        return None
    # A header holds ASCII names alone, and a host may have another.
    return found if found is not None and found.origin.isascii() else None


def _all_shown(consignment: Consignment, whole: Manifest) -> list[Consignment]:
    """Those whom the original shows, who are on the network, and whose parcel is not sealed yet."""
    shown = {one.body_id for one in whole.recipients if one.visible}
    if shown == {consignment.recipient_id} and len(whole.recipients) == 1:
        return [consignment]
    together = Consignment.objects.filter(
        parcel_id=consignment.parcel_id, recipient_id__in=shown, redirected_from=None, sealed=None,
        state=ConsignmentState.ORDERED,
    )  # fmt: skip
    on_paper = set(Body.objects.filter(id__in=shown, channel=Channel.PAPER).values_list("id", flat=True))
    return [one for one in together if one.recipient_id not in on_paper - {one.body_id}]


def _stands_alone(consignment: Consignment, whole: Manifest) -> bool:
    named = [one for one in whole.recipients if one.body_id == consignment.recipient_id]
    hidden = not any(one.visible for one in named)
    return hidden or SealedParcel.objects.filter(id=consignment.parcel_id).exists()


def _for_one(whole: Manifest, consignment: Consignment) -> Manifest:
    """The letter's data for one recipient; a body to which it was redirected is named in it as well."""
    seen = whole.seen_by(consignment.recipient_id)
    named = [one for one in seen.recipients if one.body_id == consignment.recipient_id]
    if consignment.redirected_from_id is None:
        return seen
    if named:  # it had a copy, and is asked now
        others = (one for one in seen.recipients if one not in named)
        asked = (one.model_copy(update={"role": Role(consignment.role)}) for one in named)
        return seen.model_copy(update={"recipients": (*others, *asked)})
    label = directory.body_names([consignment.recipient_id])[consignment.recipient_id]
    office = directory.addressable_posts(label.id).first()
    further = Recipient(
        body_id=label.id, code=label.code, ar=label.ar, en=label.en, post_id=office.id if office else None,
        office_ar=office.ar if office else "", office_en=office.en if office else "", role=Role(consignment.role),
        visible=False,
    )  # fmt: skip
    return seen.model_copy(update={"recipients": (*seen.recipients, further)})


def seal(actor: Actor, chosen: Plan) -> Fresh:
    """Build the container, seal it into the blob store, sign the header, wrap the key for each recipient.

    Raises what the vault raises for a document that cannot be read, and a Refusal for a letter that no container can
    hold, or a recipient's key that is not the one of its name.
    """
    recipients = [(one.body.code, _wrapped_for(one)) for one in chosen.keys]
    now = clock.now().replace(microsecond=0)  # as headers and seals tell the time
    data = canonical(chosen.manifest.model_dump(mode="json"))
    container = _container(actor, chosen, data, at=now)
    key = ParcelKey.fresh()
    sealer = ContentSealer(key)
    address = store().put(sealer.seal(container.pieces())).digest
    before = chosen.before
    header = Header(
        parcel=chosen.manifest.parcel_id, realm=actor.realm, sender=chosen.manifest.sender.code,
        certificate=sha256(chosen.by.chain[0]).hexdigest(), recipients=recipients_of(recipients),
        content=sealer.content, commitment=key.commitment, created=now.astimezone(UTC),
        not_before=Checkpoint(before.origin, before.size, before.digest) if before else None,
    )  # fmt: skip
    cover = make_cover(header, key, recipients=[one for _, one in recipients], seal=chosen.by)
    row = SealedParcel(
        id=header.parcel, body_id=actor.body_id, parcel_id=chosen.order_id, header_digest=cover.digest.hex(),
        cover=cover.only_for([]).to_bytes(), address=address, letter_data=data.decode(),
        signature=_signature(container), salt=key.salt.hex(), sealed_at=now,
    )  # fmt: skip
    wraps = {one.body_id: cover.wraps[one.fingerprint] for one in chosen.keys}
    return Fresh(plan=chosen, row=row, wraps=wraps)


def _wrapped_for(listed: PublicKey) -> RecipientKey:
    """The key to wrap for; raises DirectoryKeyDisagrees where another was put under its name."""
    key = RecipientKey(listed.suite, bytes(listed.public))
    check_named(key, listed.fingerprint)
    return key


def keep(actor: Actor, fresh: Fresh, waiting: Mapping[UUID, Consignment]) -> None:
    """Write down a fresh parcel and who travels in it; ``waiting`` are the locked consignments without one."""
    fresh.row.save(force_insert=True)
    if fresh.plan.before is not None:
        ledger.name_checkpoint(fresh.plan.before)
    for consignment in waiting.values():
        consignment.sealed = fresh.row
        if consignment.state in KEEPS_WRAP:  # who was withdrawn while it was sealed gets no key to it
            consignment.wrap = fresh.wraps[consignment.recipient_id]
    Consignment.objects.bulk_update(waiting.values(), ["sealed", "wrap"])
    first = next(iter(waiting.values()))
    happened(actor, Happening(
        event=Event.SEAL, side=Side.SENDER, at=fresh.row.sealed_at, parcel_id=fresh.row.id,
        act="exchange.parcel-sealed", object_kind="letter", object_id=first.letter_id,
        detail={"parcel": str(fresh.row.id), "header": fresh.row.header_digest, "recipients": len(fresh.plan.keys)},
    ))  # fmt: skip


def _recipient_keys(actor: Actor, bodies: Iterable[UUID]) -> tuple[PublicKey, ...]:
    """The keys in use of the recipients, each once; a body that this host keeps and that has none yet gets one."""
    wanted = list(dict.fromkeys(bodies))
    found = directory.encryption_keys(wanted)
    for body_id in wanted:
        if body_id not in found:
            found[body_id] = encryption_key(in_body(actor, body_id))
    return tuple(found[body_id] for body_id in wanted)


def container_of(actor: Actor, sealed: SealedParcel) -> Container:
    """Give the signed container of a parcel again, to the byte, from what its sender keeps.

    Raises what the vault raises for a document that is not there, or that our own work may not open any more.
    """
    manifest = Manifest.model_validate_json(sealed.letter_data)
    documents = [document_to_carry(actor, part.digest, size=part.size) for part in manifest.documents]
    return rebuild(_letter(actor, manifest, documents, data=sealed.letter_data.encode()), bytes(sealed.signature))


def _container(actor: Actor, chosen: Plan, data: bytes, *, at: datetime) -> Container:
    return build(_letter(actor, chosen.manifest, chosen.documents, data=data), chosen.by, at=at)


def _letter(actor: Actor, manifest: Manifest, documents: Iterable[Document], *, data: bytes) -> Letter:
    letter, *attached = [_pieces(actor, one) for one in documents]
    files = [_file(part, read) for part, read in zip(manifest.documents[1:], attached, strict=True)]
    return Letter(letter, data, files)


def _file(part: DocumentPart, read: Callable[[], Iterable[bytes]]) -> tuple[str, File]:
    return extension_of(part.name) or UNNAMED, File(part.media_type, read)


def _pieces(actor: Actor, document: Document) -> Callable[[], Iterable[bytes]]:
    def read() -> Iterator[bytes]:
        with open_seekable(actor, document) as stream:
            yield from pieces(stream)

    return read


def _signature(container: Container) -> bytes:
    """The seal over the list of files, which lies last in the container."""
    entry, read = container.files[-1]
    if entry.name != SIGNATURE:
        raise ValueError(entry.name)
    return b"".join(read())
