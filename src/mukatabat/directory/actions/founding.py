# SPDX-License-Identifier: EUPL-1.2
"""The first body of an installation, and the person who adds all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mukatabat.directory.actions.bodies import AddBody, add_body
from mukatabat.directory.actions.people import AddPerson, Appoint, add_person, appoint
from mukatabat.directory.actions.structure import AddPost, add_post
from mukatabat.directory.errors import AlreadyFounded
from mukatabat.directory.models import Body, Person, Unit
from mukatabat.directory.vocabulary import PostRole
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor

FIRST_POSTS: Final = (
    (PostRole.OPERATOR, "مشغل المنظومة المركزي", "Central Operator"),
    (PostRole.ADMINISTRATOR, "مسؤول النظام في الجهة", "Body Administrator"),
)
"""What the first person holds: the operator adds bodies, the administrator this body's people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The body that runs the installation, and its first person."""

    body: AddBody
    person: AddPerson


def found_installation(command: Found) -> tuple[Actor, Person]:
    """Make the first body, its posts of operator and administrator, and the person who holds both; one transaction.

    Only on an empty directory, and only from the server, where nobody could have signed in yet. Returns the actor in
    the new body's name, for what the rooms above add, and the person. Raises `AlreadyFounded`, and whatever
    `add_body` and `add_person` raise.
    """
    actor = system_actor("cli.site", body_id=command.body.id, realm=command.body.realm)
    with scope(actor):
        if Body.objects.exists():
            raise AlreadyFounded
        body = add_body(actor, command.body)
        unit = Unit.objects.get(body=body)
        person = add_person(actor, command.person)
        for number, (role, ar, en) in enumerate(FIRST_POSTS):
            post = add_post(actor, AddPost(unit_id=unit.pk, ar=ar, en=en, role=role, valid_from=body.valid_from))
            appoint(
                actor,
                Appoint(person_id=person.pk, post_id=post.pk, valid_from=body.valid_from, is_primary=number == 0),
            )
    return actor, person
