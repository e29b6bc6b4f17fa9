# SPDX-License-Identifier: EUPL-1.2
"""What only the server can begin: the first body with its operator, and a body's first administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from mukatabat.directory.actions.bodies import AddBody, add_body
from mukatabat.directory.actions.people import AddPerson, Appoint, add_person, appoint
from mukatabat.directory.actions.structure import AddPost, add_post
from mukatabat.directory.authority import locked_body
from mukatabat.directory.errors import AlreadyFounded, NotInDirectory, StaffNumberOfAnother
from mukatabat.directory.models import Appointment, Body, Person, effective
from mukatabat.directory.queries import registry_unit
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel.arabic import fold, latin_digits
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, ActorKind, system_actor

OPERATOR: Final = (PostRole.OPERATOR, "مشغل المنظومة المركزي", "Central Operator")
ADMINISTRATOR: Final = (PostRole.ADMINISTRATOR, "مسؤول النظام في الجهة", "Body Administrator")
FIRST_POSTS: Final = (OPERATOR, ADMINISTRATOR)
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
        person = add_person(actor, command.person)
        for number, post in enumerate(FIRST_POSTS):
            _appoint(actor, person, post, since=body.valid_from, is_primary=number == 0)
    return actor, person


def appoint_administrator(actor: Actor, command: AddPerson) -> Person:
    """Make a person of the actor's body an administrator of it; one transaction.

    Only from the server, and a part of `access.actions.found_administrator`, which asks first whether the body needs
    one. The person is added unless somebody of that staff number works there, who must bear the same two names: else
    a slip of one digit would give the power to somebody else. The post is the registry's, made once for all of them.
    Raises `NotInDirectory` (also for anybody but the server), `StaffNumberOfAnother`, `AlreadyThere` (the person is an
    administrator), and whatever `add_person` raises.
    """
    if actor.kind is not ActorKind.SYSTEM:
        raise NotInDirectory
    with scope(actor):
        locked_body(actor.body_id)
        staff_number = latin_digits(command.staff_number.strip())
        working = Person.objects.filter(effective(command.valid_from), body_id=actor.body_id)
        known = working.filter(staff_number=staff_number).first()
        if known is not None and not _same_names(known, command):
            raise StaffNumberOfAnother(value=staff_number)
        person = known or add_person(actor, command)
        first = not Appointment.objects.filter(person=person, is_primary=True, valid_to__isnull=True).exists()
        _appoint(actor, person, ADMINISTRATOR, since=command.valid_from, is_primary=first)
    return person


def _same_names(known: Person, command: AddPerson) -> bool:
    """Whether both names are the person's, however they are spelled."""
    return (fold(known.ar), fold(known.en)) == (fold(command.ar), fold(command.en))


def _appoint(actor: Actor, person: Person, kind: tuple[PostRole, str, str], *, since: date, is_primary: bool) -> None:
    """Appoint to the post of that kind in the body's registry, which is made where it is missing."""
    role, ar, en = kind
    unit = registry_unit(actor.body_id, since)
    post = unit.posts.filter(effective(since), ar=ar, role=role).first()
    if post is None:
        post = add_post(actor, AddPost(unit_id=unit.pk, ar=ar, en=en, role=role, valid_from=since))
    appoint(actor, Appoint(person_id=person.pk, post_id=post.pk, valid_from=since, is_primary=is_primary))
