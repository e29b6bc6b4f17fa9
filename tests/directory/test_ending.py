# SPDX-License-Identifier: EUPL-1.2
"""The end of units and posts, and leave entered and ended: who may, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mukatabat.audit.models import AuditEntry
from mukatabat.directory.actions import (
    AddUnit,
    EndAbsence,
    EndPost,
    EndUnit,
    RecordAbsence,
    add_unit,
    end_absence,
    end_post,
    end_unit,
    record_absence,
)
from mukatabat.directory.errors import AlreadyEnded, LastRegistry, NotInDirectory, PeriodBackwards, StillInUse
from mukatabat.directory.models import Absence, Appointment, Mandate, Post, Unit
from mukatabat.directory.queries import absence_of, people_away, trays_covered_by
from mukatabat.directory.seed import body_id, person_id
from mukatabat.directory.vocabulary import UnitKind
from mukatabat.tenancy.context import scope
from tests.directory.conftest import TODAY, person_acting

pytestmark = pytest.mark.usefixtures("directory")
DAY = timedelta(days=1)


def held_post(login: str) -> Post:
    return Appointment.objects.select_related("post").get(person_id=person_id(login)).post


def leading(login: str):
    """An actor of the cast with its posts, as a session has them."""
    return replace(person_acting(login), post_ids=(held_post(login).pk,))


# ── units and posts ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_post_ends_once_nobody_holds_it_and_no_mandate_carries_its_power(administrator) -> None:
    post = held_post("adviser.mof")
    command = EndPost(post_id=post.pk, last_day=TODAY)
    with pytest.raises(StillInUse):
        end_post(administrator, command)
    Appointment.objects.filter(post=post).update(valid_to=TODAY)
    Mandate.objects.create(
        person_id=person_id("head.mof"), body_id=post.body_id, post=post, kind="delegation", instrument_number="1",
        instrument_date=TODAY, valid_from=TODAY, valid_to=TODAY + 9 * DAY,
    )  # fmt: skip
    with pytest.raises(StillInUse):
        end_post(administrator, command)
    assert end_post(administrator, replace(command, last_day=TODAY + 9 * DAY)).valid_to == TODAY + 9 * DAY
    with pytest.raises(AlreadyEnded):
        end_post(administrator, replace(command, last_day=TODAY + 9 * DAY))
    with scope(administrator):
        assert AuditEntry.objects.filter(act="directory.post-ended", object_id=post.pk).count() == 1


def test_a_unit_ends_after_its_posts_and_the_units_under_it(administrator) -> None:
    unit = add_unit(administrator, AddUnit(code="NEW", ar="جديدة", en="New", kind=UnitKind.SECTION, valid_from=TODAY))
    below = add_unit(
        administrator,
        AddUnit(code="NEW.1", ar="أدنى", en="Below", kind=UnitKind.SECTION, valid_from=TODAY, parent_id=unit.pk),
    )
    last = TODAY + DAY
    for wrong, day in ((StillInUse, last), (PeriodBackwards, TODAY - DAY)):
        with pytest.raises(wrong):
            end_unit(administrator, EndUnit(unit_id=unit.pk, last_day=day))
    end_unit(administrator, EndUnit(unit_id=below.pk, last_day=last))
    with pytest.raises(StillInUse):
        end_unit(administrator, EndUnit(unit_id=unit.pk, last_day=TODAY))
    assert end_unit(administrator, EndUnit(unit_id=unit.pk, last_day=last)).valid_to == last


def test_the_last_registry_does_not_end_without_another(administrator) -> None:
    registry = Unit.objects.get(body_id=body_id("MOF"), is_registry=True)
    Post.objects.filter(unit=registry).update(valid_to=TODAY)
    with pytest.raises(LastRegistry):
        end_unit(administrator, EndUnit(unit_id=registry.pk, last_day=TODAY))
    add_unit(
        administrator,
        AddUnit(code="REG2", ar="ثان", en="Second", kind=UnitKind.REGISTRY, valid_from=TODAY, is_registry=True),
    )
    assert end_unit(administrator, EndUnit(unit_id=registry.pk, last_day=TODAY)).valid_to == TODAY


def test_nobody_ends_what_is_another_bodys_or_without_the_right(administrator, colleague) -> None:
    theirs, own = held_post("adviser.moh"), held_post("adviser.mof")
    for actor, post in ((administrator, theirs), (colleague, own)):
        with pytest.raises(NotInDirectory):
            end_post(actor, EndPost(post_id=post.pk, last_day=TODAY))
        with pytest.raises(NotInDirectory):
            end_unit(actor, EndUnit(unit_id=post.unit_id, last_day=TODAY))


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def away(login: str, *, starts: date = TODAY, ends: date = TODAY + 9 * DAY, deputy: str = "") -> RecordAbsence:
    return RecordAbsence(
        person_id=person_id(login), starts=starts, ends=ends, deputy_id=person_id(deputy) if deputy else None
    )


def test_people_record_and_end_their_own_leave(colleague) -> None:
    one = record_absence(colleague, away("adviser.mof", deputy="head.mof", starts=TODAY - 3 * DAY))
    assert trays_covered_by(person_id("head.mof")) == [colleague.person_id]
    ended = end_absence(colleague, EndAbsence(absence_id=one.pk, back_on=TODAY - 2 * DAY))
    assert ended.ends == TODAY - DAY  # no day that has passed is taken back
    assert absence_of(colleague.person_id) is None
    assert trays_covered_by(person_id("head.mof")) == []
    with pytest.raises(AlreadyEnded):
        end_absence(colleague, EndAbsence(absence_id=one.pk, back_on=TODAY))


def test_a_leave_that_has_not_begun_is_withdrawn_and_stays_as_a_row(colleague) -> None:
    one = record_absence(colleague, away("adviser.mof", starts=TODAY + DAY))
    assert end_absence(colleague, EndAbsence(absence_id=one.pk, back_on=TODAY)).withdrawn_at is not None
    assert people_away([colleague.person_id], TODAY + DAY) == frozenset()
    assert Absence.objects.filter(pk=one.pk).exists()
    with pytest.raises(AlreadyEnded):
        end_absence(colleague, EndAbsence(absence_id=one.pk, back_on=TODAY))


def test_a_head_enters_the_leave_of_the_unit_and_of_nobody_above_or_beside_it(administrator) -> None:
    head = leading("head.mof")
    one = record_absence(head, away("adviser.mof"))
    for login in ("signer.mof", "minister.mof", "clerk.mof", "adviser.moh"):
        with pytest.raises(NotInDirectory):
            record_absence(head, away(login))
    assert end_absence(head, EndAbsence(absence_id=one.pk, back_on=TODAY + 2 * DAY)).ends == TODAY + DAY
    theirs = record_absence(administrator, away("minister.mof"))
    with pytest.raises(NotInDirectory):
        end_absence(head, EndAbsence(absence_id=theirs.pk, back_on=TODAY + DAY))


def test_a_colleague_ends_nobodys_leave(colleague, administrator) -> None:
    one = record_absence(administrator, away("head.mof"))
    for stranger in (colleague, person_acting("admin.moh", "administer_body")):
        with pytest.raises(NotInDirectory):
            end_absence(stranger, EndAbsence(absence_id=one.pk, back_on=TODAY + DAY))
