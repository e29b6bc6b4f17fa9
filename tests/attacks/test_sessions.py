# SPDX-License-Identifier: EUPL-1.2
"""A session in wrong hands, or of somebody whose post, mandate or account ended while it lived."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from mukatabat.access import sessions
from mukatabat.access.models import Account
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Absence, Appointment, Mandate, Person
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.letters.actions import drafting, issuing
from mukatabat.letters.models import Issue, Letter
from mukatabat.registers.models import Entry
from mukatabat.signing import service
from mukatabat.tenancy.context import scope
from tests.letters.pages import at, browser, code
from tests.story import approved_letter, draft_command

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


def _sign(client: Client, cast: Cast, letter: Letter, **changes: str) -> int:
    with scope(cast("adviser.mof")):
        version = Letter.objects.get(id=letter.id).version
    fields = {"read": "yes", "code": code("signer.mof"), "version": str(version), **changes}
    return client.post(at("sign", letter.id), fields).status_code


def _nothing_signed(cast: Cast, letter: Letter) -> bool:
    with scope(cast("adviser.mof")):
        untouched = not Entry.objects.exists() and not Issue.objects.exists()
        return untouched and Letter.objects.get(id=letter.id).state == "approved"


# ── signing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_stolen_session_signs_nothing_without_a_new_code(cast: Cast) -> None:
    letter, thief = approved_letter(cast), browser("signer.mof")
    assert thief.get(at("sign", letter.id)).status_code == 200
    for wrong in ("", "000000", "١٢٣٤٥٦", "abc", "1" * 500):
        assert _sign(thief, cast, letter, code=wrong) in {400, 403, 429}
    assert _nothing_signed(cast, letter)


def test_a_code_signs_once_and_in_no_other_session(cast: Cast) -> None:
    first, second = approved_letter(cast), approved_letter(cast)
    owner, thief = browser("signer.mof"), browser("signer.mof")
    seen = code("signer.mof")
    assert _sign(owner, cast, first, code=seen) == 302
    assert _sign(thief, cast, second, code=seen) in {400, 403}
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=second.id).state == "approved"


def test_a_session_without_a_second_factor_has_no_page_to_sign_on(cast: Cast) -> None:
    letter, weak = approved_letter(cast), browser("signer.mof", factor=False)
    assert weak.get(at("sign", letter.id)).status_code == 404
    assert _sign(weak, cast, letter) == 404
    assert weak.post(at("refuse", letter.id), {"reason": "سبب"}).status_code == 404
    assert _nothing_signed(cast, letter)


@pytest.mark.parametrize("ended", ["mandate revoked", "mandate expired", "on leave", "post taken away"])
def test_what_ended_between_the_page_and_the_signature_signs_nothing(cast: Cast, ended: str) -> None:
    letter, client = approved_letter(cast), browser("signer.mof")
    assert client.get(at("sign", letter.id)).status_code == 200
    signer, yesterday = person_id("signer.mof"), clock.today() - timedelta(days=1)
    if ended == "mandate revoked":
        Mandate.objects.filter(person_id=signer).update(
            revoked_at=clock.now() - timedelta(seconds=1), revoked_by_id=person_id("minister.mof")
        )
    elif ended == "mandate expired":
        Mandate.objects.filter(person_id=signer).update(valid_to=yesterday)
    elif ended == "on leave":
        Absence.objects.create(
            person_id=signer, deputy_id=person_id("minister.mof"), starts=yesterday, ends=clock.today(), reason="س"
        )
    else:
        other = Appointment.objects.get(person_id=person_id("minister.mof"))
        Appointment.objects.filter(person_id=signer).update(post_id=other.post_id)
    assert _sign(client, cast, letter) in {400, 403, 404}
    assert _nothing_signed(cast, letter)


def test_a_proof_from_the_future_is_no_fresh_second_factor(cast: Cast) -> None:
    from dataclasses import replace

    from mukatabat.letters.errors import SecondFactorNotFresh

    letter = approved_letter(cast)
    signer = replace(cast("signer.mof"), second_factor_at=clock.now() + timedelta(hours=1))
    with pytest.raises(SecondFactorNotFresh):
        issuing.begin_issue(signer, letter.id, provider=service.provider())
    assert _nothing_signed(cast, letter)


# ── sessions that should be dead ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "end", ["closed account", "person left", "all ended", "password changed", "eight hours", "idle"]
)
def test_a_session_that_ended_reads_and_writes_nothing(cast: Cast, end: str) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    client = browser("adviser.mof")
    assert client.get(at("edit", letter.id)).status_code == 200
    account = Account.objects.get(login="adviser.mof")
    if end == "closed account":
        Account.objects.filter(pk=account.pk).update(is_active=False)
    elif end == "person left":
        Person.objects.filter(pk=account.person_id).update(valid_to=clock.today() - timedelta(days=1))
    elif end == "all ended":
        sessions.end_all(account)
    elif end == "password changed":
        account.set_password("another long pass phrase")
        account.save()
    else:
        session = client.session
        ago = timedelta(hours=8) if end == "eight hours" else timedelta(minutes=31)
        session[sessions.STARTED] = (clock.now() - max(ago, timedelta(hours=1))).isoformat()
        session[sessions.SEEN] = (clock.now() - (timedelta(0) if end == "eight hours" else ago)).isoformat()
        session.save()
    for answer in (
        client.get(at("edit", letter.id)), client.post(at("discard", letter.id)), client.get("/find/?q=1"),
        client.post(at("submit", letter.id)), client.get(reverse("web:outgoing_csv")),
    ):  # fmt: skip
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse(settings.LOGIN_URL))
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=letter.id).state == "draft"


def test_whoever_lost_every_post_sees_and_does_nothing_with_a_living_session(cast: Cast) -> None:
    letter = drafting.begin_draft(cast("adviser.mof"), draft_command(cast))
    client = browser("adviser.mof")
    Appointment.objects.filter(person_id=person_id("adviser.mof")).update(valid_to=clock.today() - timedelta(days=1))
    for answer in (client.get(at("letter", letter.id)), client.post(at("recall", letter.id)), client.get("/find/?q=1")):
        assert answer.status_code in {403, 404}
        assert "فروق أسعار" not in answer.content.decode()


def test_whoever_moved_to_another_unit_no_longer_sees_what_the_unit_was_granted(cast: Cast) -> None:
    from tests.story import issued_letter, registered

    issued_letter(cast)
    incoming = registered(cast)
    client = browser("clerk2.fl")
    assert client.get(at("letter", incoming.id)).status_code == 200
    other = Appointment.objects.get(person_id=person_id("adviser2.fl"))
    Appointment.objects.filter(person_id=person_id("clerk2.fl")).update(post_id=other.post_id)
    assert client.get(at("letter", incoming.id)).status_code == 404
    assert client.get(reverse("registers:tray")).status_code == 404


# ── the door ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_forged_address_of_the_sender_is_not_what_the_trail_keeps(cast: Cast) -> None:
    from tests.access.people import PASSWORD

    account = Account(login="adviser.mof", person_id=person_id("adviser.mof"))
    account.set_password(PASSWORD)
    account.save()
    client = Client(headers={"X-Forwarded-For": "203.0.113.7", "X-Real-Ip": "203.0.113.7"})
    client.post(reverse("account_login"), {"login": account.login, "password": PASSWORD})
    with scope(cast("adviser.mof")):
        places = set(AuditEntry.objects.filter(act="access.signed-in").values_list("place", flat=True))
    assert places == {"127.0.0.1"}


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example",
     "\thttps://evil.example", "/%2F%2Fevil.example"],
)  # fmt: skip
def test_nobody_is_led_to_another_host_after_signing_in_or_choosing_a_language(cast: Cast, target: str) -> None:
    from tests.access.people import PASSWORD

    account = Account(login="adviser.mof", person_id=person_id("adviser.mof"))
    account.set_password(PASSWORD)
    account.save()
    client = Client()
    answers = [
        client.post(reverse("access_preferences"), {"language": "en", "next": target}),
        client.post(reverse("account_login"), {"login": account.login, "password": PASSWORD, "next": target}),
    ]
    for answer in answers:
        assert answer.status_code == 302
        location = answer.headers["Location"]
        assert location.startswith("/") and not location.startswith(("//", "/\\")), location


def test_the_second_factor_of_one_account_does_not_follow_the_session_to_another(cast: Cast) -> None:
    letter = approved_letter(cast)
    client = browser("signer.mof")
    session = client.session
    session[sessions.SECOND_FACTOR] = {
        "account": str(Account.objects.get(login="signer.mof").pk),
        "at": clock.now().isoformat(),
    }
    session.save()
    browser("adviser.mof")
    client.force_login(Account.objects.get(login="adviser.mof"))
    assert client.post(at("sign", letter.id), {"read": "yes", "version": "1"}).status_code in {302, 404}
    assert _nothing_signed(cast, letter)
