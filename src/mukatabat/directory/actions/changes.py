# SPDX-License-Identifier: EUPL-1.2
"""Changes that need two persons (ADR 0012): one proposes, another confirms, and neither gains by it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from mukatabat.audit.actions import record
from mukatabat.directory.actions.calendar import AnnounceMonth, announceable, enter_month
from mukatabat.directory.actions.mandates import GrantMandate, enter_mandate, grantable
from mukatabat.directory.actions.people import Appoint, appointable, enter_appointment, person_of
from mukatabat.directory.authority import (
    locked_body,
    require_administrator,
    require_operator,
    require_second_person,
)
from mukatabat.directory.errors import (
    ChangeDecided,
    NameMissing,
    NotInDirectory,
    OwnGain,
    OwnProposal,
    ProposerGone,
    bar_error,
)
from mukatabat.directory.models import Appointment, Change, Decision, effective
from mukatabat.directory.rules import CHANGE_LIFE, ChangeFacts, bar_to_confirming
from mukatabat.directory.vocabulary import ChangeKind, Level, MandateKind, PostRole, Verdict
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

REASON_LIMIT = 200


def propose_appointment(actor: Actor, command: Appoint, reason: str) -> Change:
    """Propose to appoint a person to a post of power; raises as `people.appointable`, or `NameMissing` (no reason)."""
    with scope(actor):
        appointable(actor, command)
        return propose(
            actor, ChangeKind.APPOINTMENT, person_id=command.person_id, content=frozen(command), reason=reason
        )


def propose_mandate(actor: Actor, command: GrantMandate, reason: str) -> Change:
    """Propose to record an instrument; raises as `mandates.grantable`, or `NameMissing` (no reason)."""
    with scope(actor):
        grantable(actor, command)
        return propose(actor, ChangeKind.MANDATE, person_id=command.person_id, content=frozen(command), reason=reason)


def propose(actor: Actor, kind: ChangeKind, *, person_id: UUID, content: dict[str, Any], reason: str) -> Change:
    """Keep a proposal of the actor's body for a second person; ``content`` is plain JSON and never changes again.

    Raises `NotInDirectory`, `OwnGain` (it is for the actor) or `NameMissing` (no reason).
    """
    with scope(actor):
        body_id = require_administrator(actor)
        if person_id == actor.person_id:
            raise OwnGain
        person_of(body_id, person_id)
        return _keep(actor, kind, person_id=person_id, content=content, reason=reason)


def propose_month(actor: Actor, command: AnnounceMonth) -> Change:
    """Propose when a Hijri month begins, for the operator's realm; the announcement is its reason.

    Raises `NotInDirectory`, or as `calendar.announceable`.
    """
    with scope(actor):
        require_operator(actor, actor.realm)
        said = announceable(actor.realm, command)
        return _keep(actor, ChangeKind.CALENDAR, person_id=None, content=asdict(command), reason=said)


def _keep(actor: Actor, kind: ChangeKind, *, person_id: UUID | None, content: dict[str, Any], reason: str) -> Change:
    said = clean_line(reason, REASON_LIMIT)
    if actor.person_id is None:
        raise NotInDirectory
    if not said:
        raise NameMissing
    now = clock.now()
    change = Change.objects.create(
        kind=kind.value,
        person_id=person_id,
        content=content,
        reason=said,
        proposed_by=actor.person_id,
        proposed_at=now,
        expires_at=now + CHANGE_LIFE,
    )
    record(
        actor,
        act="directory.change-proposed",
        object_kind="change",
        object_id=change.pk,
        detail={"kind": kind.value, **_for_whom(change), "reason": said, "content": content},
    )
    return change


def _for_whom(change: Change) -> dict[str, str]:
    return {"person": str(change.person_id)} if change.person_id else {}


def confirm(actor: Actor, change_id: UUID) -> Change:
    """Confirm a proposal of the actor's body as its second person, and carry out what belongs to the directory.

    1. The body's row is locked, so that confirmations of one body follow each other. 2. The rule says who may. 3. The
    proposer must still hold the post for it. 4. The decision is written: a second one is refused by the database.
    5. Appointment, mandate and month are entered, checked once more against what holds now. Raises `NotInDirectory`,
    `ChangeDecided`, `ChangeExpired`, `OwnProposal`, `OwnGain`, `ProposerGone`, or as the change's own use case.
    """
    with scope(actor):
        change = _found(change_id)
        decider = require_second_person(actor, change.kind)
        locked_body(actor.body_id)  # 1
        facts = ChangeFacts(
            proposed_by=change.proposed_by,
            person_id=change.person_id,
            expires_at=change.expires_at,
            decided=_is_decided(change),
        )
        bar = bar_to_confirming(facts, decider, clock.now())  # 2
        if bar is not None:
            raise bar_error(bar)
        if not _still_may(change, actor.body_id):  # 3
            raise ProposerGone
        _decide(actor, change, Verdict.CONFIRMED)  # 4
        _carry_out(actor, change)  # 5
    return change


def decline(actor: Actor, change_id: UUID, reason: str) -> Change:
    """End a proposal without carrying it out: its proposer takes it back, a second person declines it with a reason.

    Raises `NotInDirectory`, `ChangeDecided`, `OwnGain` or `NameMissing` (declined without a reason).
    """
    with scope(actor):
        change = _found(change_id)
        said = clean_line(reason, REASON_LIMIT)
        if change.proposed_by == actor.person_id:
            verdict = Verdict.WITHDRAWN
        else:
            decider = require_second_person(actor, change.kind)
            verdict = Verdict.DECLINED
            if decider == change.person_id:
                raise OwnGain
            if not said:
                raise NameMissing
        if _is_decided(change):
            raise ChangeDecided
        _decide(actor, change, verdict, said)
    return change


def _found(change_id: UUID) -> Change:
    change = Change.objects.filter(pk=change_id).first()
    if change is None:
        raise NotInDirectory
    return change


def _is_decided(change: Change) -> bool:
    return Decision.objects.filter(change=change).exists()


def _still_may(change: Change, body_id: UUID) -> bool:
    today = clock.today()
    role = PostRole.OPERATOR if change.kind == ChangeKind.CALENDAR else PostRole.ADMINISTRATOR
    held = Appointment.objects.filter(effective(today), effective(today, "post__"), effective(today, "person__"))
    return held.filter(person_id=change.proposed_by, post__body_id=body_id, post__role=role.value).exists()


def _decide(actor: Actor, change: Change, verdict: Verdict, reason: str = "") -> None:
    decider = actor.person
    if verdict is Verdict.CONFIRMED and decider == change.proposed_by:
        raise OwnProposal
    try:
        with transaction.atomic():
            Decision.objects.create(change=change, verdict=verdict.value, decided_by=decider, reason=reason)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise ChangeDecided from error
        raise
    record(
        actor,
        act=f"directory.change-{verdict.value}",
        object_kind="change",
        object_id=change.pk,
        detail={"kind": change.kind, **_for_whom(change), "by": str(change.proposed_by), "reason": reason},
    )


def _carry_out(actor: Actor, change: Change) -> None:
    decided = {"change": str(change.pk), "proposed_by": str(change.proposed_by)}
    if change.kind == ChangeKind.APPOINTMENT:
        enter_appointment(actor, thawed_appointment(change.content), **decided)
    elif change.kind == ChangeKind.MANDATE:
        enter_mandate(actor, thawed_mandate(change.content), **decided)
    elif change.kind == ChangeKind.CALENDAR:
        enter_month(actor, AnnounceMonth(**change.content), **decided)


# -- a command as plain JSON and back --------------------------------------------------------------------------------


def frozen(command: Appoint | GrantMandate) -> dict[str, Any]:
    """Give a command as JSON values: identifiers and dates as text."""
    return {name: _plain(value) for name, value in asdict(command).items()}


def _plain(value: object) -> object:
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    return value.value if isinstance(value, MandateKind | Level) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def thawed_appointment(content: dict[str, Any]) -> Appoint:
    """Give back the command that `frozen` kept."""
    return Appoint(
        person_id=UUID(content["person_id"]),
        post_id=UUID(content["post_id"]),
        valid_from=date.fromisoformat(content["valid_from"]),
        valid_to=_day(content["valid_to"]),
        is_primary=content["is_primary"],
    )


def thawed_mandate(content: dict[str, Any]) -> GrantMandate:
    """Give back the command that `frozen` kept."""
    return GrantMandate(
        person_id=UUID(content["person_id"]),
        post_id=UUID(content["post_id"]),
        kind=MandateKind(content["kind"]),
        instrument_number=content["instrument_number"],
        instrument_date=date.fromisoformat(content["instrument_date"]),
        valid_from=date.fromisoformat(content["valid_from"]),
        valid_to=_day(content["valid_to"]),
        letter_types=tuple(content["letter_types"]),
        highest_level=Level(content["highest_level"]),
        may_sign=content["may_sign"],
        may_refer=content["may_refer"],
        may_see_confidential=content["may_see_confidential"],
    )
