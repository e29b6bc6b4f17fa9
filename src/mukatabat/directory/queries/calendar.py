# SPDX-License-Identifier: EUPL-1.2
"""The Hijri date of a day as its month was announced, and what an announcement would change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mukatabat.directory.authority import require_operator
from mukatabat.directory.models import HijriAdjustment
from mukatabat.kernel.calendar import LONGEST_MONTH, HijriDate, announced, hijri, month_begins, month_on
from mukatabat.tenancy.rules import Actor

MONTHS_AHEAD = 5
MONTHS_SHOWN = 24
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """A Gregorian day whose Hijri date an announcement changes: as it stands now, and as it would."""

    day: date
    before: HijriDate
    after: HijriDate


def hijri_on(realm: str, day: date) -> HijriDate:
    """Return the Hijri date of a day as it stands in a realm: the table's, as its months were announced.

    For what is printed or registered now. What was issued or registered carries its own date.
    """
    return announced(day, hijri_shifts(realm, day))


def hijri_shifts(realm: str, day: date) -> list[tuple[date, int]]:
    """Return the standing announcements of a realm that reach a day's month or a neighbour of it, the newest first."""
    last = day + LONGEST_MONTH * _DAY
    standing = HijriAdjustment.objects.filter(realm=realm, valid_from__lte=last, withdrawn_at__isnull=True)
    # One for a month at most: four reach back beyond the month before.
    return list(standing.order_by("-valid_from").values_list("valid_from", "days")[:4])


def months_offered(today: date) -> list[tuple[int, int]]:
    """List the Hijri months that may be announced on a day, year and month: the present one and the next five."""
    present = hijri(today)
    return [month_on(present.year, present.month, count) for count in range(MONTHS_AHEAD + 1)]


def months_announced(actor: Actor) -> list[HijriAdjustment]:
    """List the standing announcements of the actor's realm, the newest first; raises `NotInDirectory`."""
    require_operator(actor, actor.realm)
    standing = HijriAdjustment.objects.filter(realm=actor.realm, withdrawn_at__isnull=True)
    return list(standing.order_by("-valid_from")[:MONTHS_SHOWN])


def dates_moved(realm: str, year: int, month: int, days: int) -> list[Moved]:
    """List the days whose Hijri date would change if a month began so many days off the table.

    They end with the month after, where the same shift goes on until the next announcement.
    """
    begins = month_begins(year, month)
    now = hijri_shifts(realm, begins + LONGEST_MONTH * _DAY)
    then = [*(one for one in now if one[0] != begins), (begins, days)]
    found = []
    for count in range(-2, LONGEST_MONTH + 2):
        day = begins + count * _DAY
        before, after = announced(day, now), announced(day, then)
        if before != after:
            found.append(Moved(day, before, after))
    return found
