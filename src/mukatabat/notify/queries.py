# SPDX-License-Identifier: EUPL-1.2
"""Reading one's own bell, and how people want to be told."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from mukatabat.notify.models import Notification, Preference
from mukatabat.notify.preferences import Choice, Pace
from mukatabat.notify.rules import Kind
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


def choice_of(actor: Actor, person_id: UUID) -> Choice:
    """How a person of the actor's body wants to be told."""
    return choices_of(actor, {person_id}).get(person_id, Choice())


def choices_of(actor: Actor, people: Collection[UUID]) -> dict[UUID, Choice]:
    """How some people want to be told; whoever chose nothing is absent."""
    if not people:
        return {}
    with reading(actor):
        return {one.person_id: _choice(one) for one in Preference.objects.filter(person_id__in=people)}


def preference_of(actor: Actor) -> Preference | None:
    """The actor's own row, if anything was chosen."""
    with reading(actor):
        return Preference.objects.filter(person_id=actor.person).first()


def _choice(row: Preference) -> Choice:
    usual = Choice()
    return Choice(
        language=row.language,
        email={kind: Pace(row.email.get(kind, usual.email[kind])) for kind in Kind},
        sms=frozenset(kind for kind in Kind if kind in row.sms),
        hook=frozenset(kind for kind in Kind if kind in row.hook),
        quiet_from=row.quiet_from, quiet_until=row.quiet_until, digest_at=row.digest_at,
    )  # fmt: skip
