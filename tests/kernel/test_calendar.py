# SPDX-License-Identifier: EUPL-1.2
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.calendar import (
    HijriDate,
    OutsideHijriTable,
    add_working_days,
    hijri,
    is_working_day,
    weekday,
    working_days_between,
)
from mukatabat.kernel.days import GREGORIAN_MONTHS_AR, written

SUNDAY = date(2026, 11, 22)
days = st.dates(date(1925, 1, 1), date(2077, 1, 1))
holiday_sets = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30)
days_of_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (date(2026, 11, 22), "1448-06-12"),
        (date(2021, 11, 15), "1443-04-10"),
        (date(2017, 1, 2), "1438-04-04"),
        (date(1924, 8, 1), "1343-01-01"),
        (date(2077, 11, 16), "1500-12-30"),
    ],
)
def test_known_days_convert_by_the_table(day: date, wanted: str) -> None:
    assert str(hijri(day)) == wanted


def test_the_authority_may_move_the_date_by_one_day() -> None:
    assert hijri(SUNDAY, 1) == HijriDate(1448, 6, 13)
    assert hijri(SUNDAY, -1) == HijriDate(1448, 6, 11)
    for adjustment in (-2, 2):
        with pytest.raises(ValueError, match="one day"):
            hijri(SUNDAY, adjustment)


@pytest.mark.parametrize("day", [date(1924, 7, 31), date(2077, 11, 17), date.max, date.min])
def test_a_day_outside_the_table_is_a_typed_refusal(day: date) -> None:
    for adjustment in (0, 1 if day > SUNDAY else -1):
        with pytest.raises(OutsideHijriTable):
            hijri(day, adjustment)


@given(days, st.sampled_from([-1, 0, 1]))
def test_hijri_days_follow_each_other_and_read_back(day: date, adjustment: int) -> None:
    one, next_one = hijri(day, adjustment), hijri(day + timedelta(days=1), adjustment)
    assert one < next_one
    assert next_one.day in {one.day + 1, 1}
    assert HijriDate.parse(str(one)) == one


@pytest.mark.parametrize("text", ["1448-13-01", "1448-06-31", "1448-06", "x-y-z", ""])
def test_what_is_no_hijri_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        HijriDate.parse(text)


def test_dates_are_written_in_words() -> None:
    assert written(SUNDAY, "ar") == "22 نوفمبر 2026"
    assert written(SUNDAY, "en") == "22 November 2026"
    assert (hijri(SUNDAY).month_ar, hijri(SUNDAY).month_en) == ("جمادى الآخرة", "Jumada al-Akhirah")
    assert weekday(SUNDAY, "ar") == "الأحد"
    assert weekday(SUNDAY, "en") == "Sunday"
    assert GREGORIAN_MONTHS_AR[8] == "سبتمبر"


def test_the_week_runs_from_sunday_to_thursday() -> None:
    week = [is_working_day(SUNDAY + timedelta(days=offset)) for offset in range(7)]
    assert week == [True] * 5 + [False] * 2
    assert not is_working_day(SUNDAY, {SUNDAY})


@pytest.mark.parametrize(
    ("start", "count", "wanted"),
    [
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 26), 1, date(2026, 11, 29)),  # Thursday → Sunday
        (date(2026, 11, 22), 5, date(2026, 11, 29)),
        (date(2026, 11, 27), 0, date(2026, 11, 29)),  # Friday is moved on
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2026, 11, 22), -1, date(2026, 11, 19)),
        (date(2026, 11, 23), 2, date(2026, 11, 29)),  # two holidays between
    ],
)
def test_working_days_step_over_weekends_and_holidays(start: date, count: int, wanted: date) -> None:
    holidays = {date(2026, 11, 25), date(2026, 11, 26)} if wanted == date(2026, 11, 29) and count == 2 else set()
    assert add_working_days(start, count, holidays) == wanted


@given(days_of_2026, st.integers(-60, 60), holiday_sets)
def test_counting_on_is_undone_by_counting_between(start: date, count: int, holidays: set[date]) -> None:
    end = add_working_days(start, count, holidays)
    assert is_working_day(end, holidays)
    if count > 0:
        assert working_days_between(start, end, holidays) == count


@given(days_of_2026, days_of_2026, holiday_sets)
def test_a_span_counts_the_same_in_both_directions(start: date, end: date, holidays: set[date]) -> None:
    assert working_days_between(start, end, holidays) == -working_days_between(end, start, holidays)
