# SPDX-License-Identifier: EUPL-1.2
"""Telling people, inside the transaction of what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from mukatabat.kernel import clock
from mukatabat.notify.models import Notification
from mukatabat.notify.rules import Message
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor


def tell(actor: Actor, people: Iterable[UUID], message: Message) -> None:
    """Put the message into the bell of each of ``people`` but the actor, who knows."""
    now = clock.now()
    Notification.objects.bulk_create(
        Notification(
            person_id=person_id, kind=str(message.kind), object_kind=message.object_kind, object_id=message.object_id,
            reference=message.reference, counterpart_ar=message.counterpart_ar,
            counterpart_en=message.counterpart_en, at=now, sealed=message.sealed,
            subject="" if message.sealed else message.subject[:300],
        )
        for person_id in dict.fromkeys(people)
        if person_id != actor.person_id
    )  # fmt: skip


def take_back(actor: Actor, message_kind: str, object_id: UUID, *, since: datetime) -> None:
    """Remove what was told about an object since a moment and was not seen yet, because it was undone."""
    with scope(actor):
        told = Notification.objects.filter(kind=message_kind, object_id=object_id, at__gte=since, seen_at=None)
        told.delete()


def mark_seen(actor: Actor, object_id: UUID | None = None) -> None:
    """Mark what the actor's bell says of one object, which was opened just now, or all of it, as seen."""
    of_object = {} if object_id is None else {"object_id": object_id}
    with scope(actor):
        Notification.objects.filter(person_id=actor.person, seen_at=None, **of_object).update(seen_at=clock.now())
