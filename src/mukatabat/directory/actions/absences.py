# SPDX-License-Identifier: EUPL-1.2
"""Leave: when a person is away, who sees the tray meanwhile, and the return before the last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import ONE_DAY, ordered
from mukatabat.directory.actions.people import person_of
from mukatabat.directory.authority import require_absence_of
from mukatabat.directory.errors import AlreadyEnded, NotInDirectory, OwnDeputy
from mukatabat.directory.models import Absence
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

REASON_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAbsence:
    """A person is away; the deputy sees the tray and gets no signature by it."""

    person_id: UUID
    starts: date
    ends: date
    deputy_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAbsence:
    """The first day on which a person is at work again."""

    absence_id: UUID
    back_on: date


def record_absence(actor: Actor, command: RecordAbsence) -> Absence:
    """Record that a person of the actor's body is away; people record their own leave, heads that of their unit.

    An administrator records anyone's. Raises `NotInDirectory` (also for a deputy of another body), `OwnDeputy` or
    `PeriodBackwards`. The reason stays in the directory and out of the audit trail.
    """
    with scope(actor):
        person = person_of(actor.body_id, command.person_id)
        require_absence_of(actor, person.pk)
        if actor.person_id not in {None, command.person_id} and actor.person_id == command.deputy_id:
            raise OwnDeputy
        ordered(command.starts, command.ends)
        deputy = person_of(actor.body_id, command.deputy_id) if command.deputy_id else None
        if deputy == person:
            raise NotInDirectory
        absence = Absence.objects.create(
            person=person,
            starts=command.starts,
            ends=command.ends,
            deputy=deputy,
            reason=clean_line(command.reason, REASON_LIMIT),
        )
        _note(actor, "directory.absence-recorded", absence)
    return absence


def end_absence(actor: Actor, command: EndAbsence) -> Absence:
    """End a leave early, or withdraw one that would not begin; the days that passed stay on record.

    Raises `NotInDirectory` (also where the actor may not record that person's leave) or `AlreadyEnded`: it was over, or
    withdrawn, or the day lies after its last one.
    """
    with scope(actor):
        rows = Absence.objects.select_for_update(of=("self",)).filter(person__body_id=actor.body_id)
        ended = rows.filter(pk=command.absence_id).first()
        if ended is None:
            raise NotInDirectory
        require_absence_of(actor, ended.person_id)
        last = max(command.back_on, clock.today()) - ONE_DAY  # no day that has passed is taken back
        if ended.withdrawn_at is not None or ended.ends <= last:
            raise AlreadyEnded
        if last < ended.starts:
            ended.withdrawn_at = clock.now()
        else:
            ended.ends = last
        ended.save(update_fields=["ends", "withdrawn_at"])
        _note(actor, "directory.absence-ended", ended)
    return ended


def _note(actor: Actor, act: str, absence: Absence) -> None:
    record(
        actor,
        act=act,
        object_kind="person",
        object_id=absence.person_id,
        detail={
            "starts": str(absence.starts),
            "ends": str(absence.ends),
            "deputy": str(absence.deputy_id) if absence.deputy_id else None,
            "withdrawn": absence.withdrawn_at is not None,
        },
    )
