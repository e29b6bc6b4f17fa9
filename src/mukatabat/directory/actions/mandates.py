# SPDX-License-Identifier: EUPL-1.2
"""The instruments that let people sign: recorded with their number and date, revoked at once and visibly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import ordered
from mukatabat.directory.actions.people import person_of, post_of
from mukatabat.directory.authority import locked_body, require_administrator
from mukatabat.directory.errors import (
    AlreadyEnded,
    MandateWithoutEnd,
    NameMissing,
    NotHolder,
    NotInDirectory,
    OwnMandate,
    SecondPersonNeeded,
)
from mukatabat.directory.models import Appointment, Mandate, Person
from mukatabat.directory.rules import OPEN_ENDED
from mukatabat.directory.vocabulary import Level, MandateKind
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, ActorKind


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantMandate:
    """An instrument as it was issued: whose power (the post), who may use it, for what, from when to when."""

    person_id: UUID
    post_id: UUID
    kind: MandateKind
    instrument_number: str
    instrument_date: date
    valid_from: date
    valid_to: date | None = None
    letter_types: tuple[str, ...] = ()
    highest_level: Level = Level.MINISTER
    may_sign: bool = True
    may_refer: bool = False
    may_see_confidential: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeMandate:
    """Ends an instrument now, whatever its last day."""

    mandate_id: UUID
    reason: str


def grant_mandate(actor: Actor, command: GrantMandate) -> Mandate:
    """Record an instrument without a second person, as our own jobs and the server's command line may.

    A person proposes it instead (`changes.propose_mandate`): raises `SecondPersonNeeded`, or as `grantable`.
    """
    with scope(actor):
        grantable(actor, command)
        if actor.kind is ActorKind.PERSON:
            raise SecondPersonNeeded
        return enter_mandate(actor, command)


def grantable(actor: Actor, command: GrantMandate) -> str:
    """Return the instrument's number, cleaned, if the actor may ask for it to be recorded.

    Nobody asks for themselves; only the post's own mandate goes on without a last day, and it needs the post. Raises
    `NotInDirectory`, `OwnMandate`, `MandateWithoutEnd`, `NotHolder`, `PeriodBackwards` or `NameMissing` (no number).
    """
    body_id = require_administrator(actor)
    number = _allowed(actor, command)
    person = person_of(body_id, command.person_id)
    post_of(body_id, command.post_id, command.valid_from)
    if command.kind is MandateKind.POST and not _holds_throughout(person, command):
        raise NotHolder
    return number


def enter_mandate(actor: Actor, command: GrantMandate, **decided: str) -> Mandate:
    """Enter an instrument whose authority the caller has checked; ``decided`` goes into the trail beside it.

    Raises as `grantable`, because the directory may have changed since it was proposed.
    """
    with scope(actor):
        body_id = actor.body_id
        locked_body(body_id)
        number = _allowed(actor, command)
        person = person_of(body_id, command.person_id)
        post = post_of(body_id, command.post_id, command.valid_from)
        if command.kind is MandateKind.POST and not _holds_throughout(person, command):
            raise NotHolder
        granted = Mandate.objects.create(
            person=person,
            body_id=body_id,
            post=post,
            kind=command.kind,
            instrument_number=number,
            instrument_date=command.instrument_date,
            valid_from=command.valid_from,
            valid_to=command.valid_to,
            letter_types=sorted(set(command.letter_types)),
            highest_level=command.highest_level.value,
            may_sign=command.may_sign,
            may_refer=command.may_refer,
            may_see_confidential=command.may_see_confidential,
        )
        record(
            actor,
            act="directory.mandate-granted",
            object_kind="mandate",
            object_id=granted.pk,
            detail={**_told(granted), **decided},
        )
    return granted


def revoke_mandate(actor: Actor, command: RevokeMandate) -> Mandate:
    """Revoke an instrument of the actor's body at once; the row stays, with who and when.

    Raises `NotInDirectory` (also where a job without a person behind it asks) or `AlreadyEnded`.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        rows = Mandate.objects.select_for_update(of=("self",))
        revoked = rows.filter(pk=command.mandate_id, body_id=body_id).first()
        if revoked is None or actor.person_id is None:
            raise NotInDirectory
        if revoked.revoked_at is not None:
            raise AlreadyEnded
        revoked.revoked_at = clock.now()
        revoked.revoked_by_id = actor.person_id
        revoked.save(update_fields=["revoked_at", "revoked_by"])
        record(
            actor,
            act="directory.mandate-revoked",
            object_kind="mandate",
            object_id=revoked.pk,
            detail={**_told(revoked), "reason": clean_line(command.reason, 200)},
        )
    return revoked


def _allowed(actor: Actor, command: GrantMandate) -> str:
    """Return the instrument's number, cleaned, if the command is one that can be recorded at all."""
    if command.person_id == actor.person_id:
        raise OwnMandate
    number = clean_line(command.instrument_number, 60)
    if not number:
        raise NameMissing
    if command.valid_to is None and command.kind not in OPEN_ENDED:
        raise MandateWithoutEnd
    ordered(command.valid_from, command.valid_to)
    return number


def _holds_throughout(person: Person, command: GrantMandate) -> bool:
    held = Appointment.objects.filter(person=person, post_id=command.post_id, valid_from__lte=command.valid_from)
    if command.valid_to is None:
        return held.filter(valid_to__isnull=True).exists()
    return held.exclude(valid_to__lt=command.valid_to).exists()


def _told(mandate: Mandate) -> dict[str, object]:
    return {
        "person": str(mandate.person_id),
        "post": str(mandate.post_id),
        "kind": str(mandate.kind),
        "instrument": mandate.instrument_number,
        "from": str(mandate.valid_from),
        "to": str(mandate.valid_to) if mandate.valid_to else None,
        "letter_types": list(mandate.letter_types),
        "highest_level": mandate.highest_level,
        "may_sign": mandate.may_sign,
    }
