# SPDX-License-Identifier: EUPL-1.2
"""Carrying between two bodies of this host: the only code that opens one body's scope after another's.

Each function is safe to run again at any point: it takes the row's lock, looks at the state, and does what is left.
"""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.grants.actions import grant
from mukatabat.access.grants.rules import Grantee, Protected, Reason, Shelf
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.exchange.errors import TooLateToWithdraw
from mukatabat.exchange.manifest import DocumentPart, Manifest
from mukatabat.exchange.models import Arrival, Consignment, Notice
from mukatabat.exchange.paper import goes_on_paper, lay_out
from mukatabat.exchange.queries import named_reader
from mukatabat.exchange.rules import (
    ArrivalState,
    ConsignmentState,
    Event,
    after,
    next_attempt,
)
from mukatabat.exchange.transitions import move
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor, in_body, system_actor
from mukatabat.vault.actions import adopt, end_service, lend
from mukatabat.vault.rules import Lent

UNDER_WAY = frozenset({ConsignmentState.ORDERED, ConsignmentState.DISPATCHED})

NAME = "exchange.carrier"


def carrier(body_id: UUID) -> Actor:
    """The carrier acting inside one body."""
    body = Body.objects.only("id", "realm").get(id=body_id)
    return system_actor(NAME, body_id=body.id, realm=body.realm)


def is_due(actor: Actor, consignment_id: UUID) -> bool:
    """Whether the consignment is under way and its next attempt is due; a job that outlived its purpose stops."""
    with scope(actor):
        consignment = Consignment.objects.get(id=consignment_id)
    return consignment.state in UNDER_WAY and (consignment.again_at is None or consignment.again_at <= clock.now())


def dispatch(actor: Actor, consignment_id: UUID) -> None:
    """Take the parcel over durably: ordered (or failed and tried again) becomes dispatched, or lies ready on paper."""
    with scope(actor):
        consignment = Consignment.objects.select_for_update().get(id=consignment_id)
        if consignment.state not in {ConsignmentState.ORDERED, ConsignmentState.FAILED}:
            return
        if goes_on_paper(consignment):
            lay_out(actor, consignment)
        else:
            move(actor, consignment, Event.DISPATCH)


def deliver(actor: Actor, consignment_id: UUID) -> None:
    """Lay the parcel into the recipient's registry tray, exactly once: both sides change in one transaction."""
    with scope(actor):
        found = Consignment.objects.select_for_update(of=("self",)).select_related("parcel")
        consignment = found.get(id=consignment_id)
        if consignment.state != ConsignmentState.DISPATCHED:
            return
        manifest = consignment.parcel.read()
        directory.require_addressable(consignment.recipient_id, realm=actor.realm, on=clock.today())
        if manifest.answers:  # what the asker has not yet heard of its question goes before the answer
            _tell_of_parcel(actor, manifest.answers.parcel_id)
        seen = manifest.seen_by(consignment.recipient_id)
        lent = [lend(actor, part.digest, size=part.size) for part in seen.documents]
        recipient = in_body(actor, consignment.recipient_id)
        with scope(recipient):
            _receive(recipient, consignment, seen, lent)
        move(actor, consignment, Event.DELIVER)


def _receive(actor: Actor, consignment: Consignment, manifest: Manifest, lent: list[Lent]) -> None:
    sealed, arrival_id = Secrecy(manifest.secrecy).is_sealed, new_id()
    documents = [
        [part.part, str(_adopted(actor, part, one, held_at=arrival_id if sealed else None))]
        for part, one in zip(manifest.documents, lent, strict=True)
    ]
    arrival = Arrival.objects.create(
        id=arrival_id, parcel_id=manifest.parcel_id, consignment_id=consignment.id, sender_id=manifest.sender.body_id,
        sender_ar=manifest.sender.ar, sender_en=manifest.sender.en, sender_reference=manifest.reference,
        subject="" if sealed else manifest.subject, secrecy=manifest.secrecy, urgency=manifest.urgency,
        role=consignment.role, unit_id=consignment.recipient_unit_id,
        manifest=manifest.model_dump(mode="json"), documents=documents, arrived_at=clock.now(),
    )  # fmt: skip
    tray = consignment.recipient_unit_id or directory.registry_unit(actor.body_id).id
    protected = Protected(kind="arrival", id=arrival.id, shelf=Shelf.ARRIVAL, sort_time=arrival.arrived_at)
    grant(actor, protected, [Grantee.unit(tray)], reason=Reason.REGISTRY)
    people = [one.person_id for one in directory.people_of_unit(tray, clock.today())]
    reader = named_reader(actor.body_id, manifest, consignment.recipient_unit_id) if sealed else None
    if reader is not None:  # the envelope is theirs from the first; the text once the registry has numbered it
        grant(actor, protected, [Grantee.post(reader)], reason=Reason.ADDRESSEE)
        people += directory.holders_of(reader).values_list("id", flat=True)
    message = Message(
        kind=Kind.ARRIVED, object_kind="arrival", object_id=arrival.id, reference=manifest.reference,
        counterpart_ar=manifest.sender.ar, counterpart_en=manifest.sender.en,
    )  # fmt: skip
    tell(actor, people, message)
    record(
        actor, act="exchange.arrival-received", object_kind="arrival", object_id=arrival.id,
        detail={"sender_reference": manifest.reference, "parcel": str(manifest.parcel_id)},
    )  # fmt: skip
    _mark_answered(actor, manifest)


