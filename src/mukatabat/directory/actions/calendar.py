# SPDX-License-Identifier: EUPL-1.2
"""The Hijri calendar as it is announced: on which day a month begins, and by whose word."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import ONE_DAY, insert
from mukatabat.directory.authority import locked_body
from mukatabat.directory.errors import AdjustmentTooLarge, AnnouncementMissing, MonthOfWrongLength, NoSuchHijriMonth
from mukatabat.directory.models import HijriAdjustment
from mukatabat.directory.queries.calendar import hijri_shifts, months_offered
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import (
    LARGEST_ADJUSTMENT,
    LONGEST_MONTH,
    SHORTEST_MONTH,
    OutsideHijriTable,
    month_begins,
    month_on,
    shift_of,
)
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

ANNOUNCEMENT_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceMonth:
    """A Hijri month begins a day before the table (`days` 1), with it (0) or a day after it (-1); and who said so."""

    year: int
    month: int
    days: int
    announcement: str


def announceable(realm: str, command: AnnounceMonth) -> str:
    """Return the announcement, cleaned, if the month may begin on that day; it replaces an earlier one of the month.

    Raises `AdjustmentTooLarge`, `NoSuchHijriMonth`, `AnnouncementMissing`, or `MonthOfWrongLength`: this month and the
    one before keep 29 or 30 days.
    """
    if abs(command.days) > LARGEST_ADJUSTMENT:
        raise AdjustmentTooLarge
    if (command.year, command.month) not in months_offered(clock.today()):
        raise NoSuchHijriMonth
    said = clean_line(command.announcement, ANNOUNCEMENT_LIMIT)
    if not said:
        raise AnnouncementMissing
    for length in _lengths(realm, command):
        if not SHORTEST_MONTH <= length <= LONGEST_MONTH:
            raise MonthOfWrongLength(days=length)
    return said


def enter_month(actor: Actor, command: AnnounceMonth, **decided: str) -> HijriAdjustment:
    """Enter an announcement whose authority the caller has checked; ``decided`` goes into the trail beside it.

    Numbers given and letters issued keep their dates. Raises as `announceable`.
    """
    with scope(actor):
        locked_body(actor.body_id)
        said = announceable(actor.realm, command)
        begins = month_begins(command.year, command.month)
        standing = HijriAdjustment.objects.select_for_update().filter(realm=actor.realm, withdrawn_at__isnull=True)
        for former in standing.filter(valid_from=begins):
            former.withdrawn_at = clock.now()
            former.save(update_fields=["withdrawn_at"])
            _note(actor, "directory.hijri-adjustment-withdrawn", former)
        added = HijriAdjustment(valid_from=begins, days=command.days, announcement=said, realm=actor.realm)
        insert(added, taken=str(begins))
        _note(actor, "directory.hijri-adjusted", added, **decided)
    return added


def _lengths(realm: str, command: AnnounceMonth) -> list[int]:
    """How many days the month before and the month itself would have."""
    begins = month_begins(command.year, command.month)
    kept = [one for one in hijri_shifts(realm, begins + LONGEST_MONTH * ONE_DAY) if one[0] != begins]
    shifts = [*kept, (begins, command.days)]
    firsts = []
    for count in (-1, 0, 1):
        try:
            table = month_begins(*month_on(command.year, command.month, count))
        except OutsideHijriTable as error:
            raise NoSuchHijriMonth from error
        firsts.append(table - shift_of(table, shifts) * ONE_DAY)
    return [(later - earlier).days for earlier, later in pairwise(firsts)]


def _note(actor: Actor, act: str, adjustment: HijriAdjustment, **decided: str) -> None:
    detail: dict[str, object] = {
        "valid_from": str(adjustment.valid_from), "days": adjustment.days, "announcement": adjustment.announcement,
    }  # fmt: skip
    record(actor, act=act, object_kind="hijri", object_id=adjustment.pk, detail=detail | decided)
