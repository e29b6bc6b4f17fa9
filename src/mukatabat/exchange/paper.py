# SPDX-License-Identifier: EUPL-1.2
"""The paper channel: a letter to a body that is not connected is handed over, and its acknowledgement keyed in.

All of it happens on the sender's side. What is known of the other side is known because somebody of the own registry
typed it, and is kept and shown as that: who typed it, when, and the scan of the acknowledgement where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.grants.actions import grant
from mukatabat.access.grants.queries import require_granted, visible
from mukatabat.access.grants.rules import Grantee, Protected, Reason, Shelf
from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.exchange.errors import (
    KeyedTimeUnsuitable,
    PaperAlreadyDecided,
    PaperReasonMissing,
    TakerMissing,
    TheirNumberMissing,
)
from mukatabat.exchange.models import Consignment, PaperRecord
from mukatabat.exchange.rules import ConsignmentState, Event, after
from mukatabat.exchange.transitions import move
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import clean_line
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import enter, keep
from mukatabat.vault.models import Document
from mukatabat.vault.rules import Kept, Upload

WAITING = (ConsignmentState.PAPER, ConsignmentState.HANDED)
SHOWN = 200
"""The registry's paper never grows beyond what it can carry; more than this is shown when some of it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """What a registry keys in. ``at`` is when it happened; ``taken_by`` is who took the letter at the other body."""

    event: Event
    at: datetime
    taken_by: str = ""
    their_reference: str = ""
    reason: str = ""
    scan: Upload | None = None


def goes_on_paper(consignment: Consignment) -> bool:
    """Whether the recipient is not connected today; the own body always is."""
    if consignment.recipient_id == consignment.body_id:
        return False
    return Body.objects.filter(id=consignment.recipient_id, channel=Channel.PAPER).exists()


def lay_out(actor: Actor, consignment: Consignment) -> None:
    """Lay a locked consignment before the own registry, and tell it. Of a sealed letter it sees the envelope alone."""
    directory.require_addressable(consignment.recipient_id, realm=actor.realm, on=clock.today())
    registry = directory.registry_unit(actor.body_id).id
    protected = Protected(kind="consignment", id=consignment.id, shelf=Shelf.WORK, sort_time=consignment.ordered_at)
    grant(actor, protected, [Grantee.unit(registry)], reason=Reason.REGISTRY)
    consignment.on_paper = True
    move(actor, consignment, Event.LAY_OUT)
    label = directory.body_names([consignment.recipient_id])[consignment.recipient_id]
    manifest = consignment.parcel.read()
    message = Message(
        kind=Kind.FOR_HANDOVER, object_kind="consignment", object_id=consignment.id, reference=manifest.reference,
        counterpart_ar=label.ar, counterpart_en=label.en,
        **outside(manifest.subject, manifest.secrecy, manifest.data_class),
    )  # fmt: skip
    tell(actor, [one.person_id for one in directory.people_of_unit(registry)], message)


def key_in(actor: Actor, consignment_id: UUID, said: Acknowledgement) -> Consignment:
    """Write what happened to a letter on paper: handed over (and numbered there), numbered later, or returned.

    Two clerks who key in the same delivery write it once: the second learns that it is done. Raises the errors of
    ``exchange.errors`` for what is missing or cannot be, those of a refused file, and `PaperAlreadyDecided`.
    """
    require_capability(actor, Capability.DISPATCH)
    require_granted(actor, consignment_id)
    said_clean = _clean(said)
    kept = keep(said.scan) if said.scan is not None else None  # before the transaction: no lock waits for a file
    with scope(actor):
        consignment = _locked(actor, consignment_id)
        if after(ConsignmentState(consignment.state), said.event) is None:
            raise PaperAlreadyDecided(state=ConsignmentState(consignment.state).label)
        _check_time(consignment, said.at)
        scan = _kept_scan(actor, consignment, kept).id if kept is not None else None
        consignment.their_reference = said_clean.their_reference or consignment.their_reference
        consignment.reason = said_clean.reason
        _write(actor, consignment, said_clean, scan_id=scan)
        move(actor, consignment, said.event, at=said.at)
        if said.event is Event.HAND_OVER and said_clean.their_reference:  # their registry numbered it at its counter
            move(actor, consignment, Event.REGISTER, at=said.at)
    return consignment


