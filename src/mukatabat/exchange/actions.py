# SPDX-License-Identifier: EUPL-1.2
"""The only writers of outbox and inbox, on one side at a time; ``exchange.carrier`` moves between the sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mukatabat.exchange.errors import ArrivalAlreadyDecided, MemoStaysInside, ReasonMissing, RedirectedToItself
from mukatabat.exchange.events import Happening, happened
from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.models import Arrival, Consignment, Notice, Parcel
from mukatabat.exchange.rules import ArrivalState, Event, Side
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.jobs import enqueue, enqueue_each
from mukatabat.tenancy.rules import Actor


def order_carriage(actor: Actor, letter_id: UUID, manifest: Manifest) -> list[Consignment]:
    """Put an issued letter into the outbox: one parcel, one consignment per recipient, one job each."""
    now = clock.now()
    with scope(actor):
        parcel = Parcel.objects.create(
            id=manifest.parcel_id, letter_id=letter_id, manifest=manifest.model_dump(mode="json"), created_at=now
        )
        consignments = Consignment.objects.bulk_create(
            Consignment(
                parcel=parcel, letter_id=letter_id, recipient_id=recipient.body_id,
                recipient_unit_id=recipient.unit_id, role=recipient.role, ordered_at=now,
            )
            for recipient in manifest.recipients
        )  # fmt: skip
        enqueue_each("exchange.carry", ({"body": actor.body_id, "consignment": one.id} for one in consignments))
    return consignments


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a registry does with an arrival, in the words of both sides."""

    state: ArrivalState
    event: Event
    reason: str = ""
    our_reference: str = ""
    letter_id: UUID | None = None
    redirected_to: UUID | None = None


def lock_waiting_arrival(actor: Actor, arrival_id: UUID) -> Arrival:
    """Take the arrival for a decision; a second clerk waits here and then learns that it is decided.

    Call inside an open scope. The caller has checked that the actor may see it.
    """
    arrival = Arrival.objects.select_for_update().get(id=arrival_id)
    if arrival.state != ArrivalState.AVAILABLE:
        raise ArrivalAlreadyDecided(state=ArrivalState(arrival.state).label)
    return arrival


def decide(actor: Actor, arrival: Arrival, decision: Decision) -> None:
    """Write the decision on a locked arrival and order the notice that tells the sender."""
    if decision.state in {ArrivalState.RETURNED, ArrivalState.REDIRECTED} and not decision.reason.strip():
        raise ReasonMissing
    if decision.redirected_to and arrival.unit_id:
        raise MemoStaysInside
    if decision.redirected_to in {arrival.sender_id, arrival.body_id}:
        raise RedirectedToItself
    arrival.state = decision.state
    arrival.decided_at = clock.now()
    arrival.decided_by = actor.name_ar
    arrival.reason = decision.reason.strip()
    arrival.our_reference = decision.our_reference
    arrival.letter_id = decision.letter_id
    arrival.save(update_fields=["state", "decided_at", "decided_by", "reason", "our_reference", "letter_id"])
    detail = {"reason": arrival.reason, "their_reference": arrival.our_reference}
    if decision.redirected_to:
        detail["redirected_to"] = str(decision.redirected_to)
    order_notice(actor, arrival, event=decision.event, detail=detail, act=f"exchange.arrival-{decision.state}")


def order_notice(actor: Actor, arrival: Arrival, *, event: Event, detail: dict[str, Any], act: str = "") -> bool:
    """Write down what happened to an arrival and tell its sender, once however often it is ordered.

    ``act`` names it in the audit trail, "" when the caller does. Returns whether it is news.
    """
    if Notice.objects.filter(consignment_id=arrival.consignment_id, event=event).exists():
        return False
    happened(actor, Happening(
        event=event, side=Side.RECIPIENT, at=clock.now(), parcel_id=arrival.parcel_id,
        consignment_id=arrival.consignment_id, act=act, object_kind="arrival", object_id=arrival.id,
        detail={"sender_reference": arrival.sender_reference, "our_reference": arrival.our_reference},
    ))  # fmt: skip
    notice = Notice(
        consignment_id=arrival.consignment_id, sender_id=arrival.sender_id, event=event, at=clock.now(), detail=detail
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    enqueue("exchange.tell", body=actor.body_id, notice=notice.id)
    return True
