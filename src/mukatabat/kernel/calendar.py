# SPDX-License-Identifier: EUPL-1.2
"""Days: the Hijri date that stands beside the Gregorian one, names of months and days, and working days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _
from hijridate import Gregorian, Hijri

from mukatabat.kernel.errors import KernelError
from mukatabat.kernel.language import spoken

# Indexed by month - 1.
HIJRI_MONTHS_AR = (
    "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة",
    "رجب", "شعبان", "رمضان", "شوال", "ذو القعدة", "ذو الحجة",
)  # fmt: skip
HIJRI_MONTHS_EN = (
    "Muharram", "Safar", "Rabi al-Awwal", "Rabi al-Thani", "Jumada al-Ula", "Jumada al-Akhirah",
    "Rajab", "Shaban", "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah",
)  # fmt: skip
# Indexed by date.weekday(): Monday is 0. The week is shown from Sunday; see WEEK.
WEEKDAYS_AR = ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")
WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
WEEK = (SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY)
WEEKEND = frozenset({FRIDAY, SATURDAY})

LARGEST_ADJUSTMENT = 1
SHORTEST_MONTH, LONGEST_MONTH = 29, 30
_DAY = timedelta(days=1)


class OutsideHijriTable(KernelError):
    """A day lies before 1343 or after 1500 AH, where the Umm al-Qura table ends."""

    code = "kernel.outside-hijri-table"
    happened = _("There is no Hijri date on record for %(day)s.")
    safe = _("The Gregorian date is kept as it is.")
    do = _("Check the year. The table runs from August 1924 to November 2077.")


@dataclass(frozen=True, slots=True, order=True)
class HijriDate:
    """A day of the Hijri calendar; month and day count from 1."""

    year: int
    month: int
    day: int

    @property
    def month_ar(self) -> str:
        """The month's Arabic name."""
        return HIJRI_MONTHS_AR[self.month - 1]

    @property
    def month_en(self) -> str:
        """The month's English name."""
        return HIJRI_MONTHS_EN[self.month - 1]

    def __str__(self) -> str:
        """Write year-month-day in ASCII, `1448-06-12`, for storage."""
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @classmethod
    def parse(cls, text: str) -> HijriDate:
        """Read back what `str` wrote; anything else raises ValueError."""
        year, month, day = (int(part) for part in text.split("-"))
        if not (1 <= month <= 12 and 1 <= day <= 30):
            raise ValueError(f"not a Hijri date: {text!r}")
        return cls(year, month, day)


def hijri(day: date, adjustment: int = 0) -> HijriDate:
    """Convert a Gregorian day by the Umm al-Qura table, 1343 to 1500 AH.

    `adjustment` is -1, 0 or 1 day: the sighting announced in Kuwait may differ from the table. The result is stored
    with the letter, so that a later change of the adjustment does not change it. Any other adjustment raises
    ValueError; a day outside the table raises OutsideHijriTable.
    """
    if abs(adjustment) > LARGEST_ADJUSTMENT:
        raise ValueError(f"a Hijri date moves by one day at most, not {adjustment}")
    try:
        moved = day + adjustment * _DAY
        found = Gregorian(moved.year, moved.month, moved.day).to_hijri()
    except OverflowError as error:
        raise OutsideHijriTable(day=day.isoformat()) from error
    return HijriDate(found.year, found.month, found.day)


def month_begins(year: int, month: int) -> date:
    """Return the Gregorian day on which the table begins a Hijri month; outside the table raises OutsideHijriTable."""
    try:
        return Hijri(year, month, 1).to_gregorian()
    except (OverflowError, ValueError) as error:
        raise OutsideHijriTable(day=f"{year:04d}-{month:02d}") from error


def month_on(year: int, month: int, count: int) -> tuple[int, int]:
    """Return the year and month so many months after (or, below zero, before) a Hijri month."""
    years, months = divmod(year * 12 + month - 1 + count, 12)
    return years, months + 1


def month_name(year: int, month: int) -> str:
    """Name a Hijri month and its year in the reader's language, with ASCII digits."""
    return spoken(f"{HIJRI_MONTHS_AR[month - 1]} {year} هـ", f"{HIJRI_MONTHS_EN[month - 1]} {year} AH")


def announced(day: date, shifts: Sequence[tuple[date, int]]) -> HijriDate:
    """Convert a Gregorian day by the table and by what was announced of its months.

    A shift is the day on which the table begins a month, and by how many days (-1, 0 or 1, as in `hijri`) this month
    and those after it stand off the table, until the next shift. A month that begins a day late gives the one before
    it a thirtieth day. Raises OutsideHijriTable.

    1. The month is the table's of that day, or a neighbour. 2. Of these the last one that has begun. 3. Its days count
    from there.
    """
    middle = hijri(day)
    for count in (1, 0, -1):  # 1
        year, month = month_on(middle.year, middle.month, count)
        try:
            begins = month_begins(year, month)
        except OutsideHijriTable:
            if count:
                continue
            raise
        begins -= shift_of(begins, shifts) * _DAY
        if begins <= day:  # 2
            return HijriDate(year, month, (day - begins).days + 1)  # 3
    return middle


def shift_of(begins: date, shifts: Sequence[tuple[date, int]]) -> int:
    """Return by how many days a month stands off the table that begins it on a day; see `announced`."""
    standing = [(since, days) for since, days in shifts if since <= begins]
    return max(standing)[1] if standing else 0


def weekday(day: date, language: str) -> str:
    """Name the day of the week."""
    return (WEEKDAYS_AR if language.startswith("ar") else WEEKDAYS_EN)[day.weekday()]


def is_working_day(day: date, holidays: Collection[date] = frozenset()) -> bool:
    """Tell whether offices work: Sunday to Thursday, and not among the given holidays and rest days."""
    return day.weekday() not in WEEKEND and day not in holidays


def add_working_days(day: date, count: int, holidays: Collection[date] = frozenset()) -> date:
    """Count working days on from a day, which itself is not counted; a negative count goes back.

    Zero gives the day itself if it is a working day, or else the next one. The result is always a working day.
    """
    if count == 0:
        return day if is_working_day(day, holidays) else add_working_days(day, 1, holidays)
    step = _DAY if count > 0 else -_DAY
    for _counted in range(abs(count)):
        day += step
        while not is_working_day(day, holidays):
            day += step
    return day


def working_days_between(start: date, end: date, holidays: Collection[date] = frozenset()) -> int:
    """Count the working days after `start` up to and with `end`; negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start, holidays)
    days = (start + offset * _DAY for offset in range(1, (end - start).days + 1))
    return sum(is_working_day(day, holidays) for day in days)
