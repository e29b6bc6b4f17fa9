# SPDX-License-Identifier: EUPL-1.2
"""The directory and its administration, as its readers, its administrators and everybody without right see them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mukatabat.access.models import Account
from mukatabat.directory.models import (
    Absence,
    Appointment,
    Body,
    BodyName,
    Change,
    Holiday,
    Mandate,
    Person,
    Post,
    Unit,
)
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from tests.cast import FL, MOF, MOH

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from tests.cast import Cast
    from tests.web.conftest import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def at(name: str, *args: object) -> str:
    return reverse(f"directory:{name}", args=args)


def shown(response: HttpResponse) -> str:
    return response.content.decode()


def post_id(role: PostRole, body: UUID = MOF) -> UUID:
    return Post.objects.filter(body=body, role=role.value).order_by("level", "pk")[0].pk


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("login", ["clerk.mof", "adviser.moh", "auditor.fl", "operator.cait", "trainee.fl"])
def test_everybody_reads_who_holds_which_post_in_their_realm(browser: Browser, cast: Cast, login: str) -> None:
    client = browser(login)
    page = shown(client.get(at("home")))
    assert cast(login).name_ar in page
    other = FL if cast(login).realm == "live" else Body.objects.get(code="FL", realm="training").pk
    assert client.get(at("body", other)).status_code == 200


def test_a_body_of_the_other_realm_is_not_there(browser: Browser, cast: Cast) -> None:
    training = Body.objects.get(code="FL", realm="training").pk
    assert browser("clerk.fl").get(at("body", training)).status_code == 404
    assert browser("trainee.fl").get(at("body", FL)).status_code == 404


@pytest.mark.parametrize("typed", ["منيره الصالح", "Munira", "مُنيرة", "الصالح"])
def test_a_person_is_found_in_any_spelling(browser: Browser, cast: Cast, typed: str) -> None:
    assert "منيرة الصالح" in shown(browser("clerk.moh").get(at("home"), {"q": typed}))


def test_staff_number_e_mail_and_leave_are_the_own_bodys(browser: Browser, cast: Cast) -> None:
    head = Person.objects.get(pk=cast("head.mof").person_id)
    day = clock.today()
    Absence.objects.create(person=head, starts=day, ends=day + timedelta(days=3), reason="إجازة")
    address, about = at("body", MOF), {"person": head.pk}
    own, foreign = shown(browser("clerk.mof").get(address, about)), shown(browser("clerk.moh").get(address, about))
    for text in (head.staff_number, head.email, "banner warn"):
        assert text in own
        assert text not in foreign
    assert head.ar not in shown(browser("clerk.moh").get(at("home"), {"q": head.staff_number}))


def test_a_person_or_unit_of_another_body_is_not_found_under_this_one(browser: Browser, cast: Cast) -> None:
    client = browser("clerk.mof")
    theirs = Unit.objects.filter(body=MOH)[0].pk
    for about in ({"unit": theirs}, {"person": cast("clerk.moh").person_id}, {"unit": "x"}, {"person": uuid4()}):
        assert client.get(at("body", MOF), about).status_code == 404


def test_a_body_of_many_posts_is_read_page_by_page_at_the_same_cost(browser: Browser, cast: Cast) -> None:
    client = browser("clerk.mof")
    unit = Unit.objects.filter(body=MOF)[0]
    costs = []
    for number in (3, 120):
        Post.objects.bulk_create(
            Post(body_id=MOF, unit=unit, ar=f"منصب {number}-{one}", en="Post", role="adviser", valid_from="2020-01-01")
            for one in range(number)
        )
        with CaptureQueriesContext(connection) as queries:
            page = client.get(at("body", MOF))
        costs.append(len(queries))
        assert page.status_code == 200
    assert costs[0] == costs[1]
    more = page.context["more_url"]
    rest = client.get(more, headers={"HX-Request": "true"})
    assert rest.status_code == 200
    assert "<html" not in shown(rest)


# ── one person's administration ─────────────────────────────────────────────────────────────────────────────────────


def test_a_person_is_added_appointed_and_given_an_account(browser: Browser, cast: Cast) -> None:
    client = browser("admin.mof")
    said = {"ar": "نجلاء الحربي", "en": "Najla Al-Harbi", "staff_number": "٧٧٠٠١", "valid_from": clock.today()}
    assert client.post(at("add_person"), said).status_code == 302
    added = Person.objects.get(body=MOF, staff_number="77001")
    clerk = {"post": post_id(PostRole.REGISTRY_CLERK), "valid_from": clock.today(), "is_primary": "on"}
    assert client.post(at("appoint", added.pk), clerk).status_code == 302
    assert added.appointments.count() == 1
    page = client.post(at("create_account", added.pk), {"login": "najla.mof", "language": "ar"})
    account = Account.objects.get(person=added)
    assert page.context["password"]
    assert account.check_password(page.context["password"])
    assert "no-store" in page.headers["Cache-Control"]
    assert "77001" in shown(client.get(at("people"), {"q": "نجلا"}))


def test_a_post_of_power_waits_for_a_second_person_who_confirms_with_a_code(browser: Browser, cast: Cast) -> None:
    first, second = browser("admin.mof"), browser("admin2.mof")
    gains = cast("adviser.mof").person_id
    said = {"post": post_id(PostRole.SIGNATORY), "valid_from": clock.today(), "reason": "شغور المنصب"}
    assert first.post(at("appoint", gains), {**said, "reason": ""}).status_code == 400
    assert first.post(at("appoint", gains), said).status_code == 302
    with scope(cast("admin.mof")):
        change = Change.objects.get()
    assert not Appointment.objects.filter(person=gains, post__role="signatory").exists()
    assert first.post(at("change", change.pk), {"act": "confirm"}).status_code == 403
    assert at("change", change.pk) in shown(second.get(at("changes")))
    assert "شغور المنصب" in shown(second.get(at("change", change.pk)))
    assert second.post(at("change", change.pk), {"act": "confirm"}).status_code == 302
    assert Appointment.objects.filter(person=gains, post__role="signatory").exists()
    assert second.post(at("change", change.pk), {"act": "confirm"}).status_code == 409
    trail = shown(first.get(reverse("audit:log"), {"act": "directory.change-confirmed"}))
    assert f"شغل منصب ذي صلاحية — {cast('adviser.mof').name_ar}" in trail


def test_an_instrument_is_proposed_taken_back_and_declined(browser: Browser, cast: Cast) -> None:
    first, second = browser("admin.mof"), browser("signer.mof")
    day = clock.today()
    said = {
        "kind": "delegation", "post": post_id(PostRole.SIGNATORY), "instrument_number": "قرار 9", "may_sign": "on",
        "instrument_date": day, "valid_from": day, "valid_to": day + timedelta(days=9), "highest_level": "2",
        "letter_types": ["general"], "reason": "سفر الوكيل",
    }  # fmt: skip
    gains = cast("head.mof").person_id
    for _turn in range(2):
        assert first.post(at("grant", gains), said).status_code == 302
    with scope(cast("admin.mof")):
        one, other = Change.objects.all()
    assert first.post(at("change", one.pk), {"act": "decline"}).status_code == 302
    assert second.post(at("change", other.pk), {"act": "decline", "reason": ""}).status_code == 400
    assert second.post(at("change", other.pk), {"act": "decline", "reason": "لا حاجة"}).status_code == 302
    assert not Mandate.objects.filter(instrument_number="قرار 9").exists()


def test_a_lost_second_factor_of_a_signatory_is_reset_by_two(browser: Browser, cast: Cast) -> None:
    first, second = browser("admin.mof"), browser("admin2.mof")
    browser("signer.mof")
    account = Account.objects.get(login="signer.mof")
    assert first.post(at("care", account.pk, "second-factor"), {"reason": "فقد الهاتف"}).status_code == 302
    with scope(cast("admin.mof")):
        change = Change.objects.get()
    page = second.post(at("change", change.pk), {"act": "confirm"})
    assert page.context["code"]
    assert not page.context["password"]


def test_an_account_is_closed_and_opened_for_a_reason(browser: Browser, cast: Cast) -> None:
    client, theirs = browser("admin.mof"), browser("adviser.mof")
    account = Account.objects.get(login="adviser.mof")
    assert client.post(at("care", account.pk, "close"), {"reason": ""}).status_code == 400
    assert client.post(at("care", account.pk, "close"), {"reason": "إعارة"}).status_code == 302
    assert theirs.get(at("home")).status_code == 302
    assert client.post(at("care", account.pk, "open"), {"reason": "عودة"}).status_code == 302
    assert client.post(at("care", account.pk, "nonsense"), {"reason": "س"}).status_code == 404


def test_leave_moves_the_tray_to_a_deputy_who_is_not_the_administrator(browser: Browser, cast: Cast) -> None:
    client, day = browser("admin.mof"), clock.today()
    browser("adviser.mof")  # a deputy has an account
    said = {"starts": day, "ends": day + timedelta(days=5), "deputy": cast("admin.mof").person_id}
    assert client.post(at("absence", cast("head.mof").person_id), said).status_code == 403
    said["deputy"] = cast("adviser.mof").person_id
    assert client.post(at("absence", cast("head.mof").person_id), said).status_code == 302
    assert Absence.objects.get(person=cast("head.mof").person_id).deputy_id == cast("adviser.mof").person_id


# ── import ──────────────────────────────────────────────────────────────────────────────────────────────────────────

TABLE = "الرقم الوظيفي,الاسم بالعربية,الاسم بالإنجليزية,الوحدة,المنصب\r\n"
GOOD, BAD = "88001,نجلاء الحربي,Najla Al-Harbi,REG,كاتب السجل\r\n", "88002,سعد,Saad,XXX,كاتب السجل\r\n"


def _sent(client: Any, text: str, encoding: str = "utf-8") -> HttpResponse:
    return client.post(at("import"), {"file": SimpleUploadedFile("people.csv", text.encode(encoding))})


def test_a_table_is_previewed_with_its_faulty_rows_and_nothing_is_taken_by_itself(browser: Browser, cast: Cast) -> None:
    client = browser("admin.mof")
    page = _sent(client, TABLE + GOOD + BAD)
    assert (page.context["ready"], page.context["faulty"]) == (1, 1)
    assert page.context["rows"][0]["line"] == 3
    said = {"digest": page.context["digest"], "data": page.context["data"]}
    assert client.post(at("import"), said).status_code == 400
    assert not Person.objects.filter(staff_number="88001").exists()
    assert client.post(at("import"), {**said, "data": "AAAA"}).status_code == 409
    assert client.post(at("import"), {**said, "good_rows_alone": "yes"}).status_code == 302
    assert Person.objects.filter(staff_number="88001").exists()
    assert not Person.objects.filter(staff_number="88002").exists()


def test_a_table_with_a_post_of_power_is_faulty(browser: Browser, cast: Cast) -> None:
    row = "88003,هدى,Huda,USEC,وكيل وزارة المالية\r\n"
    assert _sent(browser("admin.mof"), TABLE + row).context["faulty"] == 1


def test_a_table_of_windows_arabic_says_so_and_one_with_a_mark_is_read(browser: Browser, cast: Cast) -> None:
    client = browser("admin.mof")
    assert _sent(client, TABLE + GOOD, "utf-8-sig").context["ready"] == 1
    assert _sent(client, TABLE + GOOD, "windows-1256").context["error"].code == "directory.import-windows-arabic"
    template = client.get(at("import_template"))
    assert template.content.startswith(b"\xef\xbb\xbf")
    assert "الرقم الوظيفي" in shown(template)


# ── the operator ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_operator_adds_renames_and_closes_bodies_and_keeps_the_calendar(browser: Browser, cast: Cast) -> None:
    client, day = browser("operator.cait"), clock.today()
    body = {
        "code": "NEWA",
        "ar": "هيئة جديدة",
        "en": "New Authority",
        "kind": "authority",
        "channel": "paper",
        "valid_from": day,
    }
    assert client.post(at("add_body"), body).status_code == 302
    added = Body.objects.get(code="NEWA")
    names = {"ar": "هيئة أخرى", "en": "Other Authority", "valid_from": day + timedelta(days=1)}
    assert client.post(at("rename_body", added.pk), names).status_code == 302
    assert BodyName.objects.filter(body=added).count() == 2
    end = {"last_day": day + timedelta(days=9), "reason": "دمج"}
    assert client.post(at("close_body", added.pk), end).status_code == 302
    said = {"on": day + timedelta(days=30), "ar": "عطلة", "en": "Holiday"}
    assert client.post(at("add_holiday"), said).status_code == 302
    entered = Holiday.objects.get(on=said["on"])
    assert client.post(at("withdraw_holiday", entered.pk)).status_code == 302
    assert client.post(at("withdraw_holiday", entered.pk)).status_code == 409
    entered.refresh_from_db()
    assert entered.withdrawn_at is not None
    assert client.get(at("holidays")).status_code == 200


# ── whoever has no right ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("login", ["adviser.mof", "auditor.mof", "clerk.mof", "operator.cait", "admin.moh"])
def test_nobody_else_reaches_a_person_an_account_or_a_proposal_of_the_body(
    browser: Browser, cast: Cast, login: str
) -> None:
    gains = cast("head.mof").person_id
    browser("head.mof")
    account = Account.objects.get(login="head.mof")
    said = {"post": post_id(PostRole.SIGNATORY), "valid_from": clock.today(), "reason": "س"}
    browser("admin.mof").post(at("appoint", gains), said)
    with scope(cast("admin.mof")):
        change = Change.objects.get()
    mandate = Mandate.objects.filter(body=MOF)[0]
    appointment = Appointment.objects.get(person=gains)
    client = browser(login)
    for place in (
        at("person", gains), at("appoint", gains), at("grant", gains), at("absence", gains), at("create_account", gains),
        at("care", account.pk, "close"), at("change", change.pk), at("revoke", mandate.pk),
        at("end_appointment", appointment.pk),
    ):  # fmt: skip
        for method in (client.get, client.post):
            response = method(place, {"reason": "س", "act": "confirm", "last_day": clock.today()})
            assert response.status_code in {404, 405}, (place, login)
    account.refresh_from_db()
    appointment.refresh_from_db()
    assert (account.is_active, appointment.valid_to) == (True, None)
