# SPDX-License-Identifier: EUPL-1.2
"""Which documents of a letter, an arrival or a scan the actor may see, and whether their bytes are sound."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, NamedTuple
from uuid import UUID

from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.paper import is_scan_of
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.queries.intake import access_scan
from mukatabat.letters.queries.letter import access_letter
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import DocumentNotFound, NotAReader, StoreUnavailable, VaultError
from mukatabat.vault.models import Document
from mukatabat.vault.queries import access_document, open_document

logger = logging.getLogger(__name__)


class PlaceKind(StrEnum):
    """Where a document is read: at a letter, or at an arrival or a scan that is not registered yet."""

    LETTER = "letter"
    ARRIVAL = "arrival"
    SCAN = "scan"


class Place(NamedTuple):
    """The letter, arrival or scan at which a document is read."""

    kind: PlaceKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Readable:
    """A document that the actor may read, where, how secret it is there, and whether it is the letter itself."""

    document: Document
    place: Place
    secrecy: Secrecy
    is_letter: bool


def access_readable(actor: Actor, place: Place, document_id: UUID) -> Readable:
    """A document of a letter, an arrival or a waiting scan that the actor may see; anything else is "not found"."""
    with reading(actor):
        if place.kind is PlaceKind.SCAN:
            return Readable(_scanned(actor, place.id, document_id), place, Secrecy.NORMAL, is_letter=False)
        if place.kind is PlaceKind.LETTER:
            document = access_letter_document(actor, place.id, document_id)
            letter = access_letter(actor, place.id)
            return Readable(document, place, Secrecy(letter.secrecy), is_letter=letter.document_id == document_id)
        document = access_arrival_document(actor, place.id, document_id)
        arrival = access_arrival(actor, place.id)
        is_letter = any(part == "letter" and UUID(one) == document_id for part, one in arrival.documents)
        return Readable(document, place, Secrecy(arrival.secrecy), is_letter=is_letter)


def _scanned(actor: Actor, scan_id: UUID, document_id: UUID) -> Document:
    """The image of a scan that still waits; afterwards the letter shows it, to whoever may see the letter."""
    scan = access_scan(actor, scan_id)
    if scan.decided_at is not None or scan.document_id != document_id:
        raise NotFoundOrForbidden
    return access_document(actor, document_id)


def readables(actor: Actor, place: Place) -> list[Readable]:
    """All documents at a letter or an arrival, the letter first; a sealed or withdrawn arrival shows none."""
    with reading(actor):
        if place.kind is PlaceKind.LETTER:
            letter = access_letter(actor, place.id)
            attached = letter.attachments.order_by("position").values_list("document_id", flat=True)
            known = [*([letter.document_id] if letter.document_id else []), *attached]
        else:
            arrival = access_arrival(actor, place.id)
            if arrival.shows_envelope_alone:
                raise NotFoundOrForbidden
            ordered = sorted(arrival.documents, key=lambda one: one[0] != "letter")
            known = [UUID(document) for _part, document in ordered]
        return [access_readable(actor, place, one) for one in known]


def access_letter_document(actor: Actor, letter_id: UUID, document_id: UUID) -> Document:
    """The signed document or an attachment of a letter that the actor may see; anything else is "not found"."""
    with reading(actor):
        letter = access_letter(actor, letter_id)
        attached = letter.attachments.filter(document_id=document_id).exists()
        if document_id != letter.document_id and not attached and not is_scan_of(actor, letter.id, document_id):
            raise NotFoundOrForbidden
        return access_document(actor, document_id)


def access_arrival(actor: Actor, arrival_id: UUID) -> Arrival:
    """The arrival, if the actor may see it; a letter's identifier is as unknown here as any other."""
    return exchange.access_arrival(actor, arrival_id)


def access_arrival_document(actor: Actor, arrival_id: UUID, document_id: UUID) -> Document:
    """A document of an arrival in the actor's tray; of a sealed or withdrawn one the envelope alone is seen."""
    with reading(actor):
        arrival = access_arrival(actor, arrival_id)
        known = {UUID(document) for _part, document in arrival.documents}
        if arrival.shows_envelope_alone or document_id not in known:
            raise NotFoundOrForbidden
        return access_document(actor, document_id)


def open_checked(actor: Actor, document_id: UUID, digest: str) -> BinaryIO | None:
    """The bytes of a document whose digest the record keeps, or None when they are missing or not the same."""
    try:
        document, stream = open_document(actor, document_id)
    except (DocumentNotFound, NotAReader, StoreUnavailable):
        raise
    except VaultError:
        # Missing, altered, or its key does not open it: the reader is told the same, the administrator which.
        logger.exception("a stored document cannot be opened: %s", document_id)
        return None
    if document.digest == digest:
        return stream
    stream.close()
    return None
