# SPDX-License-Identifier: EUPL-1.2
"""The announced beginning of a Hijri month: by one day at most, by two persons, never for what has its date already."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.actions import AnnounceMonth, confirm, enter_month, propose_month
from mukatabat.directory.errors import (
    AdjustmentTooLarge,
    AnnouncementMissing,
    ChangeDecided,
    MonthOfWrongLength,
    NoSuchHijriMonth,
    NotInDirectory,
    OwnProposal,
)
from mukatabat.directory.models import HijriAdjustment
from mukatabat.directory.queries import dates_moved, hijri_on
from mukatabat.kernel.calendar import HijriDate, hijri
from mukatabat.tenancy.context import scope
from tests.directory.conftest import person_acting

pytestmark = pytest.mark.usefixtures("directory")
RAJAB, SHAABAN, RAMADAN, SHAWWAL = date(2026, 12, 10), date(2027, 1, 9), date(2027, 2, 8), date(2027, 3, 9)
"""The table's beginnings; Jumada al-Akhirah and Ramadan 1448 have 29 days in it, Rajab and Shaban 30."""
LATER = AnnounceMonth(year=1448, month=10, days=-1, announcement="هيئة الرؤية الشرعية")
EARLIER = AnnounceMonth(year=1448, month=9, days=1, announcement="هيئة الرؤية الشرعية")
DAY = timedelta(days=1)


@pytest.fixture
def signatory():
    """The signatory of the operator's body."""
    return person_acting("signer.cait", "sign")


def test_a_month_that_begins_later_gives_the_one_before_it_a_thirtieth_day(operator) -> None:
    enter_month(operator, LATER)
    found = [hijri_on("live", SHAWWAL + n * DAY) for n in (-1, 0, 1, 2)]
    assert found == [HijriDate(1448, 9, 29), HijriDate(1448, 9, 30), HijriDate(1448, 10, 1), HijriDate(1448, 10, 2)]
    assert hijri_on("training", SHAWWAL) == hijri(SHAWWAL)


def test_a_month_that_begins_earlier_ends_the_one_before_it_at_twenty_nine(operator) -> None:
    enter_month(operator, EARLIER)
    found = [hijri_on("live", RAMADAN + n * DAY) for n in (-2, -1, 0)]
    assert found == [HijriDate(1448, 8, 29), HijriDate(1448, 9, 1), HijriDate(1448, 9, 2)]


def test_the_shift_goes_on_until_a_further_announcement_brings_the_table_back(operator) -> None:
    enter_month(operator, EARLIER)
    assert hijri_on("live", SHAWWAL - DAY) == HijriDate(1448, 10, 1)
    enter_month(operator, replace(LATER, days=0))
    found = [hijri_on("live", SHAWWAL + n * DAY) for n in (-1, 0, 40)]
    assert found == [HijriDate(1448, 9, 30), HijriDate(1448, 10, 1), hijri(SHAWWAL + 40 * DAY)]


def test_every_day_of_a_year_follows_the_day_before_it_whatever_was_announced(operator) -> None:
    enter_month(operator, EARLIER)
    enter_month(operator, replace(LATER, days=0))
    enter_month(operator, AnnounceMonth(year=1448, month=7, days=-1, announcement="إعلان"))
    enter_month(operator, AnnounceMonth(year=1448, month=8, days=0, announcement="إعلان"))
    days = [hijri_on("live", date(2026, 11, 22) + n * DAY) for n in range(200)]
    for before, after in pairwise(days):
        follows = after == replace(before, day=before.day + 1)
        begins = after.day == 1 and before.day in {29, 30} and after.month == before.month % 12 + 1
        assert follows or begins, (before, after)


def test_a_month_keeps_twenty_nine_or_thirty_days(operator) -> None:
    for command in (replace(EARLIER, days=-1), replace(LATER, days=1)):
        with pytest.raises(MonthOfWrongLength):
            enter_month(operator, command)
    enter_month(operator, replace(EARLIER, month=8))
    with pytest.raises(MonthOfWrongLength):  # Jumada al-Akhirah has 29 already
        enter_month(operator, replace(EARLIER, month=7))
    assert HijriAdjustment.objects.count() == 1


