# SPDX-License-Identifier: EUPL-1.2
"""Applying the table of rules to a locked consignment: every change of its state goes through here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mukatabat.exchange.events import Happening, happened
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import TIME_FIELD, ConsignmentState, Event, Side, after
from mukatabat.kernel import clock
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor

KEEPS_WRAP = frozenset({ConsignmentState.ORDERED, ConsignmentState.DISPATCHED, ConsignmentState.FAILED})
"""Where the parcel may still have to be handed over; what was held is sealed anew."""


def move(
    actor: Actor, consignment: Consignment, event: Event, *, at: datetime | None = None,
    detail: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Apply one row of the state table, stamp its time, audit it, and order the sender's follow-up work.

    ``at`` is when it happened, where that is known from paper and is not now; ``detail`` joins the audit entry.
    """
    state = after(ConsignmentState(consignment.state), event)
    if state is None:
        message = f"no move {event} from {consignment.state}"
        raise ValueError(message)
    consignment.state = state
    if state not in KEEPS_WRAP:
        consignment.wrap = None
    setattr(consignment, TIME_FIELD[state], at or clock.now())
    consignment.save()
    happened(actor, Happening(
        event=event, side=Side.SENDER, at=at or clock.now(), parcel_id=consignment.sealed_id,
        consignment_id=consignment.id, act=f"exchange.consignment-{state}", object_kind="letter",
        object_id=consignment.letter_id,
        detail={"consignment": str(consignment.id), "recipient": str(consignment.recipient_id), **(detail or {})},
    ))  # fmt: skip
    enqueue("letters.follow_consignment", body=actor.body_id, consignment=consignment.id, state=state)
