# SPDX-License-Identifier: EUPL-1.2
"""Changes of the directory: who may make them, what they leave behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.directory.conftest import TODAY

pytestmark = pytest.mark.usefixtures("directory")
DAY = timedelta(days=1)


def audited(actor):
    from mukatabat.audit.models import AuditEntry
    from mukatabat.tenancy.context import scope

    with scope(actor):
        return list(AuditEntry.objects.order_by("at", "id").values_list("act", flat=True))


def server(actor):
    """The command line of the server, which needs no second person."""
    from mukatabat.tenancy.rules import system_actor

    return system_actor("cli.people", body_id=actor.body_id, realm=actor.realm)


def seeded(code, realm="live"):
    from mukatabat.directory.seed import body_id

    return body_id(code, realm)


def person(login):
    from mukatabat.directory.seed import person_id

    return person_id(login)


def new_body(**changes):
    from mukatabat.directory.actions import AddBody
    from mukatabat.directory.vocabulary import BodyKind

    fields = {
        "code": "NEWA",
        "ar": "هيئة جديدة",
        "en": "A New Authority",
        "kind": BodyKind.AUTHORITY,
        "valid_from": TODAY,
    }
    return AddBody(**{**fields, **changes})


def test_a_new_body_can_be_addressed_at_once_and_is_audited(operator):
    from mukatabat.directory.actions import add_body
    from mukatabat.directory.queries import body_name, registry_unit, require_addressable

    added = add_body(operator, new_body(code=" newa "))
    assert require_addressable(added.pk, realm="live").code == "NEWA"
    assert registry_unit(added.pk).code == "REG"
    assert body_name(added.pk, TODAY, "en") == "A New Authority"
    assert added.letterhead_ar.splitlines() == ["دولة الكويت", "هيئة جديدة"]
    assert audited(operator) == ["directory.body-added"]


def test_a_code_is_unique_in_its_realm_alone(operator):
    from mukatabat.directory.actions import add_body
    from mukatabat.directory.errors import AlreadyThere
    from mukatabat.kernel.vocabulary import Realm

    with pytest.raises(AlreadyThere):
        add_body(operator, new_body(code="MOH"))
    assert add_body(operator, new_body(code="MOH", realm=Realm.TRAINING)).realm == "training"


@pytest.mark.parametrize("code", ["", "م ع", "A", "1AB", "A-B", "A" * 13, "AB\n"])
def test_a_code_keeps_its_shape(operator, code):
    from mukatabat.directory.actions import add_body
    from mukatabat.directory.errors import CodeNotShaped

    if code == "AB\n":
        assert add_body(operator, new_body(code=code)).code == "AB"
        return
    with pytest.raises(CodeNotShaped):
        add_body(operator, new_body(code=code))
    assert audited(operator) == []


def test_names_are_both_given_and_hide_nothing(operator):
    from mukatabat.directory.actions import add_body
    from mukatabat.directory.errors import NameMissing
    from mukatabat.kernel.text import DirectionMarks

    with pytest.raises(NameMissing):
        add_body(operator, new_body(en="  "))
    with pytest.raises(DirectionMarks):
        add_body(operator, new_body(ar="هيئة \u202eجديدة"))


def test_nobody_but_the_operator_changes_bodies(administrator, colleague, operator):
    from mukatabat.directory.actions import CloseBody, RenameBody, add_body, close_body, rename_body
    from mukatabat.directory.errors import NotInDirectory
    from mukatabat.kernel.vocabulary import Realm

    rename = RenameBody(body_id=seeded("MOF"), ar="أ", en="A", valid_from=TODAY)
    close = CloseBody(body_id=seeded("MOF"), last_day=TODAY, reason="x")
    for actor in (administrator, colleague):
        for act, command in ((add_body, new_body()), (rename_body, rename), (close_body, close)):
            with pytest.raises(NotInDirectory):
                act(actor, command)
    trainer = replace(operator, realm=Realm.TRAINING.value)
    with pytest.raises(NotInDirectory):
        add_body(trainer, new_body())


def test_a_new_name_leaves_the_old_one_to_the_old_days(operator):
    from mukatabat.directory.actions import RenameBody, rename_body
    from mukatabat.directory.errors import RenamedTooEarly
    from mukatabat.directory.queries import body_name, search_bodies

    command = RenameBody(
        body_id=seeded("MOC"), ar="وزارة الاتصالات", en="Ministry of Telecommunications", valid_from=TODAY
    )
    rename_body(operator, command)
    assert body_name(seeded("MOC"), TODAY) == "وزارة الاتصالات"
    assert body_name(seeded("MOC"), TODAY - DAY) == "وزارة المواصلات"
    assert search_bodies("المواصلات", "live") == []
    with pytest.raises(RenamedTooEarly):
        rename_body(operator, command)
    assert audited(operator) == ["directory.body-renamed"]


def test_a_closed_body_takes_no_letters_after_its_last_day(operator):
    from mukatabat.directory.actions import CloseBody, close_body
    from mukatabat.directory.errors import AlreadyEnded, ClosedBody, PeriodBackwards
    from mukatabat.directory.queries import body_name, require_addressable

    with pytest.raises(PeriodBackwards):
        close_body(operator, CloseBody(body_id=seeded("PART"), last_day=date(1960, 1, 1), reason="دمج"))
    close_body(operator, CloseBody(body_id=seeded("PART"), last_day=TODAY, reason="دمج"))
    assert require_addressable(seeded("PART"), realm="live", on=TODAY).code == "PART"
    with pytest.raises(ClosedBody):
        require_addressable(seeded("PART"), realm="live", on=TODAY + DAY)
    assert body_name(seeded("PART"), TODAY + 100 * DAY) == "الهيئة العامة للطرق والنقل البري"
    with pytest.raises(AlreadyEnded):
        close_body(operator, CloseBody(body_id=seeded("PART"), last_day=TODAY, reason="دمج"))


def test_a_body_with_open_sub_bodies_stays(operator):
    from mukatabat.directory.actions import CloseBody, add_body, close_body
    from mukatabat.directory.errors import StillInUse
    from mukatabat.directory.vocabulary import BodyKind

    child = add_body(operator, new_body(kind=BodyKind.SUB_BODY, parent_id=seeded("MOE")))
    close = CloseBody(body_id=seeded("MOE"), last_day=TODAY + DAY, reason="دمج")
    with pytest.raises(StillInUse):
        close_body(operator, close)
    close_body(operator, CloseBody(body_id=child.pk, last_day=TODAY, reason="دمج"))
    assert close_body(operator, close).valid_to == TODAY + DAY


def test_an_administrator_builds_a_unit_with_post_and_person(administrator):
    from mukatabat.directory.actions import (
        AddPerson,
        AddPost,
        AddUnit,
        Appoint,
        EndAppointment,
        add_person,
        add_post,
        add_unit,
        appoint,
        end_appointment,
    )
    from mukatabat.directory.errors import AlreadyEnded, AlreadyThere
    from mukatabat.directory.queries import people_of_unit, posts_held
    from mukatabat.directory.vocabulary import Level, PostRole, UnitKind

    unit_command = AddUnit(
        code="law-x", ar="قسم الصياغة", en="Drafting Section", kind=UnitKind.SECTION, valid_from=TODAY
    )
    unit = add_unit(administrator, unit_command)
    assert unit.code == "LAW-X"
    with pytest.raises(AlreadyThere):
        add_unit(administrator, unit_command)
    post_command = AddPost(
        unit_id=unit.pk,
        ar="رئيس قسم الصياغة",
        en="Head of Drafting",
        role=PostRole.HEAD,
        level=Level.DIRECTOR,
        valid_from=TODAY,
    )
    post = add_post(administrator, post_command)
    with pytest.raises(AlreadyThere):
        add_post(administrator, post_command)
    person_command = AddPerson(ar="نجلاء الحربي", en="Najla Al-Harbi", staff_number="٧٧٧٠٠١", valid_from=TODAY)
    added = add_person(administrator, person_command)
    assert added.staff_number == "777001"
    with pytest.raises(AlreadyThere):
        add_person(administrator, person_command)
    command = Appoint(person_id=added.pk, post_id=post.pk, valid_from=TODAY)
    appointment = appoint(administrator, command)
    with pytest.raises(AlreadyThere):
        appoint(administrator, command)
    assert [one.person_id for one in people_of_unit(unit.pk)] == [added.pk]
    end_appointment(administrator, EndAppointment(appointment_id=appointment.pk, last_day=TODAY))
    assert posts_held(added.pk, TODAY)
    assert not posts_held(added.pk, TODAY + DAY)
    with pytest.raises(AlreadyEnded):
        end_appointment(administrator, EndAppointment(appointment_id=appointment.pk, last_day=TODAY))
    assert audited(administrator) == [
        "directory.unit-added",
        "directory.post-added",
        "directory.person-added",
        "directory.person-appointed",
        "directory.appointment-ended",
    ]


def test_an_administrator_reaches_no_row_of_another_body(administrator):
    from mukatabat.directory.actions import (
        AddPost,
        Appoint,
        EndAppointment,
        RecordAbsence,
        RevokeMandate,
        add_post,
        appoint,
        end_appointment,
        record_absence,
        revoke_mandate,
    )
    from mukatabat.directory.errors import NotInDirectory
    from mukatabat.directory.models import Appointment, Mandate, Post, Unit
    from mukatabat.directory.vocabulary import PostRole

    theirs_unit = Unit.objects.filter(body=seeded("MOH")).first()
    theirs_post = Post.objects.filter(body=seeded("MOH")).first()
    ours_post = Post.objects.filter(body=seeded("MOF")).first()
    attempts = [
        (add_post, AddPost(unit_id=theirs_unit.pk, ar="أ", en="A", role=PostRole.HEAD, valid_from=TODAY)),
        (appoint, Appoint(person_id=person("clerk.moh"), post_id=ours_post.pk, valid_from=TODAY)),
        (appoint, Appoint(person_id=person("clerk.mof"), post_id=theirs_post.pk, valid_from=TODAY)),
        (
            end_appointment,
            EndAppointment(appointment_id=Appointment.objects.get(person=person("clerk.moh")).pk, last_day=TODAY),
        ),
        (record_absence, RecordAbsence(person_id=person("clerk.moh"), starts=TODAY, ends=TODAY)),
        (
            record_absence,
            RecordAbsence(person_id=person("clerk.mof"), starts=TODAY, ends=TODAY, deputy_id=person("clerk.moh")),
        ),
        (revoke_mandate, RevokeMandate(mandate_id=Mandate.objects.get(person=person("signer.moh")).pk, reason="x")),
        (revoke_mandate, RevokeMandate(mandate_id=uuid4(), reason="x")),
    ]
    for act, command in attempts:
        with pytest.raises(NotInDirectory):
            act(administrator, command)
    assert audited(administrator) == []


def test_an_administrator_makes_no_central_operator(administrator):
    from mukatabat.directory.actions import AddPost, add_post
    from mukatabat.directory.errors import NotInDirectory
    from mukatabat.directory.models import Unit
    from mukatabat.directory.vocabulary import PostRole

    unit = Unit.objects.get(body=seeded("MOF"), code="IT")
    with pytest.raises(NotInDirectory):
        add_post(
            administrator, AddPost(unit_id=unit.pk, ar="مشغل", en="Operator", role=PostRole.OPERATOR, valid_from=TODAY)
        )


def mandate_command(**changes):
    from mukatabat.directory.actions import GrantMandate
    from mukatabat.directory.models import Post
    from mukatabat.directory.vocabulary import MandateKind

    fields = {
        "person_id": person("head.mof"),
        "post_id": Post.objects.get(body=seeded("MOF"), ar="وكيل وزارة المالية").pk,
        "kind": MandateKind.DELEGATION,
        "instrument_number": "قرار رقم 5 لسنة 2026",
        "instrument_date": TODAY,
        "valid_from": TODAY,
        "valid_to": TODAY + 30 * DAY,
    }
    return GrantMandate(**{**fields, **changes})


def test_a_mandate_lets_sign_until_it_is_revoked(administrator):
    from mukatabat.directory.actions import RevokeMandate, grant_mandate, revoke_mandate
    from mukatabat.directory.errors import AlreadyEnded, LetterTypeOutOfScope, MandateRevoked
    from mukatabat.directory.queries import mandate_for

    granted = grant_mandate(server(administrator), mandate_command(letter_types=("opinion_request",)))
    choice = mandate_for(person("head.mof"), letter_type="opinion_request", recipient_level=1, on=TODAY)
    assert choice.mandate.id == granted.pk
    with pytest.raises(LetterTypeOutOfScope):
        mandate_for(person("head.mof"), letter_type="general", recipient_level=1, on=TODAY)
    revoked = revoke_mandate(administrator, RevokeMandate(mandate_id=granted.pk, reason="انتهى السبب"))
    assert revoked.revoked_by_id == administrator.person_id
    with pytest.raises(MandateRevoked):
        mandate_for(person("head.mof"), letter_type="opinion_request", recipient_level=1, on=TODAY)
    with pytest.raises(AlreadyEnded):
        revoke_mandate(administrator, RevokeMandate(mandate_id=granted.pk, reason="مرة أخرى"))
    assert audited(administrator) == ["directory.mandate-granted", "directory.mandate-revoked"]


def test_an_instrument_is_recorded_only_as_it_can_hold(administrator):
    from mukatabat.directory.actions import grant_mandate, propose_mandate
    from mukatabat.directory.errors import MandateWithoutEnd, NameMissing, NotHolder, OwnMandate, PeriodBackwards
    from mukatabat.directory.vocabulary import MandateKind

    refused = [
        (OwnMandate, {"person_id": administrator.person_id}),
        (MandateWithoutEnd, {"valid_to": None}),
        (MandateWithoutEnd, {"valid_to": None, "kind": MandateKind.ACTING}),
        (PeriodBackwards, {"valid_to": TODAY - DAY}),
        (NotHolder, {"kind": MandateKind.POST}),
        (NameMissing, {"instrument_number": " "}),
    ]
    for error, changes in refused:
        with pytest.raises(error):
            propose_mandate(administrator, mandate_command(**changes), "سبب")
    holder = {"person_id": person("signer.mof"), "kind": MandateKind.POST, "valid_to": None}
    assert grant_mandate(server(administrator), mandate_command(**holder)).valid_to is None
    assert audited(administrator) == ["directory.mandate-granted"]


def test_people_record_their_own_leave_and_nobody_elses(colleague, administrator):
    from mukatabat.directory.actions import RecordAbsence, record_absence
    from mukatabat.directory.errors import NotInDirectory, PeriodBackwards
    from mukatabat.directory.queries import absence_of

    own = RecordAbsence(person_id=colleague.person_id, starts=TODAY, ends=TODAY + 5 * DAY, deputy_id=person("head.mof"))
    record_absence(colleague, own)
    assert absence_of(colleague.person_id).deputy_id == person("head.mof")
    other = replace(own, person_id=person("clerk.mof"))
    with pytest.raises(NotInDirectory):
        record_absence(colleague, other)
    with pytest.raises(NotInDirectory):
        record_absence(colleague, replace(own, deputy_id=colleague.person_id))
    with pytest.raises(PeriodBackwards):
        record_absence(administrator, replace(other, ends=TODAY - DAY))
    assert record_absence(administrator, other).ends == TODAY + 5 * DAY


def test_holidays_are_announced_by_the_operator_once(operator, administrator):
    from mukatabat.directory.actions import AddHoliday, add_holiday
    from mukatabat.directory.errors import AlreadyThere, NotInDirectory
    from mukatabat.directory.queries import holidays

    command = AddHoliday(on=TODAY, ar="عطلة", en="Holiday")
    add_holiday(operator, command)
    assert holidays("live", first=TODAY, last=TODAY) == {TODAY}
    assert holidays("training", first=TODAY, last=TODAY) == frozenset()
    with pytest.raises(AlreadyThere):
        add_holiday(operator, command)
    with pytest.raises(NotInDirectory):
        add_holiday(administrator, command)
