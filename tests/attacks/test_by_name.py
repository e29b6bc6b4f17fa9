# SPDX-License-Identifier: EUPL-1.2
"""The attacks that everybody asks about by name, where no other file has them: identifiers, scripts, headers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from mukatabat.access.models import Account
from mukatabat.directory.models import Absence, Appointment, Change, Holiday, Mandate, Person, Post, Unit
from mukatabat.directory.queries import months_offered
from mukatabat.kernel import clock
from mukatabat.letters.actions.pictures import set_picture
from mukatabat.letters.queries.pictures import picture_of
from mukatabat.portal.actions.webhooks import NewWebhook, propose
from mukatabat.portal.events import EventType
from mukatabat.tenancy.context import scope
from tests.attacks.script import SCRIPT, is_text_alone
from tests.cast import MOF
from tests.letters.pages import browser
from tests.story import signature_png

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


# ── IDOR: identifiers of another body, on every route that takes one ────────────────────────────────────────────────


def _things(cast: Cast) -> dict[str, UUID]:
    """One living thing of the Ministry of Finance for every name under which a route takes an identifier."""
    day = clock.today()
    adviser = cast("adviser.mof").person
    absence = Absence.objects.create(person_id=adviser, starts=day, ends=day + timedelta(days=5))
    browser("admin.mof").post(
        reverse("directory:appoint", args=[adviser]),
        {"post": Post.objects.filter(body=MOF, role="signatory")[0].pk, "valid_from": day, "reason": "شغور"},
    )
    with scope(cast("admin.mof")):
        change = Change.objects.get()
    set_picture(cast("signer.mof"), signature_png())
    hook = NewWebhook(
        url="https://hooks.mof.example/", purpose="ربط", types=frozenset({EventType.DELIVERED}), person_id=adviser
    )
    webhook, _ = propose(cast("admin.mof"), hook)
    return {
        "webhook_id": webhook.pk, "person_id": adviser, "absence_id": absence.pk, "change_id": change.pk,
        "appointment_id": Appointment.objects.filter(person=adviser)[0].pk,
        "mandate_id": Mandate.objects.filter(body=MOF)[0].pk, "account_id": Account.objects.get(login="admin.mof").pk,
        "unit_id": Unit.objects.filter(body=MOF)[0].pk, "post_id": Post.objects.filter(body=MOF)[0].pk,
        "body_id": MOF, "holiday_id": Holiday.objects.filter(realm="live")[0].pk,
    }  # fmt: skip


def _taking_identifiers(prefix: str) -> list[tuple[str, list[str]]]:
    """The routes below a prefix that take identifiers: their names, and the names of what they take."""
    below = next(one for one in get_resolver().url_patterns if str(one.pattern) == prefix)
    return [
        (f"{below.namespace}:{route.name}", re.findall(r"<uuid:(\w+)>", str(route.pattern)))
        for route in below.url_patterns if "<uuid:" in str(route.pattern)
    ]  # fmt: skip


@pytest.mark.parametrize("login", ["admin.moh", "signer.fl", "operator.cait", "clerk.mof"])
def test_idor_no_identifier_of_the_administration_opens_to_another_body_or_without_the_right(
    cast: Cast, login: str
) -> None:
    things, client = _things(cast), browser(login)
    said = {
        "last_day": clock.today(), "back_on": clock.today(), "act": "confirm", "reason": "س", "ends": clock.today(),
        "starts": clock.today(), "ar": "س", "en": "x", "valid_from": clock.today(),
    }  # fmt: skip
    operates = login == "operator.cait"
    for name, takes in _taking_identifiers("directory/"):
        if name == "directory:body" or (operates and set(takes) <= {"body_id", "holiday_id"}):
            continue  # the directory is shared, and the operator keeps its bodies and holidays
        extra = {"directory:care": ["close"], "directory:care_for_webhook": ["confirm"]}.get(name, [])
        address = reverse(name, args=[*(things[one] for one in takes), *extra])
        for method in (client.get, client.post):
            assert method(address, said).status_code in {404, 405}, (name, login)
    assert Absence.objects.get(pk=things["absence_id"]).withdrawn_at is None
    assert Person.objects.get(pk=things["person_id"]).valid_to is None
    assert Unit.objects.get(pk=things["unit_id"]).valid_to is None
    assert Post.objects.get(pk=things["post_id"]).valid_to is None


@pytest.mark.parametrize("login", ["admin.moh", "signer.moh", "signer.fl"])
def test_idor_nobody_takes_another_bodys_picture_away(cast: Cast, login: str) -> None:
    owner = cast("signer.mof").person
    set_picture(cast("signer.mof"), signature_png())
    address = reverse("letters:signature_take_away", args=[owner])
    assert browser(login).post(address).status_code == 404
    assert picture_of(cast("signer.mof"), owner) is not None


# ── stored XSS: text of the administration and of one's own account ─────────────────────────────────────────────────


def test_stored_xss_no_text_of_the_administration_becomes_a_part_of_a_page(cast: Cast) -> None:
    client, day = browser("admin.mof"), clock.today()
    names = {"ar": f"س{SCRIPT}", "en": f"x{SCRIPT}", "valid_from": day}
    unit = Unit.objects.filter(body=MOF)[0]
    client.post(reverse("directory:add_unit"), {**names, "code": "XSS", "kind": "section"})
    client.post(
        reverse("directory:add_post"),
        {**names, "unit": unit.pk, "role": "adviser", "honorific": "sayyid", "level": "5"},
    )
    client.post(reverse("directory:add_person"), {**names, "staff_number": SCRIPT[:24], "email": ""})
    adviser = cast("adviser.mof").person
    browser("head.mof")  # a deputy has an account
    leave = {"starts": day, "ends": day, "deputy": cast("head.mof").person, "reason": SCRIPT}
    assert client.post(reverse("directory:absence", args=[adviser]), leave).status_code == 302
    client.post(
        reverse("directory:appoint", args=[adviser]),
        {"post": Post.objects.filter(body=MOF, role="signatory")[0].pk, "valid_from": day, "reason": SCRIPT},
    )
    client.post(
        reverse("directory:particulars"), {"letterhead_ar": SCRIPT, "letterhead_en": SCRIPT, "letter_digits": "arab"}
    )
    with scope(cast("admin.mof")):
        change = Change.objects.get()
    places = [
        reverse("directory:home"), reverse("directory:people"), reverse("directory:person", args=[adviser]),
        reverse("directory:structure"), reverse("directory:changes"), reverse("directory:change", args=[change.pk]),
        reverse("directory:particulars"), reverse("directory:body", args=[MOF]), reverse("audit:log"),
        f"{reverse('directory:home')}?q={SCRIPT}", f"{reverse('directory:people')}?q={SCRIPT}",
    ]  # fmt: skip
    for place in places:
        page = client.get(place)
        assert page.status_code == 200, place
        assert is_text_alone(page.content.decode()), place
    own = browser("adviser.mof").get(reverse("directory:leave")).content.decode()
    assert "onerror" in own
    assert is_text_alone(own)


def test_stored_xss_an_announcement_and_a_refused_form_stay_text(cast: Cast) -> None:
    operator = browser("operator.cait")
    year, month = months_offered(clock.today())[1]
    address = reverse("directory:month", args=[year, month])
    for days in ("1", "-1"):
        shown = operator.post(address, {"days": days, "announcement": SCRIPT, "act": "propose"})
        assert shown.status_code in {302, 400}
        if shown.status_code == 400:
            assert is_text_alone(shown.content.decode())
    for login in ("operator.cait", "signer.cait"):
        assert is_text_alone(browser(login).get(reverse("directory:changes")).content.decode())
    refused = operator.post(address, {"days": SCRIPT, "announcement": SCRIPT})
    assert refused.status_code == 400
    assert is_text_alone(refused.content.decode())


# ── header injection ────────────────────────────────────────────────────────────────────────────────────────────────

BREAK = "\r\nSet-Cookie: stolen=1\r\nX-Evil: 1\r\n\r\n<html>"


def _is_whole(response: object) -> None:
    headers = response.headers  # type: ignore[attr-defined]
    assert "X-Evil" not in headers
    assert "stolen" not in response.cookies  # type: ignore[attr-defined]
    for name, value in headers.items():
        assert not re.search(r"[\r\n]", f"{name}{value}"), name


@pytest.mark.parametrize("target", [f"/work/{BREAK}", f"/{BREAK}", BREAK, "/work/%0d%0aSet-Cookie:%20stolen=1"])
def test_header_injection_no_address_or_field_ends_a_header(cast: Cast, target: str) -> None:
    stranger, client = Client(), browser("adviser.mof")
    _is_whole(stranger.get(reverse("account_login"), {"next": target}))
    _is_whole(stranger.post(reverse("account_login"), {"login": target, "password": target, "next": target}))
    _is_whole(stranger.post(reverse("access_preferences"), {"language": "en", "next": target}))
    _is_whole(stranger.post(reverse("access_passkey_sign_in"), {"passkey": target, "next": target}))
    _is_whole(stranger.get(reverse("work:queue"), {"tab": target}))
    _is_whole(client.post(reverse("access_preferences"), {"theme": "dark", "next": target}))
    _is_whole(client.get(reverse("web:find"), {"q": target}))
    _is_whole(client.get(reverse("directory:home"), {"q": target}))
    _is_whole(browser("admin.mof").get(reverse("directory:people"), {"q": target, "folded": target, "after": uuid4()}))
    _is_whole(browser("clerk.mof").get(reverse("web:incoming_csv"), {"q": target}))
    _is_whole(browser("auditor.mof").get(reverse("audit:csv"), {"act": target, "document": target}))


def test_header_injection_every_page_bears_the_headers_of_the_house(cast: Cast) -> None:
    for response in (
        Client().get(reverse("account_login")), browser("adviser.mof").get(reverse("work:queue")),
        Client().get("/nothing/"), browser("signer.mof").get(reverse("letters:signature")),
    ):  # fmt: skip
        headers = response.headers
        assert "script-src" not in headers["Content-Security-Policy"]  # default-src 'self' holds for scripts too
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
