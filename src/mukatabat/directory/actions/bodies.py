# SPDX-License-Identifier: EUPL-1.2
"""The central operator adds, renames and closes bodies; old letters keep the names of their day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import ONE_DAY, insert, named, ordered, shaped
from mukatabat.directory.actions.people import email_of
from mukatabat.directory.authority import locked_body, require_administrator, require_operator
from mukatabat.directory.errors import AlreadyEnded, HoursBackwards, NameMissing, RenamedTooEarly, StillInUse
from mukatabat.directory.models import BODY_CODE_PATTERN, Body, BodyName, Unit
from mukatabat.directory.queries import body
from mukatabat.directory.vocabulary import BodyKind, Channel, LetterDigits, UnitKind
from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.text import clean_line, clean_text
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

REGISTRY_CODE = "REG"
REGISTRY_AR = "السجل العام"
REGISTRY_EN = "General Registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBody:
    """A new body from a day on; `parent_id` makes it a sub-body of one in the same realm."""

    id: UUID = field(default_factory=new_id)
    code: str
    ar: str
    en: str
    kind: BodyKind
    valid_from: date
    realm: Realm = Realm.LIVE
    parent_id: UUID | None = None
    channel: Channel = Channel.LOCAL
    letter_digits: LetterDigits = LetterDigits.ARAB
    letterhead_ar: str = ""
    letterhead_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameBody:
    """New names of a body from a day on."""

    body_id: UUID
    ar: str
    en: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseBody:
    """The last day of a body, and why."""

    body_id: UUID
    last_day: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateParticulars:
    """What the actor's body says of itself: on its letters from now on, and in the directory."""

    letterhead_ar: str
    letterhead_en: str
    letter_digits: LetterDigits
    phone: str = ""
    email: str = ""
    opens: time | None = None
    closes: time | None = None


def state_particulars(actor: Actor, command: StateParticulars) -> Body:
    """Set letterhead, digits, and the registry's contact and hours of the actor's body; issued letters keep theirs.

    Raises `NotInDirectory`, `NameMissing` (an empty letterhead), `EmailNotShaped`, `HoursBackwards`, or the refusals of
    `kernel.text`.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        stated = locked_body(body_id)
        heads = clean_text(command.letterhead_ar, 600), clean_text(command.letterhead_en, 600)
        if not all(heads):
            raise NameMissing
        if (command.opens is None) != (command.closes is None) or (
            command.opens and command.closes and command.opens >= command.closes
        ):
            raise HoursBackwards
        stated.letterhead_ar, stated.letterhead_en = heads
        stated.letter_digits = command.letter_digits.value
        stated.registry_phone = latin_digits(clean_line(command.phone, 24))
        stated.registry_email = email_of(command.email)
        stated.registry_opens, stated.registry_closes = command.opens, command.closes
        stated.save(update_fields=[
            "letterhead_ar", "letterhead_en", "letter_digits", "registry_phone", "registry_email", "registry_opens",
            "registry_closes",
        ])  # fmt: skip
        record(
            actor,
            act="directory.particulars-stated",
            object_kind="body",
            object_id=body_id,
            detail={"letter_digits": stated.letter_digits, "letterhead_ar": heads[0], "letterhead_en": heads[1]},
        )
    return stated


def add_body(actor: Actor, command: AddBody) -> Body:
    """Add a body with its first name and its registry, so that it can be addressed at once.

    Raises `NotInDirectory`, `CodeNotShaped`, `NameMissing` or `AlreadyThere` (the code is taken in that realm).
    """
    with scope(actor):
        require_operator(actor, command.realm)
        ar, en = named(command.ar, command.en)
        code = shaped(command.code, BODY_CODE_PATTERN)
        parent = body(command.parent_id) if command.parent_id else None
        if parent is not None:
            require_operator(actor, parent.realm)
        added = Body(
            id=command.id,
            code=code,
            realm=command.realm,
            kind=command.kind,
            parent=parent,
            channel=command.channel,
            letter_digits=command.letter_digits,
            letterhead_ar=command.letterhead_ar.strip() or f"دولة الكويت\n{ar}",
            letterhead_en=command.letterhead_en.strip() or f"State of Kuwait\n{en}",
            valid_from=command.valid_from,
        )
        insert(added, taken=code)
        BodyName.objects.create(body=added, ar=ar, en=en, valid_from=command.valid_from)
        _give_registry(added)
        record(
            actor,
            act="directory.body-added",
            object_kind="body",
            object_id=added.pk,
            detail={"code": code, "realm": str(command.realm), "ar": ar, "en": en, "from": str(command.valid_from)},
        )
    return added


def _give_registry(added: Body) -> None:
    Unit.objects.create(
        body=added,
        code=REGISTRY_CODE,
        ar=REGISTRY_AR,
        en=REGISTRY_EN,
        kind=UnitKind.REGISTRY,
        is_registry=True,
        valid_from=added.valid_from,
    )


def rename_body(actor: Actor, command: RenameBody) -> BodyName:
    """Give a body new names from a day on; the former names stay for the days before.

    Raises `NotInDirectory`, `NameMissing`, `AlreadyEnded` (a closed body) or `RenamedTooEarly`.
    """
    with scope(actor):
        renamed = locked_body(command.body_id)
        require_operator(actor, renamed.realm)
        ar, en = named(command.ar, command.en)
        if renamed.valid_to is not None and renamed.valid_to < command.valid_from:
            raise AlreadyEnded
        former = BodyName.objects.get(body=renamed, valid_to__isnull=True)
        if command.valid_from <= former.valid_from:
            raise RenamedTooEarly(begins=former.valid_from)
        former.valid_to = command.valid_from - ONE_DAY
        former.save(update_fields=["valid_to"])
        name = BodyName.objects.create(body=renamed, ar=ar, en=en, valid_from=command.valid_from)
        record(
            actor,
            act="directory.body-renamed",
            object_kind="body",
            object_id=renamed.pk,
            detail={"former_ar": former.ar, "ar": ar, "en": en, "from": str(command.valid_from)},
        )
    return name


def close_body(actor: Actor, command: CloseBody) -> Body:
    """End a body with a last day; from the next day on nobody addresses it, and its letters remain.

    Raises `NotInDirectory`, `AlreadyEnded`, `PeriodBackwards`, or `StillInUse` while sub-bodies go on after that day.
    """
    with scope(actor):
        closed = locked_body(command.body_id)
        require_operator(actor, closed.realm)
        if closed.valid_to is not None:
            raise AlreadyEnded
        ordered(closed.valid_from, command.last_day)
        going_on = closed.children.exclude(valid_to__lte=command.last_day).count()
        if going_on:
            raise StillInUse(count=going_on)
        closed.valid_to = command.last_day
        closed.save(update_fields=["valid_to"])
        record(
            actor,
            act="directory.body-closed",
            object_kind="body",
            object_id=closed.pk,
            detail={"code": closed.code, "last_day": str(command.last_day), "reason": command.reason.strip()},
        )
    return closed
