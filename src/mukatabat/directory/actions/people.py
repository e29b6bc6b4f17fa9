# SPDX-License-Identifier: EUPL-1.2
"""People of a body: who they are, and which posts they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import insert, named, ordered
from mukatabat.directory.authority import locked_body, require_administrator, require_operator
from mukatabat.directory.errors import (
    AlreadyEnded,
    EmailNotShaped,
    NameMissing,
    NotInDirectory,
    OwnAppointment,
    SecondPersonNeeded,
)
from mukatabat.directory.models import Appointment, Person, Post, effective
from mukatabat.directory.rules import POWER_ROLES
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, ActorKind

STAFF_NUMBER_LIMIT = 24
NAME_LIMIT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPerson:
    """A person who begins to work for the actor's body."""

    ar: str
    en: str
    staff_number: str
    valid_from: date
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint:
    """A person takes a post from a day on; the last day is empty until it is known."""

    person_id: UUID
    post_id: UUID
    valid_from: date
    valid_to: date | None = None
    is_primary: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAppointment:
    """The last day on which a person holds a post."""

    appointment_id: UUID
    last_day: date


def person_of(body_id: UUID, person_id: UUID) -> Person:
    """Return a person of a body; raises `NotInDirectory`."""
    found = Person.objects.filter(pk=person_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def post_of(body_id: UUID, post_id: UUID, on: date) -> Post:
    """Return a body's post that holds on a day; raises `NotInDirectory`."""
    found = Post.objects.filter(effective(on), pk=post_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def email_of(text: str) -> str:
    """Return an e-mail address trimmed, or the empty text for none; raises `EmailNotShaped`."""
    address = text.strip()
    if address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise EmailNotShaped(value=address) from error
    return address


def add_person(actor: Actor, command: AddPerson) -> Person:
    """Add a person to the actor's body.

    Raises `NotInDirectory`, `NameMissing` (also for an empty staff number), `EmailNotShaped`, the refusals of
    `kernel.text`, or `AlreadyThere` (the staff number is taken in this body).
    """
    with scope(actor):
        body_id = require_administrator(actor)
        ar, en = named(command.ar, command.en, NAME_LIMIT)
        staff_number = latin_digits(clean_line(command.staff_number, STAFF_NUMBER_LIMIT))
        if not staff_number:
            raise NameMissing
        added = Person(
            body_id=body_id,
            ar=ar,
            en=en,
            staff_number=staff_number,
            email=email_of(command.email),
            valid_from=command.valid_from,
        )
        insert(added, taken=staff_number)
        record(
            actor,
            act="directory.person-added",
            object_kind="person",
            object_id=added.pk,
            detail={"staff_number": staff_number, "ar": ar, "en": en},
        )
    return added


def appoint(actor: Actor, command: Appoint) -> Appointment:
    """Appoint a person of the actor's body to one of its posts.

    Raises `NotInDirectory`, `PeriodBackwards`, `OwnAppointment`, `SecondPersonNeeded` (a post of power: see
    `changes.propose_appointment`), or `AlreadyThere` (the person holds the post, or has another open primary
    appointment). Our own jobs and the command line of the server need no second person.
    """
    with scope(actor):
        post = appointable(actor, command)
        if actor.kind is ActorKind.PERSON and post.role in POWER_ROLES:
            raise SecondPersonNeeded
        return enter_appointment(actor, command)


def appointable(actor: Actor, command: Appoint) -> Post:
    """Return the post of an appointment that the actor may ask for; the operator's is filled by an operator alone.

    Raises `NotInDirectory`, `PeriodBackwards` or `OwnAppointment`.
    """
    body_id = require_administrator(actor)
    ordered(command.valid_from, command.valid_to)
    if command.person_id == actor.person_id:
        raise OwnAppointment
    person_of(body_id, command.person_id)
    post = post_of(body_id, command.post_id, command.valid_from)
    if post.role == PostRole.OPERATOR:
        require_operator(actor, actor.realm)
    return post


def enter_appointment(actor: Actor, command: Appoint, **decided: str) -> Appointment:
    """Enter an appointment whose authority the caller has checked; ``decided`` goes into the trail beside it.

    Raises `NotInDirectory` or `AlreadyThere`.
    """
    with scope(actor):
        locked_body(actor.body_id)
        person = person_of(actor.body_id, command.person_id)
        post = post_of(actor.body_id, command.post_id, command.valid_from)
        added = Appointment(
            person=person,
            post=post,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            is_primary=command.is_primary,
        )
        insert(added, taken=person.ar)
        detail = {"person": str(person.pk), "post": str(post.pk), "role": post.role, "from": str(command.valid_from)}
        record(
            actor,
            act="directory.person-appointed",
            object_kind="appointment",
            object_id=added.pk,
            detail={**detail, **decided},
        )
    return added


def end_appointment(actor: Actor, command: EndAppointment) -> Appointment:
    """End an appointment with a last day.

    Raises `NotInDirectory`, `AlreadyEnded` (it ends on or before that day already) or `PeriodBackwards`.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        rows = Appointment.objects.select_for_update(of=("self",))
        ended = rows.filter(pk=command.appointment_id, post__body_id=body_id).first()
        if ended is None:
            raise NotInDirectory
        if ended.valid_to is not None and ended.valid_to <= command.last_day:
            raise AlreadyEnded
        ordered(ended.valid_from, command.last_day)
        ended.valid_to = command.last_day
        ended.save(update_fields=["valid_to"])
        record(
            actor,
            act="directory.appointment-ended",
            object_kind="appointment",
            object_id=ended.pk,
            detail={"person": str(ended.person_id), "post": str(ended.post_id), "last_day": str(command.last_day)},
        )
    return ended
