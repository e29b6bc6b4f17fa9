# SPDX-License-Identifier: EUPL-1.2
"""Who can hold an item: a unit, post or person of the body today, by name and with the people behind it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mukatabat.access.grants.rules import Grantee, GranteeKind
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Person, Post, Unit, effective
from mukatabat.kernel import clock
from mukatabat.work.errors import UnknownHolder


@dataclass(frozen=True, slots=True)
class Party:
    """A holder with its name in both languages and the persons whom a hand-over concerns."""

    grantee: Grantee
    ar: str
    en: str
    people: tuple[UUID, ...]


def party(body_id: UUID, grantee: Grantee) -> Party:
    """The party behind a grantee; raises ``UnknownHolder`` for another body's or a former one.

    A unit is addressed at its head: the people told are those who lead it, or everyone where nobody does.
    """
    today = clock.today()
    if grantee.kind is GranteeKind.PERSON:
        person = Person.objects.filter(effective(today), id=grantee.id, body_id=body_id).first()
        if person is not None:
            return Party(grantee, person.ar, person.en, (person.id,))
    elif grantee.kind is GranteeKind.POST:
        post = Post.objects.filter(effective(today), id=grantee.id, body_id=body_id).first()
        if post is not None:
            people = directory.holders_of(post.id, today).values_list("id", flat=True)
            return Party(grantee, post.ar, post.en, tuple(people))
    else:
        unit = Unit.objects.filter(effective(today), id=grantee.id, body_id=body_id).first()
        if unit is not None:
            return Party(grantee, unit.ar, unit.en, _people_of(unit.id))
    raise UnknownHolder


def _people_of(unit_id: UUID) -> tuple[UUID, ...]:
    appointments = list(directory.people_of_unit(unit_id))
    leading = {post.id for post in directory.heads_of_unit(unit_id)}
    chosen = [one for one in appointments if one.post_id in leading] or appointments
    return tuple(one.person_id for one in chosen)
