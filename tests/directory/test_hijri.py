# SPDX-License-Identifier: EUPL-1.2
"""The announced Hijri date: from a day on, by one day at most, and never for what has its date already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.actions import AdjustHijri, adjust_hijri, withdraw_hijri_adjustment
from mukatabat.directory.errors import AdjustmentTooLarge, AlreadyThere, AnnouncementMissing, NotInDirectory
from mukatabat.directory.models import HijriAdjustment
from mukatabat.directory.queries import hijri_on
from mukatabat.kernel.calendar import HijriDate, hijri
from mukatabat.tenancy.context import scope

pytestmark = pytest.mark.django_db
RAMADAN = date(2027, 2, 8)
LATER = AdjustHijri(valid_from=RAMADAN, days=-1, announcement="هيئة الرؤية الشرعية")
DAY = timedelta(days=1)


def test_from_the_announced_day_on_the_date_stands_off_the_table(operator) -> None:
    adjust_hijri(operator, LATER)
    assert hijri_on("live", RAMADAN - DAY) == hijri(RAMADAN - DAY)
    assert hijri_on("live", RAMADAN) == hijri(RAMADAN, -1) == hijri(RAMADAN - DAY)
    assert hijri_on("live", RAMADAN + 20 * DAY) == hijri(RAMADAN + 19 * DAY)
    assert hijri_on("training", RAMADAN) == hijri(RAMADAN)


def test_a_further_announcement_takes_over_and_none_brings_the_table_back(operator) -> None:
    adjust_hijri(operator, LATER)
    adjust_hijri(operator, replace(LATER, valid_from=RAMADAN + 30 * DAY, days=1))
    adjust_hijri(operator, replace(LATER, valid_from=RAMADAN + 60 * DAY, days=0))
    found = [hijri_on("live", RAMADAN + n * DAY) for n in (29, 30, 59, 60)]
    assert found == [hijri(RAMADAN + n * DAY) for n in (28, 31, 60, 60)]


def test_what_was_withdrawn_holds_no_longer_and_stays_on_record(operator) -> None:
    wrong = adjust_hijri(operator, LATER)
    withdraw_hijri_adjustment(operator, wrong.id)
    assert hijri_on("live", RAMADAN) == hijri(RAMADAN)
    adjust_hijri(operator, replace(LATER, days=1))
    assert hijri_on("live", RAMADAN) == hijri(RAMADAN, 1)
    assert HijriAdjustment.objects.count() == 2
    with scope(operator):
        acts = list(AuditEntry.objects.filter(object_kind="hijri").values_list("act", flat=True))
    assert sorted(acts) == [
        "directory.hijri-adjusted", "directory.hijri-adjusted", "directory.hijri-adjustment-withdrawn",
    ]  # fmt: skip
    with pytest.raises(NotInDirectory):
        withdraw_hijri_adjustment(operator, wrong.id)


def test_only_the_central_operator_announces(operator, administrator) -> None:
    with pytest.raises(NotInDirectory):
        adjust_hijri(administrator, LATER)
    standing = adjust_hijri(operator, LATER)
    with pytest.raises(NotInDirectory):
        withdraw_hijri_adjustment(administrator, standing.id)


def test_an_announcement_is_by_one_day_at_most_once_a_day_and_says_who_made_it(operator) -> None:
    for days in (-2, 2, 40_000):
        with pytest.raises(AdjustmentTooLarge):
            adjust_hijri(operator, replace(LATER, days=days))
    for nothing in ("", "  ", "\u200b"):
        with pytest.raises(AnnouncementMissing):
            adjust_hijri(operator, replace(LATER, announcement=nothing))
    adjust_hijri(operator, LATER)
    with pytest.raises(AlreadyThere):
        adjust_hijri(operator, replace(LATER, days=1))


def test_the_database_itself_refuses_more_than_a_day_and_any_deletion(operator) -> None:
    standing = adjust_hijri(operator, LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        HijriAdjustment.objects.filter(id=standing.id).update(days=2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM directory_hijriadjustment")


def test_a_stored_date_is_read_back_as_it_was_written() -> None:
    assert HijriDate.parse(str(hijri(RAMADAN))) == hijri(RAMADAN)
