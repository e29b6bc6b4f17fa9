# SPDX-License-Identifier: EUPL-1.2
"""The registry's tray: what arrived, and what becomes of it."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponseBase
from ninja import Query, Router

from mukatabat.directory.errors import UnknownBody
from mukatabat.directory.queries import body_by_code
from mukatabat.exchange import queries as exchange
from mukatabat.letters import queries
from mukatabat.letters.actions import receiving
from mukatabat.letters.commands import AcceptCommand
from mukatabat.letters.proofs import proof_of_arrival
from mukatabat.letters.queries import Place, PlaceKind
from mukatabat.letters.rules import ReturnGround
from mukatabat.letters.views.proofs import given
from mukatabat.portal.api.schemas import (
    ArrivalOut,
    ArrivalPage,
    PageIn,
    RedirectIn,
    RegisteredOut,
    RegisterIn,
    ReturnIn,
)
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.api.shown import arrival_out, codes_of, document_bytes
from mukatabat.portal.errors import UnknownRecipient
from mukatabat.portal.rules import Scope

router = Router(auth=NeedsToken(Scope.RECEIVE))


@router.get("", response=ArrivalPage, url_name="arrivals", summary="What waits in the tray")
def arrivals(request: HttpRequest, page: Query[PageIn]) -> dict[str, object]:
    """The arrivals that wait, the longest waiting first."""
    actor = caller(request).actor
    found, after = exchange.waiting(actor, cursor=page.cursor or None, limit=page.limit)
    codes = codes_of(found)
    return {"items": [arrival_out(actor, one, codes) for one in found], "next": after}


@router.get("/{arrival_id}", response=ArrivalOut, url_name="arrival", summary="One arrival")
def arrival(request: HttpRequest, arrival_id: UUID) -> ArrivalOut:
    """One arrival, also after it was decided."""
    actor = caller(request).actor
    found = queries.access_arrival(actor, arrival_id)
    return arrival_out(actor, found, codes_of([found]))


@router.get("/{arrival_id}/documents/{document_id}", url_name="arrived", summary="Bytes of an arrived document")
def arrived(request: HttpRequest, arrival_id: UUID, document_id: UUID) -> FileResponse:
    """A document of an arrival that is not sealed."""
    actor = caller(request).actor
    return document_bytes(actor, Place(PlaceKind.ARRIVAL, arrival_id), document_id)


@router.get("/{arrival_id}/proof", url_name="arrival_proof", summary="Bundle of evidence of what arrived")
def arrival_proof(request: HttpRequest, arrival_id: UUID) -> HttpResponseBase:
    """Everything that proves this delivery, as the recipient's own side keeps it, also after it was decided."""
    return given(*proof_of_arrival(caller(request).actor, arrival_id))


@router.post("/{arrival_id}/register", response=RegisteredOut, url_name="register", summary="Accept and register")
def register(request: HttpRequest, arrival_id: UUID, wanted: RegisterIn) -> dict[str, object]:
    """Take the arrival in under the body's own number; a repetition tells the number that it has."""
    actor = caller(request).actor
    found = queries.access_arrival(actor, arrival_id)
    if found.letter_id is None:
        command = AcceptCommand(letter_type=wanted.letter_type, general_number=wanted.general_number)
        letter = receiving.accept_arrival(actor, arrival_id, command)
        return {"reference": letter.reference, "letter": letter.id}
    return {"reference": found.our_reference, "letter": found.letter_id}


@router.post("/{arrival_id}/return", response=ArrivalOut, url_name="return", summary="Return to the sender")
def send_back(request: HttpRequest, arrival_id: UUID, wanted: ReturnIn) -> ArrivalOut:
    """Send the arrival back with a ground; it takes no number."""
    actor = caller(request).actor
    ground = ReturnGround(wanted.ground).label_ar
    receiving.return_arrival(actor, arrival_id, f"{ground}: {wanted.explanation}" if wanted.explanation else ground)
    found = queries.access_arrival(actor, arrival_id)
    return arrival_out(actor, found, codes_of([found]))


@router.post("/{arrival_id}/redirect", response=ArrivalOut, url_name="redirect", summary="Pass to the competent body")
def redirect(request: HttpRequest, arrival_id: UUID, wanted: RedirectIn) -> ArrivalOut:
    """Pass the arrival to the body to which it belongs (تحويل لعدم الاختصاص)."""
    actor = caller(request).actor
    try:
        to = body_by_code(wanted.to, actor.realm).id
    except UnknownBody:
        raise UnknownRecipient(body=wanted.to) from None
    receiving.redirect_arrival(actor, arrival_id, to=to, reason=wanted.reason)
    found = queries.access_arrival(actor, arrival_id)
    return arrival_out(actor, found, codes_of([found]))