def _kept_scan(actor: Actor, consignment: Consignment, kept: Kept) -> Document:
    """The acknowledgement as a document; of a sealed letter it is for the letter's readers, as all of its papers."""
    sealed = Secrecy(consignment.parcel.read().secrecy).is_sealed
    return enter(actor, kept, readers_of=consignment.letter_id if sealed else None)


def _locked(actor: Actor, consignment_id: UUID) -> Consignment:
    require_granted(actor, consignment_id)
    found = Consignment.objects.select_for_update(of=("self",)).select_related("parcel")
    consignment = found.filter(id=consignment_id).first()
    if consignment is None:  # granted, and yet no consignment: a letter has a grant as well
        raise NotFoundOrForbidden
    return consignment


def _clean(said: Acknowledgement) -> Acknowledgement:
    taken_by, number = clean_line(said.taken_by, 200), clean_line(said.their_reference, 40)
    reason = clean_line(said.reason, 500)
    if said.event is Event.HAND_OVER and not taken_by:
        raise TakerMissing
    if said.event is Event.REGISTER and not number:
        raise TheirNumberMissing
    if said.event is Event.RETURN and not reason:
        raise PaperReasonMissing
    return Acknowledgement(event=said.event, at=said.at, taken_by=taken_by, their_reference=number, reason=reason)


def _check_time(consignment: Consignment, at: datetime) -> None:
    """It happened after the letter was issued, after what was keyed in before, and not in the future."""
    earliest = consignment.delivered_at or consignment.ordered_at
    minute = timedelta(minutes=1)  # people write minutes, the clock counts on
    if not earliest - minute <= at <= clock.now() + minute:
        raise KeyedTimeUnsuitable


def _write(actor: Actor, consignment: Consignment, said: Acknowledgement, *, scan_id: UUID | None) -> None:
    PaperRecord.objects.create(
        consignment=consignment, event=said.event, at=said.at, taken_by=said.taken_by,
        their_reference=said.their_reference, reason=said.reason, scan_id=scan_id, typed_by_ar=actor.name_ar,
        typed_by_en=actor.name_en, typed_at=clock.now(),
    )  # fmt: skip


def to_hand_over(actor: Actor) -> list[Consignment]:
    """What the registry has to hand over, and what was handed over and has no number there yet, the oldest first."""
    with reading(actor):
        found = Consignment.objects.filter(visible(actor, "id"), state__in=WAITING).select_related("parcel")
        return list(found.order_by("ordered_at", "id")[:SHOWN])


def access_paper(actor: Actor, consignment_id: UUID) -> Consignment:
    """One consignment of the registry's paper; anything else is "not found"."""
    with reading(actor):
        require_granted(actor, consignment_id)
        found = Consignment.objects.filter(id=consignment_id).select_related("parcel").first()
        if found is None:
            raise NotFoundOrForbidden
    return found


def records_of(actor: Actor, consignment_ids: Iterable[UUID]) -> dict[UUID, list[PaperRecord]]:
    """What was keyed in about some consignments of letters that the actor may see, in its order."""
    found: dict[UUID, list[PaperRecord]] = {}
    with reading(actor):
        for one in PaperRecord.objects.filter(consignment_id__in=list(consignment_ids)).order_by("typed_at", "id"):
            found.setdefault(one.consignment_id, []).append(one)
    return found


def is_scan_of(actor: Actor, letter_id: UUID, document_id: UUID) -> bool:
    """Whether a document is the acknowledgement of a letter's delivery on paper."""
    with reading(actor):
        return PaperRecord.objects.filter(consignment__letter_id=letter_id, scan_id=document_id).exists()
