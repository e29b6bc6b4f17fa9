# SPDX-License-Identifier: EUPL-1.2
from datetime import UTC, date, datetime, timedelta

import pytest

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id

EVENING = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


def test_the_day_is_the_day_in_kuwait() -> None:
    with clock.fixed(EVENING):
        assert clock.today() == date(2026, 11, 23)


def test_a_fixed_clock_stands_still_until_it_is_moved() -> None:
    with clock.fixed(EVENING.astimezone(clock.KUWAIT)) as held:
        assert clock.now() == EVENING
        assert clock.now().tzinfo is UTC
        assert held.advance(timedelta(minutes=31)) == clock.now() == EVENING + timedelta(minutes=31)


def test_fixed_clocks_nest_and_come_back_even_after_an_error() -> None:
    with clock.fixed(EVENING):
        with pytest.raises(KeyError), clock.fixed(EVENING + timedelta(days=1)):
            raise KeyError
        assert clock.now() == EVENING
    assert clock.now() != EVENING


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.fixed(datetime(2026, 11, 22)):  # noqa: DTZ001
        pass


def test_ids_are_version_seven_distinct_and_in_order() -> None:
    ids = [new_id() for _ in range(2000)]
    assert {id_.version for id_ in ids} == {7}
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
