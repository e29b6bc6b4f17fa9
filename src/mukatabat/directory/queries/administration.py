# SPDX-License-Identifier: EUPL-1.2
"""What an administrator sees beyond the shared directory: what ended and what begins, proposals, holidays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.directory.authority import may_decide, require_administrator
from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import (
    Absence,
    Appointment,
    Change,
    Holiday,
    Mandate,
    Person,
    Post,
    Unit,
    effective,
)
from mukatabat.directory.queries.listing import people_named
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel import clock
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

DECIDED_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list of people goes on: after the person with this folded name and identifier."""

    folded: str
    id: UUID


def people_of_body(actor: Actor, text: str, *, after: Place | None = None, limit: int = 50) -> list[Person]:
    """List people of the actor's body in order of their names, those who left included; raises `NotInDirectory`."""
    body_id = require_administrator(actor)
    people = people_named(text, Person.objects.filter(body_id=body_id), staff_numbers=True)
    if after is not None:
        people = people.filter(Q(folded__gt=after.folded) | Q(folded=after.folded, id__gt=after.id))
    return list(people[:limit])


def posts_of_people(person_ids: Iterable[UUID]) -> dict[UUID, list[Appointment]]:
    """Return the appointments of today of several people, in one query, the main post first."""
    today = clock.today()
    rows = Appointment.objects.filter(effective(today), effective(today, "post__"), person_id__in=list(person_ids))
    found: dict[UUID, list[Appointment]] = {}
    for row in rows.select_related("post__unit").order_by("-is_primary", "post__level", "pk"):
        found.setdefault(row.person_id, []).append(row)
    return found


def access_person(actor: Actor, person_id: UUID) -> Person:
    """Return a person of the actor's body for an administrator; raises `NotInDirectory` in every other case."""
    body_id = require_administrator(actor)
    found = Person.objects.filter(pk=person_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def appointments_ever(person: Person) -> QuerySet[Appointment]:
    """List every appointment that a person ever had, the newest first."""
    return person.appointments.select_related("post__unit").order_by("-valid_from", "pk")


def mandates_ever(person: Person) -> QuerySet[Mandate]:
    """List every instrument that a person ever had, the newest first."""
    return person.mandates.select_related("post").order_by("-valid_from", "pk")


def absences_ever(person: Person) -> QuerySet[Absence]:
    """List every leave of a person, the newest first; withdrawn ones are left out."""
    return person.absences.filter(withdrawn_at__isnull=True).select_related("deputy").order_by("-starts", "pk")


def access_appointment(actor: Actor, appointment_id: UUID) -> Appointment:
    """Return an appointment to a post of the actor's body; raises `NotInDirectory`."""
    body_id = require_administrator(actor)
    found = (
        Appointment.objects.select_related("post", "person").filter(pk=appointment_id, post__body_id=body_id).first()
    )
    if found is None:
        raise NotInDirectory
    return found


def access_mandate(actor: Actor, mandate_id: UUID) -> Mandate:
    """Return an instrument of the actor's body; raises `NotInDirectory`."""
    body_id = require_administrator(actor)
    found = Mandate.objects.select_related("post", "person").filter(pk=mandate_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def open_posts(body_id: UUID) -> QuerySet[Post]:
    """List a body's posts of today with their units, in the order of the units."""
    today = clock.today()
    posts = Post.objects.filter(effective(today), effective(today, "unit__"), body_id=body_id)
    return posts.select_related("unit").order_by("unit__code", "level", "ar")


def open_units(body_id: UUID) -> QuerySet[Unit]:
    """List a body's units of today in the order of their codes."""
    return Unit.objects.filter(effective(clock.today()), body_id=body_id).order_by("code")


def colleagues(body_id: UUID, person_id: UUID) -> QuerySet[Person]:
    """List the people of a body of today but one, in order of their names."""
    people = Person.objects.filter(effective(clock.today()), body_id=body_id).exclude(pk=person_id)
    return people.order_by("folded", "pk")


def _kinds_seen(actor: Actor) -> list[str]:
    kinds = [kind.value for kind in ChangeKind if may_decide(actor, kind)]
    if not kinds:
        raise NotInDirectory
    return kinds


def changes_waiting(actor: Actor) -> list[Change]:
    """List the proposals of the actor's body that wait for a second person, the oldest first; `NotInDirectory`."""
    kinds = _kinds_seen(actor)
    with reading(actor):
        waiting = Change.objects.filter(decision=None, expires_at__gt=clock.now(), kind__in=kinds)
        return list(waiting.select_related("decision").order_by("proposed_at", "pk"))


def changes_ended(actor: Actor) -> list[Change]:
    """List the newest proposals that were decided or expired, with their decisions; raises `NotInDirectory`."""
    kinds = _kinds_seen(actor)
    with reading(actor):
        ended = Change.objects.filter(Q(decision__isnull=False) | Q(expires_at__lte=clock.now()), kind__in=kinds)
        return list(ended.select_related("decision").order_by("-proposed_at", "-pk")[:DECIDED_SHOWN])


def access_change(actor: Actor, change_id: UUID) -> Change:
    """Return a proposal of the actor's body with its decision; raises `NotInDirectory`."""
    kinds = _kinds_seen(actor)
    with reading(actor):
        found = Change.objects.select_related("decision").filter(pk=change_id, kind__in=kinds).first()
    if found is None:
        raise NotInDirectory
    return found


def announced_holidays(realm: str) -> list[Holiday]:
    """List the standing holidays of a realm from the beginning of last year on, the earliest first."""
    first = clock.today().replace(month=1, day=1)
    days = Holiday.objects.filter(realm=realm, on__gte=first.replace(year=first.year - 1), withdrawn_at__isnull=True)
    return list(days.order_by("on"))
