# SPDX-License-Identifier: EUPL-1.2
"""Lengths of time in words, and the group of a due day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from mukatabat.kernel.digits import arabic_digits
from mukatabat.work.rules import DueGroup, Step, due_group
from mukatabat.work.texts import STEPS, length


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (None, ""), (timedelta(0), "0 seconds"), (timedelta(seconds=1), "1 second"), (timedelta(seconds=90), "1.5 minutes"),
        (timedelta(minutes=20), "20 minutes"), (timedelta(hours=4.5), "4.5 hours"), (timedelta(hours=47), "47 hours"),
        (timedelta(days=3), "3 days"), (timedelta(days=365), "365 days"),
    ],
)  # fmt: skip
def test_a_length_is_said_in_its_nearest_unit(time: timedelta | None, said: str) -> None:
    with translation.override("en"):
        assert length(time) == said


def test_a_length_is_written_in_the_readers_digits() -> None:
    with translation.override("en"):
        assert length(timedelta(days=12), arabic_digits) == "١٢ days"


def test_every_measured_step_has_its_words() -> None:
    assert set(STEPS) == set(Step)


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (None, DueGroup.LATER), (date(2026, 11, 21), DueGroup.OVERDUE), (date(2026, 11, 22), DueGroup.TODAY),
        (date(2026, 11, 28), DueGroup.WEEK), (date(2026, 11, 29), DueGroup.LATER),
    ],
)  # fmt: skip
def test_the_week_ends_on_saturday(due: date | None, group: DueGroup) -> None:
    assert due_group(due, date(2026, 11, 22)) is group  # a Sunday
