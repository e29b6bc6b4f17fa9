# SPDX-License-Identifier: EUPL-1.2
"""Units, posts and the people who hold them on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Absence, Appointment, Person, Post, Unit, away, effective
from mukatabat.directory.rules import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.sql import rows


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit with the units under it, as the directory's tree shows them."""

    unit: Unit
    children: tuple[UnitNode, ...]


def person(person_id: UUID, *, body_id: UUID) -> Person:
    """Return a person of a body; raises `NotInDirectory` also for a person of another body."""
    found = Person.objects.filter(pk=person_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def person_names(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return people by id in one query, for lists that hold ids alone; unknown ids are absent from the answer."""
    return Person.objects.in_bulk(list(set(person_ids)))


def posts_held(person_id: UUID, on: date | None = None) -> QuerySet[Appointment]:
    """List a person's appointments on a day with post and unit, the primary one first.

    Each row gives `.post`, `.post.unit` and `.is_primary`; appointments to posts or units that ended are left out.
    """
    return _held(on or clock.today()).filter(person_id=person_id)


def posts_held_under(staff_number: str, *, body_id: UUID, on: date | None = None) -> list[tuple[UUID, UUID, PostRole]]:
    """As :func:`posts_held`, of the person of a body who has this number there; nobody has it, nothing is listed.

    Gives the post, its body and its role. Each letter of a linked body asks this, so it is not the ORM's.
    """
    held = rows("directory", "posts_held_under", {"number": staff_number, "body": body_id, "day": on or clock.today()})
    return [(post, body, PostRole(role)) for post, body, role in held]


def people_of_role(role: PostRole, *, realm: str) -> dict[UUID, list[UUID]]:
    """Return who holds a post of this role today in the bodies of a realm, by the body whose people they are."""
    today = clock.today()
    held = Appointment.objects.filter(
        effective(today), effective(today, "post__"), effective(today, "person__"), post__role=role.value,
        post__body__realm=realm,
    )  # fmt: skip
    found: dict[UUID, list[UUID]] = {}
    for body_id, person_id in held.order_by("person__body_id", "person_id").values_list("person__body_id", "person_id"):
        found.setdefault(body_id, []).append(person_id)
    return found


def _held(day: date) -> QuerySet[Appointment]:
    return (
        Appointment.objects.filter(
            effective(day), effective(day, "post__"), effective(day, "post__unit__"), effective(day, "person__")
        )
        .select_related("post", "post__unit")
        .order_by("-is_primary", "post__level", "pk")
    )


def holders_of(post_id: UUID, on: date | None = None) -> QuerySet[Person]:
    """List the people who hold a post on a day."""
    day = on or clock.today()
    held = Appointment.objects.filter(effective(day), post_id=post_id).values("person_id")
    return Person.objects.filter(effective(day), pk__in=held).order_by("ar")


def people_of_unit(unit_id: UUID, on: date | None = None) -> QuerySet[Appointment]:
    """List the appointments in a unit on a day with person and post, the highest level first."""
    day = on or clock.today()
    return (
        Appointment.objects.filter(
            effective(day), effective(day, "post__"), effective(day, "person__"), post__unit_id=unit_id
        )
        .select_related("person", "post")
        .order_by("post__level", "person__ar")
    )


def heads_of_unit(unit_id: UUID, on: date | None = None) -> QuerySet[Post]:
    """List the posts that lead a unit on a day (heads and signatories), the highest level first."""
    day = on or clock.today()
    leading = [PostRole.HEAD, PostRole.SIGNATORY]
    return Post.objects.filter(effective(day), unit_id=unit_id, role__in=leading).order_by("level", "ar")


def registry_unit(body_id: UUID, on: date | None = None) -> Unit:
    """Return the unit whose tray receives a body's letters on a day; raises `NotInDirectory` where there is none."""
    day = on or clock.today()
    registries = Unit.objects.filter(effective(day), body_id=body_id, is_registry=True)
    found = registries.order_by("valid_from", "code").first()
    if found is None:
        raise NotInDirectory
    return found


def unit_tree(body_id: UUID, on: date | None = None) -> tuple[UnitNode, ...]:
    """Return a body's units on a day as a tree, siblings in the order of their codes, in one query.

    A unit whose parent ended stands at the top, so that nothing that still works is hidden.
    """
    day = on or clock.today()
    units = list(Unit.objects.filter(effective(day), body_id=body_id).order_by("code"))
    present = {unit.pk for unit in units}
    under: dict[UUID | None, list[Unit]] = {}
    for unit in units:
        under.setdefault(unit.parent_id if unit.parent_id in present else None, []).append(unit)

    def nodes(parent: UUID | None) -> tuple[UnitNode, ...]:
        return tuple(UnitNode(unit, nodes(unit.pk)) for unit in under.get(parent, ()))

    return nodes(None)


def absence_of(person_id: UUID, on: date | None = None) -> Absence | None:
    """Return the leave that a person is on, on a day; of several the one that ends last."""
    day = on or clock.today()
    leaves = Absence.objects.filter(away(day), person_id=person_id)
    return leaves.select_related("deputy").order_by("-ends").first()


def trays_covered_by(person_id: UUID, on: date | None = None) -> list[UUID]:
    """List the people whose tray this person sees because they are away; their signature never moves with it."""
    day = on or clock.today()
    covered = Absence.objects.filter(away(day), deputy_id=person_id)
    return list(covered.order_by("person_id").values_list("person_id", flat=True).distinct())
