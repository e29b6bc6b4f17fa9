# SPDX-License-Identifier: EUPL-1.2
"""Units and posts of a body, and the State's holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import insert, named, shaped
from mukatabat.directory.authority import locked_body, require_administrator, require_operator
from mukatabat.directory.errors import AlreadyEnded, AlreadyThere, NotInDirectory
from mukatabat.directory.models import UNIT_CODE_PATTERN, Holiday, Post, Unit, effective
from mukatabat.directory.vocabulary import Honorific, Level, PostRole, UnitKind
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUnit:
    """A new unit of the actor's body from a day on."""

    code: str
    ar: str
    en: str
    kind: UnitKind
    valid_from: date
    parent_id: UUID | None = None
    is_registry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPost:
    """A new post in a unit of the actor's body from a day on."""

    unit_id: UUID
    ar: str
    en: str
    role: PostRole
    valid_from: date
    honorific: Honorific = Honorific.SAYYID
    level: Level = Level.STAFF
    receives_letters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AddHoliday:
    """A day without work, as the Cabinet announced it, in the actor's realm."""

    on: date
    ar: str
    en: str


def unit_of(body_id: UUID, unit_id: UUID, on: date) -> Unit:
    """Return a body's unit that holds on a day; raises `NotInDirectory`."""
    found = Unit.objects.filter(effective(on), pk=unit_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def add_unit(actor: Actor, command: AddUnit) -> Unit:
    """Add a unit to the actor's body.

    Raises `NotInDirectory` (no right, or no such parent), `CodeNotShaped`, `NameMissing` or `AlreadyThere`.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        locked_body(body_id)
        ar, en = named(command.ar, command.en)
        parent = unit_of(body_id, command.parent_id, command.valid_from) if command.parent_id else None
        added = Unit(
            body_id=body_id,
            parent=parent,
            code=shaped(command.code, UNIT_CODE_PATTERN),
            ar=ar,
            en=en,
            kind=command.kind,
            is_registry=command.is_registry,
            valid_from=command.valid_from,
        )
        insert(added, taken=added.code)
        record(
            actor,
            act="directory.unit-added",
            object_kind="unit",
            object_id=added.pk,
            detail={"code": added.code, "ar": ar, "en": en, "registry": command.is_registry},
        )
    return added


def add_post(actor: Actor, command: AddPost) -> Post:
    """Add a post to a unit of the actor's body; a title stands once in a unit at a time.

    Raises `NotInDirectory` (no right, or no such unit), `NameMissing` or `AlreadyThere`. The central operator's post is
    made by an operator alone, because it reaches beyond the body.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        locked_body(body_id)
        if command.role is PostRole.OPERATOR:
            require_operator(actor, actor.realm)
        ar, en = named(command.ar, command.en)
        unit = unit_of(body_id, command.unit_id, command.valid_from)
        if unit.posts.filter(effective(command.valid_from), ar=ar).exists():
            raise AlreadyThere(value=ar)
        added = Post.objects.create(
            body_id=body_id,
            unit=unit,
            ar=ar,
            en=en,
            role=command.role,
            honorific=command.honorific,
            level=command.level.value,
            receives_letters=command.receives_letters,
            valid_from=command.valid_from,
        )
        record(
            actor,
            act="directory.post-added",
            object_kind="post",
            object_id=added.pk,
            detail={"unit": unit.code, "ar": ar, "en": en, "role": str(command.role), "level": added.level},
        )
    return added


def add_holiday(actor: Actor, command: AddHoliday) -> Holiday:
    """Record a holiday of the actor's realm; raises `NotInDirectory`, `NameMissing` or `AlreadyThere`."""
    with scope(actor):
        require_operator(actor, actor.realm)
        ar, en = named(command.ar, command.en, 120)
        added = Holiday(on=command.on, ar=ar, en=en, realm=actor.realm)
        insert(added, taken=str(command.on))
        record(
            actor,
            act="directory.holiday-added",
            object_kind="holiday",
            object_id=added.pk,
            detail={"on": str(command.on), "ar": ar, "en": en},
        )
    return added


def withdraw_holiday(actor: Actor, holiday_id: UUID) -> Holiday:
    """Take an announced holiday of the actor's realm back; the row stays. Raises `NotInDirectory` or `AlreadyEnded`."""
    with scope(actor):
        require_operator(actor, actor.realm)
        withdrawn = Holiday.objects.select_for_update().filter(pk=holiday_id, realm=actor.realm).first()
        if withdrawn is None:
            raise NotInDirectory
        if withdrawn.withdrawn_at is not None:
            raise AlreadyEnded
        withdrawn.withdrawn_at = clock.now()
        withdrawn.save(update_fields=["withdrawn_at"])
        record(
            actor,
            act="directory.holiday-withdrawn",
            object_kind="holiday",
            object_id=withdrawn.pk,
            detail={"on": str(withdrawn.on), "ar": withdrawn.ar, "en": withdrawn.en},
        )
    return withdrawn
