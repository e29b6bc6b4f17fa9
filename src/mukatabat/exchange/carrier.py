# SPDX-License-Identifier: EUPL-1.2
"""Carrying between two bodies of this host: the only code that opens one body's scope after another's.

What crosses is a sealed parcel and nothing else: the sender's side seals it (`exchange.outbox`), the recipient's opens
it (`exchange.inbox`). Each function is safe to run again at any point: it takes the row's lock, looks at the state, and
does what is left.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from mukatabat.access.grants.actions import grant
from mukatabat.access.grants.rules import Grantee, Protected, Reason, Shelf
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.exchange import evidence, inbox, outbox
from mukatabat.exchange.errors import NothingToRetry, NotSealed, TooLateToWithdraw
from mukatabat.exchange.events import Happening, happened
from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.models import Arrival, Consignment, Notice
from mukatabat.exchange.paper import goes_on_paper, lay_out
from mukatabat.exchange.queries import named_reader
from mukatabat.exchange.rules import (
    ArrivalState,
    ConsignmentState,
    Event,
    Side,
    after,
    next_attempt,
)
from mukatabat.exchange.transitions import move
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message, outside
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor, in_body, system_actor
from mukatabat.vault.actions import end_service
from mukatabat_verify.errors import Refusal
from mukatabat_verify.parcel import cover as covers

logger = logging.getLogger(__name__)

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
    """Take the letter over durably: ordered becomes dispatched, in a sealed parcel, or lies ready on paper.

    What cannot be sealed is held: a letter that no container can hold stays so however often it is tried, and one whose
    body's seal was withdrawn waits for another.
    """
    try:
        with scope(actor):
            found = Consignment.objects.select_related("parcel").get(id=consignment_id)
            if found.state != ConsignmentState.ORDERED:
                return
            on_paper = goes_on_paper(found)
            chosen = None if on_paper or found.sealed_id else outbox.plan(actor, found)
        fresh = outbox.seal(actor, chosen) if chosen is not None else None
    except Refusal as refusal:
        _hold(actor, consignment_id, refusal)
        return
    with scope(actor):
        travelling = fresh.plan.consignments if fresh is not None else (consignment_id,)
        locked = _locked(travelling)
        consignment = locked[consignment_id]
        if consignment.state != ConsignmentState.ORDERED:
            return
        if on_paper:
            lay_out(actor, consignment)
            return
        if consignment.sealed_id is None and fresh is not None:
            outbox.keep(actor, fresh, {one.id: one for one in locked.values() if one.sealed_id is None})
        move(actor, consignment, Event.DISPATCH)


def _locked(consignment_ids: Iterable[UUID]) -> dict[UUID, Consignment]:
    """Lock consignments in one order, so that two workers cannot wait for each other in a circle."""
    found = Consignment.objects.select_for_update(of=("self",)).select_related("parcel")
    return {one.id: one for one in found.filter(id__in=list(consignment_ids)).order_by("id")}


def deliver(actor: Actor, consignment_id: UUID) -> None:
    """Hand the parcel over, open it as the recipient, and lay the letter into its registry tray, exactly once.

    The opening is outside any transaction; then both sides change in one. What the recipient refuses to open is held
    with its reason, and nothing else changes.
    """
    with scope(actor):
        consignment = Consignment.objects.select_related("sealed").get(id=consignment_id)
        if consignment.state != ConsignmentState.DISPATCHED:
            return
        body = directory.require_addressable(consignment.recipient_id, realm=actor.realm, on=clock.today())
    recipient = in_body(actor, consignment.recipient_id)
    try:
        handed = _handed(consignment, body.code)
        parcel = inbox.open_parcel(recipient, handed)
        _lay_in(actor, handed, parcel)
    except Refusal as refusal:
        _hold(actor, consignment_id, refusal)


def _handed(consignment: Consignment, code: str) -> inbox.Handed:
    """What crosses to the body of this code: of the wrapped keys, its own alone."""
    sealed = consignment.sealed
    if sealed is None:
        raise NotSealed
    cover, header = covers.read(io.BytesIO(bytes(sealed.cover)))
    keys = {one.key for one in header.recipients if one.body == code}
    if consignment.wrap is not None and not cover.wraps:
        own = replace(cover, wraps=dict.fromkeys(keys, bytes(consignment.wrap)))
    else:
        own = cover.only_for(keys)
    return inbox.Handed(
        cover=own.to_bytes(), address=sealed.address, consignment_id=consignment.id, sender_id=consignment.body_id,
        unit_id=consignment.recipient_unit_id,
    )  # fmt: skip


def _lay_in(actor: Actor, handed: inbox.Handed, parcel: inbox.Opened) -> None:
    with scope(actor):
        consignment = _locked([handed.consignment_id])[handed.consignment_id]
        if consignment.state != ConsignmentState.DISPATCHED:
            return
        manifest = parcel.manifest
        if manifest.answers:  # what the asker has not yet heard of its question goes before the answer
            _tell_of_parcel(actor, manifest.answers.parcel_id)
        recipient = in_body(actor, consignment.recipient_id)
        with scope(recipient):
            arrival = inbox.lay_in(recipient, parcel, handed)
            if arrival is not None:
                _show(recipient, arrival, manifest)
                _mark_answered(recipient, manifest)
        _share(recipient, actor, consignment.id)
        _share(actor, recipient, consignment.id)
        move(actor, consignment, Event.DELIVER)


def _show(actor: Actor, arrival: Arrival, manifest: Manifest) -> None:
    """Open an arrival to its tray and tell the people there; of a sealed letter also its named reader."""
    tray = arrival.unit_id or directory.registry_unit(actor.body_id).id
    protected = Protected(kind="arrival", id=arrival.id, shelf=Shelf.ARRIVAL, sort_time=arrival.arrived_at)
    grant(actor, protected, [Grantee.unit(tray)], reason=Reason.REGISTRY)
    people = [one.person_id for one in directory.people_of_unit(tray, clock.today())]
    is_sealed = Secrecy(manifest.secrecy).is_sealed
    reader = named_reader(actor.body_id, manifest, arrival.unit_id) if is_sealed else None
    if reader is not None:  # the envelope is theirs from the first; the text once the registry has numbered it
        grant(actor, protected, [Grantee.post(reader)], reason=Reason.ADDRESSEE)
        people += directory.holders_of(reader).values_list("id", flat=True)
    message = Message(
        kind=Kind.ARRIVED, object_kind="arrival", object_id=arrival.id, reference=manifest.reference,
        counterpart_ar=manifest.sender.ar, counterpart_en=manifest.sender.en,
        **outside(manifest.subject, manifest.secrecy, manifest.data_class),
    )  # fmt: skip
    tell(actor, people, message)


def _hold(actor: Actor, consignment_id: UUID, refusal: Refusal) -> None:
    """Keep with us what was refused, say so on both sides, and change nothing else; a person orders it again."""
    log = logger.error if refusal.attack else logger.warning
    log("consignment %s is held: %s (%s)", consignment_id, refusal.code, refusal.detail)
    with scope(actor):
        consignment = _locked([consignment_id])[consignment_id]
        if after(ConsignmentState(consignment.state), Event.HOLD) is None:
            return
        consignment.refusal = refusal.code
        if consignment.state == ConsignmentState.DISPATCHED:
            recipient = in_body(actor, consignment.recipient_id)
            with scope(recipient):
                inbox.refuse(recipient, consignment.sealed_id, consignment.id, refusal)
        move(actor, consignment, Event.HOLD, detail={"refusal": refusal.code})


def retry(person: Actor, consignment_id: UUID) -> Consignment:
    """Order again what was held or failed. What was refused is sealed anew, in a parcel of its own."""
    with scope(person):
        consignment = _locked([consignment_id])[consignment_id]
        if after(ConsignmentState(consignment.state), Event.RETRY) is None:
            raise NothingToRetry(state=ConsignmentState(consignment.state).label)
        if consignment.state == ConsignmentState.HELD:
            consignment.sealed = None
        consignment.attempts, consignment.again_at, consignment.refusal = 0, None, ""
        move(person, consignment, Event.RETRY)
        enqueue("exchange.carry", body=person.body_id, consignment=consignment.id)
    return consignment


def _mark_answered(actor: Actor, manifest: Manifest) -> None:
    """The recipient's own question, if it was theirs, is now answered."""
    if manifest.answers is None:
        return
    asked = Consignment.objects.select_for_update().filter(
        sealed_id=manifest.answers.parcel_id, recipient_id=manifest.sender.body_id
    )
    for consignment in asked:
        if after(ConsignmentState(consignment.state), Event.ANSWER):
            move(actor, consignment, Event.ANSWER)
            _share(actor, in_body(actor, manifest.sender.body_id), consignment.id)


def _share(giver: Actor, taker: Actor, consignment_id: UUID) -> None:
    """Hand the other side of a consignment what is stated of it, before that side moves."""
    with scope(giver):
        stated = evidence.about(consignment_id)
    with scope(taker):
        evidence.take_over(taker, stated)


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
            _share(actor, sender, consignment.id)
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
            recipient = in_body(carrier(person.body_id), consignment.recipient_id)
            _take_back(recipient, consignment)
            _share(recipient, person, consignment.id)
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
        happened(actor, Happening(
            event=Event.WITHDRAW, side=Side.RECIPIENT, at=arrival.decided_at, parcel_id=arrival.parcel_id,
            consignment_id=consignment.id, act="exchange.arrival-withdrawn", object_kind="arrival",
            object_id=arrival.id, detail={"sender_reference": arrival.sender_reference},
        ))  # fmt: skip


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
