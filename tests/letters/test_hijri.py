# SPDX-License-Identifier: EUPL-1.2
"""The Hijri date of a letter: as announced on its day, and never again otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from mukatabat.directory.actions import AnnounceMonth, enter_month
from mukatabat.directory.models import Body
from mukatabat.directory.queries import hijri_on
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import HijriDate, hijri, month_begins, month_on
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.sheets import incoming_stamp, preview_sheet
from mukatabat.registers.models import Entry
from mukatabat.registers.printing import hijri_of
from mukatabat.tenancy.context import scope
from tests.cast import MOF, Cast
from tests.story import approved_letter, issued_letter, registered

pytestmark = pytest.mark.django_db


def _possible(today: date) -> int:
    """A shift of the present month that keeps the one before it at 29 or 30 days."""
    present = hijri(today)
    before = month_begins(*month_on(present.year, present.month, -1))
    return 1 if (month_begins(present.year, present.month) - before).days == 30 else -1


def test_the_announced_date_is_printed_stored_and_sent_and_a_later_announcement_changes_nothing(cast: Cast) -> None:
    today, operator = clock.today(), cast("operator.cait")
    present, shift = hijri(today), _possible(today)
    month = AnnounceMonth(year=present.year, month=present.month, days=shift, announcement="هيئة الرؤية الشرعية")
    enter_month(operator, month)
    announced = hijri_on("live", today)
    assert announced != present
    letter = issued_letter(cast)
    incoming = registered(cast)
    enter_month(operator, replace(month, days=0, announcement="تصحيح"))
    assert hijri_on("live", today) == present
    with scope(cast("signer.mof")):
        entry = Entry.objects.get(object_id=letter.id)
        issue = Issue.objects.get(letter=letter)
        body = Body.objects.get(id=MOF)
        assert entry.hijri_date == announced
        assert HijriDate(*issue.manifest["hijri"]) == announced
        assert hijri_of(body, today, [entry]) == announced
    with scope(cast("clerk.fl")):
        assert incoming_stamp(cast("clerk.fl"), Letter.objects.get(id=incoming.id)).hijri == announced


def test_a_preview_shows_the_date_as_it_stands_now(cast: Cast) -> None:
    today = clock.today()
    present, shift = hijri(today), _possible(today)
    enter_month(
        cast("operator.cait"),
        AnnounceMonth(year=present.year, month=present.month, days=shift, announcement="هيئة الرؤية الشرعية"),
    )
    announced = hijri_on("live", today)
    assert announced != present
    letter = approved_letter(cast)
    with scope(cast("signer.mof")):
        body = Body.objects.get(id=MOF)
        assert preview_sheet(body, Letter.objects.get(id=letter.id)).hijri == announced
        assert hijri_of(body, today, []) == announced


def test_the_hijri_date_of_a_number_is_as_final_as_the_number(cast: Cast) -> None:
    letter = issued_letter(cast)
    with scope(cast("signer.mof")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(object_id=letter.id).update(hijri="1448-01-01")
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.filter(object_id=letter.id).update(hijri="")


def test_an_entry_from_before_the_dates_were_kept_asks_the_table(cast: Cast) -> None:
    with scope(cast("signer.mof")):
        assert Entry(on=clock.today()).hijri_date == hijri(clock.today())
