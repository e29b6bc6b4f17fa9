# SPDX-License-Identifier: EUPL-1.2
"""Coming in: what is checked, what is refused, and the attacks by name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.urls import reverse

from mukatabat.access import actions, sessions, throttle
from mukatabat.access.actions import AccountAct
from mukatabat.access.backends import PasswordBackend
from mukatabat.access.models import Account, Throttle
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, ActorKind
from tests.access.people import (
    PASSWORD,
    Office,
    actor_for,
    code_now,
    is_signed_in,
    make_account,
    sign_in,
)
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def acts_of(actor: Actor) -> list[str]:
    with scope(actor):
        return list(AuditEntry.objects.order_by("at", "id").values_list("act", flat=True))


def try_password(client: Client, login: str, password: str = "wrong password") -> int:
    return client.post(reverse("account_login"), {"login": login, "password": password}).status_code


def test_login_and_password_suffice_for_an_ordinary_post(client: Client, adviser: Account) -> None:
    assert is_signed_in(sign_in(client, adviser))
    assert acts_of(actor_for(adviser)) == ["access.signed-in"]


def test_a_login_is_accepted_in_any_case_and_digit_style(client: Client, office: Office) -> None:
    make_account(office, PostRole.ADVISER, login="adviser7.fl", enrolled=False)
    client.post(reverse("account_login"), {"login": "  Adviser٧.FL ", "password": PASSWORD})
    assert is_signed_in(client)


def test_two_logins_never_differ_by_case_alone(office: Office) -> None:
    account = make_account(office, PostRole.ADVISER, login="Adviser.FL", enrolled=False)
    assert account.login == "adviser.fl"


def test_a_second_factor_stands_between_password_and_session(client: Client, signer: Account) -> None:
    response = client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD})
    assert response.url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert is_signed_in(client)


def test_a_wrong_code_leaves_the_door_shut(client: Client, signer: Account) -> None:
    sign_in(client, signer, code="000000")
    assert not is_signed_in(client)
    assert "access.second-factor-refused" in acts_of(actor_for(signer))


def test_the_page_of_the_code_is_closed_without_a_password(client: Client, signer: Account) -> None:
    assert client.get(reverse("mfa_authenticate")).url == reverse("account_login")
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert not is_signed_in(client)


def test_a_strong_post_without_a_second_factor_comes_no_further_than_the_enrolment(
    client: Client, office: Office
) -> None:
    account = make_account(office, PostRole.ADMINISTRATOR, enrolled=False)
    response = client.post(reverse("account_login"), {"login": account.login, "password": PASSWORD})
    assert response.url == reverse("access_enrolment")
    assert not is_signed_in(client)


def test_wrong_login_wrong_password_and_closed_account_look_the_same(client: Client, office: Office) -> None:
    make_account(office, PostRole.ADVISER, login="open.fl", enrolled=False)
    closed = make_account(office, PostRole.ADVISER, login="closed.fl", enrolled=False)
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    cases = [("open.fl", "wrong password"), ("nobody.fl", PASSWORD), ("closed.fl", PASSWORD)]
    answers = [
        client.post(reverse("account_login"), {"login": login, "password": password}) for login, password in cases
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({str(answer.context["form"].errors) for answer in answers}) == 1


def test_timing_every_refusal_costs_exactly_one_password_hash(office: Office, hashes: Callable[[], int]) -> None:
    make_account(office, PostRole.ADVISER, login="open.fl", enrolled=False)
    closed = make_account(office, PostRole.ADVISER, login="closed.fl", enrolled=False)
    bare = make_account(office, PostRole.ADVISER, login="bare.fl", enrolled=False)
    bare.set_unusable_password()
    bare.save()
    Account.objects.filter(pk=closed.pk).update(is_active=False)
    hashes()
    for login, password in [("open.fl", "x"), ("nobody.fl", "x"), ("closed.fl", PASSWORD), ("bare.fl", "x")]:
        assert PasswordBackend().authenticate(None, username=login, password=password) is None
        assert hashes() == 1, login


def test_five_failures_lock_a_login_and_the_page_says_for_how_long(client: Client, adviser: Account) -> None:
    for _ in range(4):
        assert try_password(client, adviser.login) == 200
    response = client.post(reverse("account_login"), {"login": adviser.login, "password": "wrong password"})
    assert response.status_code == 429
    assert response.context["minutes"] == 15


def test_a_locked_login_is_not_looked_at_even_with_the_right_password(
    client: Client, adviser: Account, hashes: Callable[[], int]
) -> None:
    for _ in range(5):
        try_password(client, adviser.login)
    hashes()
    assert try_password(client, adviser.login, PASSWORD) == 429
    assert hashes() == 0
    assert not is_signed_in(client)


def test_a_lock_opens_after_fifteen_minutes(client: Client, adviser: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        for _ in range(5):
            try_password(client, adviser.login)
        fixed.advance(timedelta(minutes=14))
        assert try_password(client, adviser.login, PASSWORD) == 429
        fixed.advance(timedelta(minutes=1))
        try_password(client, adviser.login, PASSWORD)
        assert is_signed_in(client)


def test_an_unknown_login_is_locked_like_a_known_one(client: Client, adviser: Account) -> None:
    known = [try_password(client, adviser.login) for _ in range(6)]
    assert [try_password(client, "nobody.anywhere") for _ in range(6)] == known


def test_success_forgets_the_failures_before_it(client: Client, adviser: Account) -> None:
    for _ in range(4):
        try_password(client, adviser.login)
    sign_in(client, adviser)
    assert not Throttle.objects.exists()


def test_a_typed_login_is_counted_but_never_kept(client: Client, cast: Cast) -> None:
    try_password(client, "my-secret-typed-as-login")
    assert "my-secret" not in Throttle.objects.get().subject
    with scope(cast("operator.cait")):
        entry = AuditEntry.objects.get(act="access.sign-in-refused")
        assert entry.object_id is None
        assert entry.detail == {"known": False, "locked": False}


def test_a_refused_sign_in_is_recorded_in_the_body_of_the_account(client: Client, adviser: Account) -> None:
    try_password(client, adviser.login)
    with scope(actor_for(adviser)):
        entry = AuditEntry.objects.get(act="access.sign-in-refused")
        assert (entry.object_id, entry.actor_kind, entry.place) == (adviser.pk, "system", "127.0.0.1")


def test_session_fixation_the_session_gets_a_new_key_at_every_step(client: Client, signer: Account) -> None:
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = client.session.session_key
    client.cookies["sessionid"] = planted
    client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD})
    after_password = client.session.session_key
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    signed_in = client.session.session_key
    assert len({planted, after_password, signed_in}) == 3
    for old in (planted, after_password):
        attacker = Client()
        attacker.cookies["sessionid"] = old
        assert not is_signed_in(attacker)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "http://mof.localhost/letters/",
        "\\\\evil.example",
        "/\\evil.example",
    ],
)
def test_open_redirect_sign_in_never_leads_to_another_host(client: Client, adviser: Account, wanted: str) -> None:
    response = client.post(reverse("account_login"), {"login": adviser.login, "password": PASSWORD, "next": wanted})
    assert response.url == "/"


def test_sign_in_returns_to_the_page_that_was_wanted(client: Client, signer: Account) -> None:
    wanted = reverse("usersessions_list")
    assert client.get(wanted).url == f"{reverse('account_login')}?next={wanted.replace('/', '%2F')}"
    client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD, "next": wanted})
    assert client.post(reverse("mfa_authenticate"), {"code": code_now()}).url == wanted


def test_cross_site_request_forgery_sign_in_and_sign_out_demand_the_token(adviser: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    assert try_password(client, adviser.login, PASSWORD) == 403
    assert client.post(reverse("account_logout")).status_code == 403


def test_sign_out_takes_a_post_and_kills_the_session(client: Client, adviser: Account) -> None:
    sign_in(client, adviser)
    key = client.session.session_key
    assert client.get(reverse("account_logout")).status_code == 405
    client.post(reverse("account_logout"))
    client.cookies["sessionid"] = key
    assert not is_signed_in(client)
    assert sessions.of_account(adviser.pk) == []
    assert acts_of(actor_for(adviser)) == ["access.signed-in", "access.signed-out"]


def test_a_reset_between_password_and_code_makes_the_sign_in_start_over(
    client: Client, office: Office, signer: Account
) -> None:
    administrator = make_account(office, PostRole.ADMINISTRATOR)
    client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD})
    command = AccountAct(account_id=signer.pk, reason="the password was seen")
    server = replace(actor_for(administrator, "administer_accounts"), kind=ActorKind.SYSTEM)
    actions.set_password(server, command)
    response = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert response.url == reverse("account_login")
    assert client.get(reverse("access_own_password")).url == reverse("account_login")
    assert not is_signed_in(client)


def test_an_account_closed_between_password_and_code_stays_outside(client: Client, signer: Account) -> None:
    client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD})
    Account.objects.filter(pk=signer.pk).update(is_active=False)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    Account.objects.filter(pk=signer.pk).update(is_active=True)
    assert not is_signed_in(client)


def test_a_login_of_any_shape_is_refused_without_a_fault(client: Client) -> None:
    for login in ["", " ", "ا" * 63, "' OR 1=1 --", "a" * 5000, "\u202eadmin", "a%s%(x)s", "nul\x00byte"]:
        assert try_password(client, login, PASSWORD) in {200, 429}


def test_no_page_of_the_account_library_beyond_ours_is_routed() -> None:
    from django.urls import NoReverseMatch

    for name in ["account_signup", "account_reset_password", "account_email", "mfa_reauthenticate", "account_inactive"]:
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_the_secret_of_the_second_factor_lies_encrypted(signer: Account) -> None:
    from tests.access.people import SECRET

    kept = Authenticator.objects.get(user_id=signer.pk, type=Authenticator.Type.TOTP).data["secret"]
    assert SECRET not in kept


@pytest.mark.django_db(transaction=True)
def test_parallel_guesses_get_no_more_looks_than_one_after_the_other(adviser: Account) -> None:
    gate, looks = threading.Barrier(12), []

    def guess() -> None:
        gate.wait(timeout=20)
        try:
            looks.append(throttle.attempt(Throttle.Kind.PASSWORD, adviser.login).allowed)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(looks) == [False] * 7 + [True] * 5
