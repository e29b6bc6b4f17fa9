# SPDX-License-Identifier: EUPL-1.2
"""The directory as a book to leaf through: bodies, a body's posts with their holders, people by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Absence, Appointment, Body, BodyName, Person, Post, Unit, away, effective
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import fold, latin_digits, sort_key


@dataclass(frozen=True, slots=True)
class Held:
    """A post with whoever holds it on a day, and whoever of them is away."""

    post: Post
    holders: tuple[Person, ...]
    away: frozenset[UUID]


def listed_body(body_id: UUID, realm: str) -> Body:
    """Return a body of a realm, also a closed one; raises `NotInDirectory`."""
    found = Body.objects.filter(pk=body_id, realm=realm).select_related("parent").first()
    if found is None:
        raise NotInDirectory
    return found


def bodies_in_order(realm: str, on: date | None = None) -> list[BodyName]:
    """List the names of the bodies of a realm that exist on a day, each with its body, in Arabic order; one query."""
    day = on or clock.today()
    names = BodyName.objects.filter(effective(day), effective(day, "body__"), body__realm=realm)
    return sorted(names.select_related("body"), key=lambda name: sort_key(name.ar))


def unit_of_body(unit_id: UUID, body_id: UUID) -> Unit:
    """Return a unit of a body; raises `NotInDirectory`."""
    found = Unit.objects.filter(pk=unit_id, body_id=body_id).select_related("parent").first()
    if found is None:
        raise NotInDirectory
    return found


def posts_with_holders(
    body_id: UUID, *, unit_ids: Iterable[UUID] = (), start: int = 0, limit: int = 50, on: date | None = None
) -> list[Held]:
    """List a page of a body's posts of a day with their holders, the highest first; three queries at most.

    ``unit_ids`` narrows to those units; ``start`` counts the posts before the page.
    """
    day = on or clock.today()
    posts = Post.objects.filter(effective(day), effective(day, "unit__"), body_id=body_id).select_related("unit")
    chosen = list(unit_ids)
    if chosen:
        posts = posts.filter(unit_id__in=chosen)
    page = list(posts.order_by("level", "unit__code", "ar", "pk")[start : start + limit])
    return _with_holders(page, day)


def _with_holders(posts: Sequence[Post], day: date) -> list[Held]:
    held: dict[UUID, list[Person]] = {}
    rows = Appointment.objects.filter(effective(day), effective(day, "person__"), post__in=[post.pk for post in posts])
    for row in rows.select_related("person").order_by("-is_primary", "person__folded", "pk"):
        held.setdefault(row.post_id, []).append(row.person)
    absent = people_away({person.pk for people in held.values() for person in people}, day)
    return [
        Held(post, tuple(held.get(post.pk, ())), frozenset(one.pk for one in held.get(post.pk, ()) if one.pk in absent))
        for post in posts
    ]


def people_away(person_ids: Iterable[UUID], on: date | None = None) -> frozenset[UUID]:
    """Tell which of these people are away on a day, in one query."""
    day = on or clock.today()
    leaves = Absence.objects.filter(away(day), person_id__in=list(person_ids))
    return frozenset(leaves.values_list("person_id", flat=True))


def people_named(text: str, people: QuerySet[Person], *, staff_numbers: bool = False) -> QuerySet[Person]:
    """Narrow people to those whose names hold every typed word in any spelling, in order of their names.

    ``staff_numbers`` also finds a whole staff number, which only the own body may.
    """
    typed = fold(text).split()
    matching = reduce(and_, (Q(folded__contains=word) for word in typed), Q())
    if staff_numbers and typed:
        matching |= Q(staff_number=latin_digits(text.strip()))
    return people.filter(matching).order_by("folded", "pk")


def people_found(text: str, realm: str, *, limit: int = 50, on: date | None = None) -> list[Appointment]:
    """Find people of every body of a realm by name, each by the first post held on a day; at most ``limit``."""
    day = on or clock.today()
    if not fold(text):
        return []
    people = people_named(text, Person.objects.filter(effective(day), body__realm=realm))[:limit]
    rows = Appointment.objects.filter(effective(day), effective(day, "post__"), person__in=[one.pk for one in people])
    rows = rows.select_related("person__body", "post__unit").order_by("person__folded", "-is_primary", "pk")
    first: dict[UUID, Appointment] = {}
    for row in rows:
        first.setdefault(row.person_id, row)
    return list(first.values())
