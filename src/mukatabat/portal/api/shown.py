# SPDX-License-Identifier: EUPL-1.2
"""Letters and arrivals as answers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.http import FileResponse

from mukatabat.access.grants.queries import granted
from mukatabat.directory.queries import body_names
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.letters import queries
from mukatabat.letters.actions.reading import note_copy_taken
from mukatabat.letters.models import Letter, Link
from mukatabat.letters.queries import Place
from mukatabat.letters.rules import LinkKind
from mukatabat.portal.api.schemas import ArrivalOut, ConsignmentOut, DocumentOut, LetterLine, LetterOut
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.queries import access_document, open_document


def letter_line(letter: Letter) -> LetterLine:
    """A letter in a list."""
    return LetterLine(
        id=letter.id, state=letter.state, reference=letter.reference, subject=letter.subject, secrecy=letter.secrecy,
        counterpart=letter.counterpart_en, at=letter.sort_time,
    )  # fmt: skip


def letter_out(actor: Actor, letter_id: UUID) -> LetterOut:
    """A letter that the actor may see; raises NotFoundOrForbidden."""
    with reading(actor):
        letter = queries.access_letter(actor, letter_id)
        answers = letter.links.filter(kind=LinkKind.REPLY).values_list("to_id", flat=True).first()
        replies = Link.objects.filter(to=letter, kind=LinkKind.REPLY).values_list("letter_id", flat=True)
        seen = granted(actor, [*replies, *([answers] if answers else [])])
        sent = exchange.consignments_of(actor, [letter.id]).get(letter.id, [])
        documents = _documents(actor, letter)
    codes = _codes([*(one.recipient_id for one in sent), *([letter.counterpart_id] if letter.counterpart_id else [])])
    return _letter_out(letter, codes).model_copy(
        update={
            "answers": answers if answers in seen else None, "answered_by": [one for one in replies if one in seen],
            "documents": documents, "consignments": [_consignment(one, codes) for one in sent],
        }
    )  # fmt: skip


def fresh_letter(letter: Letter, codes: Mapping[UUID, str], answers: UUID | None) -> LetterOut:
    """A letter that this very request wrote: nothing is attached to it, sent of it or known to answer it yet.

    ``codes`` are those of its recipients.
    """
    return _letter_out(letter, codes).model_copy(update={"answers": answers})


def _letter_out(letter: Letter, codes: Mapping[UUID, str]) -> LetterOut:
    """What the letter's own row says."""
    return LetterOut(
        id=letter.id, direction=letter.direction, kind=letter.kind, state=letter.state, letter_type=letter.letter_type,
        reference=letter.reference, subject=letter.subject, secrecy=letter.secrecy, urgency=letter.urgency,
        counterpart=codes.get(letter.counterpart_id, "") if letter.counterpart_id else "",
        their_reference=letter.their_reference, their_date=letter.their_date, issued_at=letter.issued_at,
        registered_at=letter.registered_at, answers=None, answered_by=[], documents=[], consignments=[],
    )  # fmt: skip


def arrival_out(actor: Actor, arrival: Arrival, codes: dict[UUID, str]) -> ArrivalOut:
    """An arrival; of a sealed or withdrawn one the envelope alone."""
    envelope = arrival.shows_envelope_alone
    return ArrivalOut(
        id=arrival.id, state=arrival.state, sender=codes.get(arrival.sender_id, ""), sender_ar=arrival.sender_ar,
        sender_en=arrival.sender_en, sender_reference=arrival.sender_reference,
        subject="" if envelope else arrival.subject, secrecy=arrival.secrecy, urgency=arrival.urgency,
        role=arrival.role, arrived_at=arrival.arrived_at, our_reference=arrival.our_reference,
        letter=arrival.letter_id, documents=[] if envelope else _arrived(arrival),
    )  # fmt: skip


def codes_of(arrivals: list[Arrival]) -> dict[UUID, str]:
    """The codes of the senders of some arrivals, in one query."""
    return _codes([one.sender_id for one in arrivals])


def document_bytes(actor: Actor, place: Place, document_id: UUID) -> FileResponse:
    """The bytes of a document at a place, always as a download of its own type; a secret one is recorded."""
    readable = queries.access_readable(actor, place, document_id)
    document, stream = open_document(actor, document_id)
    if readable.secrecy.is_sealed:
        note_copy_taken(actor, readable, how="linked-system")
    response = FileResponse(stream, content_type=document.media_type, as_attachment=True, filename=document.name)
    response.headers["Content-Length"] = str(document.size)
    response.headers["Digest"] = document.digest
    return response


def _codes(body_ids: list[UUID]) -> dict[UUID, str]:
    return {body_id: label.code for body_id, label in body_names(body_ids).items()}


def _documents(actor: Actor, letter: Letter) -> list[DocumentOut]:
    shown = []
    if letter.document_id:
        signed = access_document(actor, letter.document_id)
        shown.append(
            DocumentOut(
                id=signed.id, part="letter", name=signed.name, media_type=signed.media_type, size=signed.size,
                digest=signed.digest, pages=signed.pages,
            )
        )  # fmt: skip
    shown += [
        DocumentOut(
            id=one.document_id, part="attachment", name=one.name, media_type=one.media_type, size=one.size,
            digest=one.digest, pages=one.pages,
        )
        for one in letter.attachments.order_by("position")
    ]  # fmt: skip
    return shown


def _arrived(arrival: Arrival) -> list[DocumentOut]:
    pairs = zip(arrival.read().documents, arrival.documents, strict=True)
    return [
        DocumentOut(
            id=UUID(document), part=part.part, name=part.name, media_type=part.media_type, size=part.size,
            digest=part.digest, pages=part.pages,
        )
        for part, (_kind, document) in pairs
    ]  # fmt: skip


def _consignment(one: Consignment, codes: dict[UUID, str]) -> ConsignmentOut:
    return ConsignmentOut(
        id=one.id, body=codes.get(one.recipient_id, ""), role=one.role, state=one.state, ordered_at=one.ordered_at,
        dispatched_at=one.dispatched_at, delivered_at=one.delivered_at, registered_at=one.registered_at,
        opened_at=one.opened_at, answered_at=one.answered_at, ended_at=one.ended_at,
        their_reference=one.their_reference, reason=one.reason,
    )  # fmt: skip
