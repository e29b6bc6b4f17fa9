# SPDX-License-Identifier: EUPL-1.2
"""Leave as those see it who may enter it: one's own, that of the people one leads, and an administrator anyone's."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from mukatabat.directory.authority import led_by, require_absence_of
from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Absence, Person
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor


def access_absent(actor: Actor, person_id: UUID) -> Person:
    """Return a person of the actor's body whose leave the actor may enter; raises `NotInDirectory`."""
    found = Person.objects.filter(pk=person_id, body_id=actor.body_id).first()
    if found is None:
        raise NotInDirectory
    require_absence_of(actor, found.pk)
    return found


def access_absence(actor: Actor, absence_id: UUID) -> Absence:
    """Return a leave that goes on or is to come and that the actor may end; raises `NotInDirectory`."""
    standing = Absence.objects.filter(person__body_id=actor.body_id, ends__gte=clock.today(), withdrawn_at__isnull=True)
    found = standing.select_related("person", "deputy").filter(pk=absence_id).first()
    if found is None:
        raise NotInDirectory
    require_absence_of(actor, found.person_id)
    return found


def people_led(actor: Actor) -> list[Person]:
    """List the people whose leave the actor enters as their head, in order of their names."""
    return list(Person.objects.filter(pk__in=led_by(actor)).order_by("folded", "pk"))


def absences_standing(person_ids: Iterable[UUID]) -> dict[UUID, list[Absence]]:
    """Return the leave of several people that goes on or is to come, the earliest first, in one query."""
    standing = Absence.objects.filter(
        person_id__in=list(person_ids), ends__gte=clock.today(), withdrawn_at__isnull=True
    )
    found: dict[UUID, list[Absence]] = {}
    for one in standing.select_related("deputy").order_by("starts", "pk"):
        found.setdefault(one.person_id, []).append(one)
    return found
