# SPDX-License-Identifier: EUPL-1.2
"""Endings, leave and Hijri months on screen: what depends stands on the page, and is refused in plain words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from mukatabat.access.grants.rules import Grantee
from mukatabat.directory.models import Absence, Appointment, Change, HijriAdjustment, Mandate, Post, Unit
from mukatabat.directory.queries import months_offered
from mukatabat.kernel import clock
from mukatabat.kernel.days import written
from mukatabat.letters.commands import AcceptCommand
from mukatabat.tenancy.context import scope
from mukatabat.work.models import Item
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.story import approved_letter, issued_letter, registered

if TYPE_CHECKING:
    from django.http import HttpResponse

    from tests.cast import Cast
    from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db


def at(name: str, *args: object) -> str:
    return reverse(f"directory:{name}", args=args)


def shown(response: HttpResponse) -> str:
    return response.content.decode()


# ── units and posts ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_holders_of_a_post_stand_on_its_page_and_in_the_way_of_its_end(browser: Browser, cast: Cast) -> None:
    client, post = browser("admin.mof"), cast.post("adviser.mof")
    page = shown(client.get(at("end_post", post)))
    assert cast("adviser.mof").name_ar in page
    refused = client.post(at("end_post", post), {"last_day": clock.today()})
    assert refused.status_code == 409
    assert cast("adviser.mof").name_ar in shown(refused)
    Appointment.objects.filter(post_id=post).update(valid_to=clock.today())
    assert client.post(at("end_post", post), {"last_day": clock.today()}).status_code == 302
    assert Post.objects.get(pk=post).valid_to == clock.today()
    assert at("end_post", post) not in shown(client.get(at("structure")))


def test_a_letter_that_waits_for_a_post_or_unit_keeps_it_open_until_it_is_moved(browser: Browser, cast: Cast) -> None:
    client, post = browser("admin.fl"), cast.post("head.fl")
    issued_letter(cast)
    study = ReferralCommand(task=Task(holder=Grantee.post(post), act=Act.STUDY), note="س")
    letter = registered(cast, AcceptCommand(referral=study))
    Appointment.objects.filter(post_id=post).update(valid_to=clock.today())
    Mandate.objects.filter(post_id=post).update(valid_to=clock.today())
    refused = client.post(at("end_post", post), {"last_day": clock.today()})
    assert refused.status_code == 409
    assert "كتاب واحد" in shown(refused)
    assert Post.objects.get(pk=post).valid_to is None
    with scope(cast("clerk.fl")):
        Item.objects.filter(object_id=letter.id).update(holder_kind="person", holder_id=cast("clerk.fl").person_id)
    assert client.post(at("end_post", post), {"last_day": clock.today()}).status_code == 302


def test_a_letter_on_its_way_through_a_post_keeps_the_post_open(browser: Browser, cast: Cast) -> None:
    client, post = browser("admin.mof"), cast.post("signer.mof")
    approved_letter(cast)
    Appointment.objects.filter(post_id=post).update(valid_to=clock.today())
    Mandate.objects.filter(post_id=post).update(valid_to=clock.today())
    assert client.post(at("end_post", post), {"last_day": clock.today()}).status_code == 409


def test_a_units_posts_stand_on_its_page(browser: Browser, cast: Cast) -> None:
    client = browser("admin.mof")
    unit = Post.objects.get(pk=cast.post("adviser.mof")).unit
    page = client.get(at("end_unit", unit.pk))
    for post in Post.objects.filter(unit=unit):
        assert post.ar in shown(page)
    assert client.post(at("end_unit", unit.pk), {"last_day": clock.today()}).status_code == 409
    assert Unit.objects.get(pk=unit.pk).valid_to is None


# ── leave ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_enters_and_ends_the_own_leave_and_sees_what_it_does(browser: Browser, cast: Cast) -> None:
    client, own, day = browser("adviser.mof"), cast("adviser.mof").person_id, clock.today()
    browser("head.mof")  # a deputy has an account
    assert at("absence", own) in shown(client.get(at("leave")))
    said = {"starts": day, "ends": day + timedelta(days=5), "deputy": cast("head.mof").person_id}
    assert client.post(at("absence", own), said).headers["Location"] == at("leave")
    page = shown(client.get(at("leave")))
    assert cast("head.mof").name_ar in page
    assert "ولا توقيع لك حتى عودتك" in page
    absence = Absence.objects.get(person_id=own)
    assert client.post(at("end_absence", absence.pk), {"back_on": day}).status_code == 302
    assert "ولا توقيع لك حتى عودتك" not in shown(client.get(at("leave")))
    assert client.get(at("end_absence", absence.pk)).status_code == 404


def test_a_head_sees_the_people_of_the_unit_and_an_adviser_nobody(browser: Browser, cast: Cast) -> None:
    adviser, other = cast("adviser.mof").person_id, cast("clerk.moh").person_id
    head = browser("head.mof")
    assert at("absence", adviser) in shown(head.get(at("leave")))
    day = {"starts": clock.today(), "ends": clock.today()}
    assert head.post(at("absence", adviser), day).status_code == 302
    for client, person in ((head, other), (browser("adviser.mof"), cast("head.mof").person_id)):
        assert client.get(at("absence", person)).status_code == 404
        assert client.post(at("absence", person), day).status_code == 404


def test_who_refers_reads_that_the_recipient_is_away(browser: Browser, cast: Cast) -> None:
    from mukatabat.letters import choices

    day = clock.today()
    Absence.objects.create(person_id=cast("adviser1.fl").person_id, starts=day, ends=day + timedelta(days=2))
    with scope(cast("clerk.fl")):
        notes = [one["note"] for group in choices.referral_groups(cast("clerk.fl")) for one in group["choices"]]
    assert any(written(day + timedelta(days=2), "ar") in note for note in notes)


# ── Hijri months ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_months_beginning_is_looked_at_proposed_and_confirmed_by_another(browser: Browser, cast: Cast) -> None:
    operator, second = browser("operator.cait"), browser("signer.cait")
    year, month = months_offered(clock.today())[1]
    address = at("month", year, month)
    for days in ("1", "-1"):  # one of the two gives the month before a length that no month has
        said = {"days": days, "announcement": "هيئة الرؤية الشرعية"}
        looked = operator.post(address, said)
        assert looked.status_code == 200
        assert looked.context["moved"]
        proposed = operator.post(address, {**said, "act": "propose"})
        if proposed.status_code == 302:
            break
        assert proposed.status_code == 400
    with scope(cast("operator.cait")):
        change = Change.objects.get()
    assert at("change", change.pk) in shown(operator.get(at("months")))
    assert operator.post(at("change", change.pk), {"act": "confirm"}).status_code == 403
    page = second.get(at("change", change.pk))
    assert page.context["moved"]
    assert second.post(at("change", change.pk), {"act": "confirm"}).status_code == 302
    assert HijriAdjustment.objects.get().days == int(days)
    assert "هيئة الرؤية الشرعية" in shown(operator.get(at("months")))


def test_no_month_far_away_and_no_empty_announcement(browser: Browser, cast: Cast) -> None:
    operator = browser("operator.cait")
    year, month = months_offered(clock.today())[0]
    assert operator.get(at("month", year + 9, month)).status_code == 400
    assert operator.get(at("month", year, 99)).status_code == 400
    assert operator.post(at("month", year, month), {"days": "7", "announcement": "س"}).status_code == 400
    assert operator.post(at("month", year, month), {"days": "1", "announcement": " "}).status_code == 400
    assert browser("admin.mof").get(at("months")).status_code == 404