def _adopted(actor: Actor, part: DocumentPart, lent: Lent, *, held_at: UUID | None) -> UUID:
    return adopt(actor, lent, media_type=part.media_type, name=part.name, pages=part.pages, held_at=held_at).id


def _mark_answered(actor: Actor, manifest: Manifest) -> None:
    """The recipient's own question, if it was theirs, is now answered."""
    if manifest.answers is None:
        return
    asked = Consignment.objects.select_for_update().filter(
        parcel_id=manifest.answers.parcel_id, recipient_id=manifest.sender.body_id
    )
    for consignment in asked:
        if after(ConsignmentState(consignment.state), Event.ANSWER):
            move(actor, consignment, Event.ANSWER)


def tell_sender(actor: Actor, notice_id: UUID) -> None:
    """Write a recipient's notice into the sender's outbox, once, and before it those that were ordered before it."""
    with scope(actor):
        last = Notice.objects.filter(id=notice_id, delivered_at=None).first()
        if last is None:
            return
        waiting = Notice.objects.filter(consignment_id=last.consignment_id, delivered_at=None, at__lte=last.at)
        for notice in waiting.select_for_update().order_by("at", "id"):
            _tell(actor, notice)


def _tell_of_parcel(actor: Actor, parcel_id: UUID) -> None:
    arrivals = Arrival.objects.filter(parcel_id=parcel_id).values("consignment_id")
    waiting = Notice.objects.filter(consignment_id__in=arrivals, delivered_at=None)
    for notice in waiting.select_for_update().order_by("at", "id"):
        _tell(actor, notice)


def _tell(actor: Actor, notice: Notice) -> None:
    sender = in_body(actor, notice.sender_id)
    with scope(sender):
        consignment = Consignment.objects.select_for_update().get(id=notice.consignment_id)
        event = Event(notice.event)
        if after(ConsignmentState(consignment.state), event):
            consignment.their_reference = notice.detail.get("their_reference") or consignment.their_reference
            consignment.reason = notice.detail.get("reason", "")
            move(sender, consignment, event)
            if event is Event.REDIRECT:
                _redirect(sender, consignment, UUID(notice.detail["redirected_to"]))
    notice.delivered_at = clock.now()
    notice.save(update_fields=["delivered_at"])


def _redirect(actor: Actor, consignment: Consignment, competent_id: UUID) -> None:
    further = Consignment.objects.create(
        parcel_id=consignment.parcel_id, letter_id=consignment.letter_id, recipient_id=competent_id,
        role=consignment.role, redirected_from=consignment, ordered_at=clock.now(),
    )  # fmt: skip
    enqueue("exchange.carry", body=actor.body_id, consignment=further.id)


def withdraw(person: Actor, consignment_id: UUID, reason: str) -> Consignment:
    """Take one consignment back for the sender, while the recipient's registry has not accepted it.

    Looking at the envelope is not acceptance. Locks the sender's row, then the recipient's.
    """
    with scope(person):
        consignment = Consignment.objects.select_for_update().get(id=consignment_id)
        if after(ConsignmentState(consignment.state), Event.WITHDRAW) is None:
            raise _too_late(consignment)
        consignment.reason = reason.strip()
        if consignment.state == ConsignmentState.DELIVERED:
            _take_back(in_body(carrier(person.body_id), consignment.recipient_id), consignment)
        move(person, consignment, Event.WITHDRAW)
    return consignment


def _take_back(actor: Actor, consignment: Consignment) -> None:
    with scope(actor):
        arrival = Arrival.objects.select_for_update().get(consignment_id=consignment.id)
        if arrival.state != ArrivalState.AVAILABLE:
            raise _too_late(consignment)
        arrival.state = ArrivalState.WITHDRAWN
        arrival.decided_at = clock.now()
        arrival.reason = consignment.reason
        arrival.save(update_fields=["state", "decided_at", "reason"])
        end_service(actor, arrival.id)
        record(
            actor, act="exchange.arrival-withdrawn", object_kind="arrival", object_id=arrival.id,
            detail={"sender_reference": arrival.sender_reference},
        )  # fmt: skip


def note_failure(actor: Actor, consignment_id: UUID) -> None:
    """Count a failed attempt and order the next, or give the consignment up after the last."""
    with scope(actor):
        consignment = Consignment.objects.select_for_update().get(id=consignment_id)
        if consignment.state not in UNDER_WAY:
            return
        consignment.attempts += 1
        attempt = next_attempt(consignment.attempts, clock.now() - consignment.ordered_at)
        if attempt.again_in is None:
            move(actor, consignment, Event.FAIL)
            return
        consignment.again_at = clock.now() + attempt.again_in
        consignment.save(update_fields=["attempts", "again_at"])
        enqueue("exchange.carry", at=consignment.again_at, body=actor.body_id, consignment=consignment.id)


def _too_late(consignment: Consignment) -> TooLateToWithdraw:
    body = directory.body_names([consignment.recipient_id])[consignment.recipient_id]
    return TooLateToWithdraw(body=body.ar, state=ConsignmentState(consignment.state).label)
