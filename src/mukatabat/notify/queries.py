# SPDX-License-Identifier: EUPL-1.2
"""Reading one's own bell."""

from __future__ import annotations

from mukatabat.notify.models import Notification
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

SHOWN = 30
COUNTED = 99
"""The bell counts no further than this."""


def bell(actor: Actor) -> list[Notification]:
    """The newest notifications of the actor."""
    with reading(actor):
        return list(Notification.objects.filter(person_id=actor.person).order_by("-at")[:SHOWN])


def unseen(actor: Actor) -> int:
    """How many are unseen, at most ``COUNTED``."""
    with reading(actor):
        return Notification.objects.filter(person_id=actor.person, seen_at=None)[:COUNTED].count()
