# SPDX-License-Identifier: EUPL-1.2
"""Passkeys: made after a fresh code, two factors at the door, one at a signature; and every answer that is none."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from mukatabat.access import passkeys, second_factor, sessions
from mukatabat.access.models import Account
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from tests.access.device import Device, coded
from tests.access.people import Office, actor_for, code_now, is_signed_in, make_account, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.long]
HOST = "fl.localhost"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": HOST})


def asked(client: Client, route: str) -> dict[str, Any]:
    response = client.post(reverse(route))
    assert response.status_code == 200
    return json.loads(response.content)  # type: ignore[no-any-return]


def made(client: Client, device: Device | None = None, **said: str) -> Device:
    device = device or Device(ORIGIN)
    answer = device.make(asked(client, "access_passkey_enrol_options"))
    client.post(reverse("access_passkeys"), {"name": "هاتف", "made": answer, **said})
    return device


def enter(client: Client, device: Device, **changes: Any) -> int:
    answer = device.prove(asked(client, "access_passkey_door_options"), **changes)
    return client.post(reverse("access_passkey_sign_in"), {"passkey": answer}).status_code


def fresh_browser() -> Client:
    return Client(headers={"host": HOST})


def trail(account: Account) -> list[str]:
    with scope(actor_for(account)):
        return list(AuditEntry.objects.order_by("at", "id").values_list("act", flat=True))


def test_a_passkey_alone_opens_the_door_and_counts_as_both_factors(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    door = fresh_browser()
    assert enter(door, device) == 302
    assert is_signed_in(door)
    assert sessions.second_factor_at(door.session, signer) is not None
    assert {"access.passkey-added", "access.second-factor-proved", "access.signed-in"} <= set(trail(signer))


def test_the_way_back_after_a_passkey_stays_in_the_house(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    for wanted, led in (("/work/done/", "/work/done/"), ("//evil.example/", "/"), ("https://evil.example", "/")):
        door = fresh_browser()
        answer = device.prove(asked(door, "access_passkey_door_options"))
        response = door.post(reverse("access_passkey_sign_in"), {"passkey": answer, "next": wanted})
        assert response.headers["Location"] == led


def test_a_passkey_is_made_only_after_a_fresh_proof_of_the_second_factor(client: Client, signer: Account) -> None:
    sign_in(client, signer)
    with clock.fixed(clock.now() + timedelta(minutes=6)) as later:
        made(client)
        assert passkeys.of_account(signer) == []
        later.advance(timedelta(seconds=60))
        made(client, code=code_now())
        assert len(passkeys.of_account(signer)) == 1


def test_whoever_has_no_second_factor_sets_that_up_first(client: Client, adviser: Account) -> None:
    sign_in(client, adviser)
    made(client)
    assert passkeys.of_account(adviser) == []
    assert client.get(reverse("access_passkeys")).headers["Location"] == reverse("mfa_activate_totp")


def test_an_answer_opens_once(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    door = fresh_browser()
    answer = device.prove(asked(door, "access_passkey_door_options"))
    for status in (302, 401):
        assert door.post(reverse("access_passkey_sign_in"), {"passkey": answer}).status_code == status
        door.post(reverse("account_logout"))
    other = fresh_browser()
    asked(other, "access_passkey_door_options")
    assert other.post(reverse("access_passkey_sign_in"), {"passkey": answer}).status_code == 401
    assert not is_signed_in(other)


def test_a_failed_answer_uses_its_challenge_up(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    door = fresh_browser()
    options = asked(door, "access_passkey_door_options")
    wrong = device.prove(options, signature="AAAA")
    assert door.post(reverse("access_passkey_sign_in"), {"passkey": wrong}).status_code == 401
    assert door.post(reverse("access_passkey_sign_in"), {"passkey": device.prove(options)}).status_code == 401


def test_an_answer_made_for_another_host_opens_nothing(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    for origin in ("http://evil.localhost", "https://fl.localhost.evil.example", "http://fl.example", "null"):
        device.origin = origin
        assert enter(fresh_browser(), device) == 401


def test_a_device_that_did_not_look_at_its_owner_makes_and_opens_nothing(client: Client, signer: Account) -> None:
    sign_in(client, signer)
    made(client, Device(ORIGIN, verified=False))
    assert passkeys.of_account(signer) == []
    device = made(client)
    device.verified = False
    assert enter(fresh_browser(), device) == 401


def test_one_persons_key_under_another_persons_name_opens_nothing(
    client: Client, signer: Account, office: Office
) -> None:
    device = made(sign_in(client, signer))
    victim = make_account(office, PostRole.SIGNATORY)
    theirs = made(sign_in(fresh_browser(), victim))
    device.user = theirs.user
    door = fresh_browser()
    assert enter(door, device) == 401
    assert not is_signed_in(door)
    assert enter(fresh_browser(), theirs) == 302


def test_a_copied_key_is_found_by_its_counter(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    for counter, status in ((5, 302), (5, 401), (3, 401), (6, 302)):
        device.counter = counter
        assert enter(fresh_browser(), device) == status


def test_a_closed_account_opens_by_no_passkey_and_looks_like_a_wrong_one(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    Account.objects.filter(pk=signer.pk).update(is_active=False)
    closed, strange = fresh_browser(), fresh_browser()
    assert enter(closed, device) == 401
    assert enter(strange, Device(ORIGIN, user=device.user)) == 401
    assert not is_signed_in(closed)
    assert sessions.second_factor_at(closed.session, signer) is None


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "x", '{"response": 7}', '{"response": {"userHandle": 7}}', "[" * 9000, "a" * 70_000],
)
def test_senseless_answers_are_refused_and_crash_nothing(client: Client, signer: Account, answer: str) -> None:
    sign_in(client, signer)
    assert client.post(reverse("access_passkeys"), {"name": "x", "made": answer}).status_code == 403
    door = fresh_browser()
    asked(door, "access_passkey_door_options")
    assert door.post(reverse("access_passkey_sign_in"), {"passkey": answer}).status_code == 401


def twisted(answer: str, place: str, value: object) -> str:
    said = json.loads(answer)
    (said if place in said else said["response"])[place] = value
    return json.dumps(said)


# An array in an array in an array …, an array cut off, a number cut off: CBOR; and JSON as deep.
@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("authenticatorData", coded(bytes(32) + b"\xc1" + bytes(4) + b"\x81" * 3000)),
        ("authenticatorData", coded(bytes(32) + b"\x81" + bytes(4))), ("authenticatorData", []),
        ("clientDataJSON", coded(b"[" * 20_000)), ("clientExtensionResults", 5),
    ],
)  # fmt: skip
def test_a_twisted_answer_is_refused_and_crashes_nothing(
    client: Client, signer: Account, place: str, value: object
) -> None:
    device, door = made(sign_in(client, signer)), fresh_browser()
    answer = twisted(device.prove(asked(door, "access_passkey_door_options")), place, value)
    assert door.post(reverse("access_passkey_sign_in"), {"passkey": answer}).status_code == 401
    assert not is_signed_in(door)


@pytest.mark.parametrize("value", [coded(b"\xa3\x63fmt"), coded(b"\x9f"), coded(b"\x81" * 3000), coded(b"\x19\x01")])
def test_a_twisted_new_key_is_refused_and_crashes_nothing(client: Client, signer: Account, value: str) -> None:
    browser = sign_in(client, signer)
    answer = twisted(Device(ORIGIN).make(asked(browser, "access_passkey_enrol_options")), "attestationObject", value)
    assert browser.post(reverse("access_passkeys"), {"name": "هاتف", "made": answer}).status_code < 500
    assert passkeys.of_account(signer) == []


def test_wrong_answers_are_counted_like_codes(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    statuses = [enter(fresh_browser(), device, signature="AAAA") for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert enter(fresh_browser(), device) == 429


def test_a_key_belongs_to_one_account_and_an_account_has_few(client: Client, signer: Account, office: Office) -> None:
    device = made(sign_in(client, signer))
    made(client, device)
    assert len(passkeys.of_account(signer)) == 1
    other = make_account(office, PostRole.SIGNATORY)
    made(sign_in(fresh_browser(), other), device)
    assert passkeys.of_account(other) == []
    for _ in range(passkeys.MOST_PASSKEYS + 2):
        made(client)
    assert len(passkeys.of_account(signer)) == passkeys.MOST_PASSKEYS


def test_a_removed_passkey_opens_nothing_and_nobody_removes_anothers(
    client: Client, signer: Account, office: Office
) -> None:
    device = made(sign_in(client, signer))
    row = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    other = sign_in(fresh_browser(), make_account(office, PostRole.SIGNATORY))
    assert other.post(reverse("access_passkeys"), {"remove": row.pk}).status_code == 403
    assert client.post(reverse("access_passkeys"), {"remove": row.pk}).status_code == 302
    assert enter(fresh_browser(), device) == 401


def test_a_reset_of_the_second_factor_takes_the_passkeys_with_it(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    second_factor.remove(signer)
    assert enter(fresh_browser(), device) == 401


def test_a_first_password_is_replaced_also_after_a_passkey(client: Client, signer: Account) -> None:
    device = made(sign_in(client, signer))
    Account.objects.filter(pk=signer.pk).update(must_change_password=True)
    door = fresh_browser()
    assert enter(door, device) == 302
    assert not is_signed_in(door)
    assert door.get(reverse("access_own_password")).status_code == 200
