# SPDX-License-Identifier: EUPL-1.2
"""Which documents belong to a letter or an arrival that the actor may see, and whether their bytes are sound."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.paper import is_scan_of
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.queries.letter import access_letter
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import StoredBytes
from mukatabat.vault.models import Document
from mukatabat.vault.queries import access_document, open_document


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
    except StoredBytes:
        return None
    if document.digest == digest:
        return stream
    stream.close()
    return None