def test_a_second_announcement_of_a_month_replaces_the_first_which_stays_on_record(operator) -> None:
    enter_month(operator, EARLIER)
    enter_month(operator, replace(EARLIER, days=0, announcement="تصحيح"))
    assert hijri_on("live", RAMADAN) == hijri(RAMADAN)
    assert HijriAdjustment.objects.count() == 2
    with scope(operator):
        acts = list(AuditEntry.objects.filter(object_kind="hijri").values_list("act", flat=True))
    assert sorted(acts) == [
        "directory.hijri-adjusted", "directory.hijri-adjusted", "directory.hijri-adjustment-withdrawn",
    ]  # fmt: skip


def test_what_would_move_is_told_before_it_moves(operator) -> None:
    moved = dates_moved("live", 1448, 9, 1)
    assert moved[0].day == RAMADAN - DAY
    assert (moved[0].before, moved[0].after) == (HijriDate(1448, 8, 30), HijriDate(1448, 9, 1))
    assert len(moved) > 29
    enter_month(operator, EARLIER)
    assert dates_moved("live", 1448, 9, 1) == []
    assert all(hijri_on("live", one.day) == one.after for one in moved)


def test_one_operator_proposes_and_another_person_of_that_body_confirms(operator, signatory) -> None:
    change = propose_month(operator, EARLIER)
    assert hijri_on("live", RAMADAN) == hijri(RAMADAN)
    with pytest.raises(OwnProposal):
        confirm(operator, change.pk)
    confirm(signatory, change.pk)
    assert hijri_on("live", RAMADAN) == hijri(RAMADAN, 1)
    with pytest.raises(ChangeDecided):
        confirm(signatory, change.pk)
    with scope(operator):
        entry = AuditEntry.objects.get(act="directory.hijri-adjusted")
    assert entry.detail["proposed_by"] == str(operator.person_id)


def test_only_the_central_operator_proposes_and_nobody_outside_that_body_confirms(operator, administrator) -> None:
    with pytest.raises(NotInDirectory):
        propose_month(administrator, EARLIER)
    change = propose_month(operator, EARLIER)
    for stranger in (administrator, person_acting("signer.mof", "sign"), person_acting("clerk.cait", "draft")):
        with pytest.raises(NotInDirectory):
            confirm(stranger, change.pk)


def test_an_operator_sees_and_decides_no_change_of_a_power(operator) -> None:
    from mukatabat.directory.actions import Appoint, propose_appointment
    from mukatabat.directory.queries.administration import access_change, changes_waiting
    from mukatabat.directory.seed import person_id

    administrator = person_acting("operator.cait", "administer_body")
    post = operator_post()
    change = propose_appointment(
        replace(administrator, person_id=person_id("signer.cait")),
        Appoint(person_id=person_id("clerk.cait"), post_id=post, valid_from=date(2026, 11, 22)), "شغور",
    )  # fmt: skip
    assert changes_waiting(operator) == []
    for look in (lambda: access_change(operator, change.pk), lambda: confirm(operator, change.pk)):
        with pytest.raises(NotInDirectory):
            look()


def operator_post():
    from mukatabat.directory.models import Post

    return Post.objects.get(body__code="CAIT", role="signatory").pk


def test_an_announcement_is_of_a_month_near_and_says_who_made_it(operator) -> None:
    for days in (-2, 2, 40_000):
        with pytest.raises(AdjustmentTooLarge):
            propose_month(operator, replace(EARLIER, days=days))
    for nothing in ("", "  ", "\u200b"):
        with pytest.raises(AnnouncementMissing):
            propose_month(operator, replace(EARLIER, announcement=nothing))
    for year, month in ((1448, 5), (1448, 12), (1449, 9), (9999, 1), (1448, 0), (1448, 13)):
        with pytest.raises(NoSuchHijriMonth):
            propose_month(operator, replace(EARLIER, year=year, month=month))


def test_the_database_itself_refuses_more_than_a_day_and_any_deletion(operator) -> None:
    standing = enter_month(operator, EARLIER)
    with pytest.raises(IntegrityError), transaction.atomic():
        HijriAdjustment.objects.filter(id=standing.id).update(days=2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM directory_hijriadjustment")


def test_a_stored_date_is_read_back_as_it_was_written() -> None:
    assert HijriDate.parse(str(hijri(RAMADAN))) == hijri(RAMADAN)
