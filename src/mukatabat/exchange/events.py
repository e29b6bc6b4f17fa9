# SPDX-License-Identifier: EUPL-1.2
"""The one place through which every event of a parcel passes, on each side, in the transaction of the event.

Whatever must exist for every event, and be kept or lost with it, hangs here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.exchange import evidence
from mukatabat.exchange.rules import Event, Side
from mukatabat.tenancy.rules import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event, as one side records it.

    ``at`` is when it happened, which on paper lies before the moment in which it was keyed in. ``parcel_id`` is the
    sealed parcel's, None for what was never sealed (paper, or not yet dispatched); ``consignment_id`` the sender's
    order for one recipient, known to both sides, None for the sealing, which is for all of them. ``act`` is its name in
    the audit trail, "" where the room above tells of it; ``object_kind`` and ``object_id`` are what the entry is about:
    the sender's letter or the recipient's arrival.
    """

    event: Event
    side: Side
    at: datetime
    parcel_id: UUID | None
    consignment_id: UUID | None = None
    act: str = ""
    object_kind: str
    object_id: UUID
    detail: Mapping[str, Any] = field(default_factory=dict)


def happened(actor: Actor, what: Happening) -> None:
    """Write down what happened, in the open transaction of the actor's side."""
    if what.act:
        record(
            actor, act=what.act, object_kind=what.object_kind, object_id=what.object_id, detail=what.detail
        )  # fmt: skip
    if what.parcel_id and what.consignment_id:
        evidence.state(
            actor, what.event, what.side, consignment_id=what.consignment_id, parcel_id=what.parcel_id, at=what.at
        )  # fmt: skip
