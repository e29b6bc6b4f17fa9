# SPDX-License-Identifier: EUPL-1.2
"""Proving, enrolling, losing and resetting the second factor."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory
from django.urls import reverse

from mukatabat.access import actions, queries, second_factor, sessions, throttle
from mukatabat.access.actions import AccountAct
from mukatabat.access.errors import (
    AccountNotFound,
    EnrolmentRefused,
    OwnAccount,
    ReasonMissing,
    SecondFactorLocked,
    SecondFactorMissing,
    SecondFactorPresent,
    SecondFactorRefused,
    SecondFactorRequired,
    SecondFactorStale,
)
from mukatabat.access.models import Account, Throttle
from mukatabat.access.queries import holds_power
from mukatabat.directory.vocabulary import ChangeKind, PostRole
from mukatabat.kernel import clock
from tests.access.people import (
    PASSWORD,
    SECRET,
    Office,
    actor_for,
    code_now,
    is_signed_in,
    make_account,
    make_office,
    sign_in,
)
from tests.together import together

pytestmark = pytest.mark.django_db

ADMINISTER = "administer_accounts"


def reset(office: Office, account: Account) -> str:
    administrator = make_account(office, PostRole.ADMINISTRATOR)
    command = AccountAct(account_id=account.pk, reason="the telephone was lost")
    actor = actor_for(administrator, ADMINISTER, "administer_body")
    if not holds_power(account):
        return actions.reset_second_factor(actor, command)
    change = actions.propose_for_account(actor, ChangeKind.SECOND_FACTOR, command)
    second = actor_for(make_account(office, PostRole.ADMINISTRATOR), "administer_body")
    return actions.confirm_change(replace(second, second_factor_at=clock.now()), change.pk).secret


def test_replay_a_code_is_accepted_once(signer: Account) -> None:
    with clock.fixed(clock.now()):
        code = code_now()
        second_factor.prove(signer, code)
        with pytest.raises(SecondFactorRefused):
            second_factor.prove(signer, code)


def test_replay_the_code_of_a_sign_in_does_not_sign_a_letter(client: Client, signer: Account) -> None:
    code = code_now()
    sign_in(client, signer, code=code)
    request = RequestFactory().post("/")
    request.session, request.user = client.session, signer  # type: ignore[assignment]
    with pytest.raises(SecondFactorRefused):
        actions.confirm_second_factor(request, code)


@pytest.mark.django_db(transaction=True)
def test_replay_of_two_processes_with_the_same_code_one_is_refused(signer: Account) -> None:
    code = code_now()
    outcomes = together(*[lambda: second_factor.prove(signer, code)] * 2)
    assert sorted(isinstance(one, SecondFactorRefused) for one in outcomes) == [False, True], outcomes


@pytest.mark.django_db(transaction=True)
def test_whoever_fails_while_another_succeeds_is_counted_and_meets_no_error() -> None:
    """The success removes the row that the failure is about to count in."""

    def prove() -> None:
        for _ in range(60):
            throttle.attempt(Throttle.Kind.SECOND_FACTOR, "somebody")
            throttle.forget(Throttle.Kind.SECOND_FACTOR, "somebody")

    assert together(prove, prove, prove) == [None] * 3


def test_a_recovery_code_is_accepted_once(signer: Account) -> None:
    codes = second_factor.renew_recovery_codes(signer)
    assert len(set(codes)) == 10
    second_factor.prove(signer, codes[3])
    with pytest.raises(SecondFactorRefused):
        second_factor.prove(signer, codes[3])
    assert second_factor.unused_recovery_codes(signer) == 9


def test_a_recovery_code_opens_the_door(client: Client, signer: Account) -> None:
    codes = second_factor.renew_recovery_codes(signer)
    assert is_signed_in(sign_in(client, signer, code=codes[0]))
    assert not is_signed_in(sign_in(Client(), signer, code=codes[0]))


def test_another_persons_recovery_code_is_refused(office: Office, signer: Account) -> None:
    other = make_account(office, PostRole.SIGNATORY)
    with pytest.raises(SecondFactorRefused):
        second_factor.prove(signer, second_factor.renew_recovery_codes(other)[0])


def test_five_wrong_codes_lock_and_the_right_one_is_not_looked_at(signer: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        for _ in range(5):
            with pytest.raises(SecondFactorRefused):
                second_factor.prove(signer, "12345678")
        with pytest.raises(SecondFactorLocked) as locked:
            second_factor.prove(signer, code_now())
        assert locked.value.params == {"minutes": 15}
        fixed.advance(timedelta(minutes=15))
        assert second_factor.prove(signer, code_now()) == clock.now()


def test_without_a_second_factor_there_is_nothing_to_prove(adviser: Account) -> None:
    with pytest.raises(SecondFactorMissing):
        second_factor.prove(adviser, "123456")


def test_confirming_makes_the_actor_fresh_for_five_minutes(client: Client, signer: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        sign_in(client, signer)
        fixed.advance(timedelta(minutes=6))
        session = client.session
        with pytest.raises(SecondFactorStale):
            second_factor.require_fresh(queries.actor_of(signer, session=session), clock.now())
        request = RequestFactory().post("/")
        request.session, request.user = session, signer  # type: ignore[assignment]
        assert actions.confirm_second_factor(request, code_now()) == clock.now()
        second_factor.require_fresh(request.actor, clock.now())  # type: ignore[attr-defined]
        fixed.advance(timedelta(minutes=5, seconds=1))
        assert not second_factor.fresh(request.actor, clock.now())  # type: ignore[attr-defined]


def test_the_proof_of_one_account_does_not_serve_another(client: Client, office: Office, signer: Account) -> None:
    other = make_account(office, PostRole.SIGNATORY)
    sessions.remember_second_factor(session := client.session, other, clock.now())
    assert sessions.second_factor_at(session, signer) is None


def test_enrolment_at_sign_in_ends_with_recovery_codes_shown_once(client: Client, office: Office) -> None:
    signer = make_account(office, PostRole.SIGNATORY, enrolled=False)
    enrolment_code = reset(office, signer)
    client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD})
    from mukatabat.access import rules

    secret = client.get(reverse("access_enrolment")).context["secret"]
    code = rules.one_time_code(secret, rules.step_at(clock.now()))
    response = client.post(reverse("access_enrolment"), {"enrolment_code": enrolment_code.lower(), "code": code})
    assert response.url.startswith(reverse("mfa_view_recovery_codes"))
    assert len(client.get(response.url).context["unused_codes"]) == 10
    assert client.get(response.url).context["unused_codes"] == []
    assert "sign" in queries.actor_of(signer, session=client.session).capabilities


def test_enrolment_without_the_administrators_code_is_refused(office: Office, signer: Account) -> None:
    enrolment_code = reset(office, signer)
    signer.refresh_from_db()
    for wrong in ["", "AAAA-BBBB-CCCC"]:
        with pytest.raises(EnrolmentRefused):
            actions.enrol_second_factor(signer, SECRET, code=code_now(), enrolment_code=wrong, place="")
    assert not second_factor.is_enrolled(signer)
    actions.enrol_second_factor(signer, SECRET, code=code_now(), enrolment_code=enrolment_code, place="")
    assert second_factor.is_enrolled(signer)


def test_a_wrong_device_code_does_not_use_up_the_administrators_code(office: Office, signer: Account) -> None:
    enrolment_code = reset(office, signer)
    signer.refresh_from_db()
    with pytest.raises(SecondFactorRefused):
        actions.enrol_second_factor(signer, SECRET, code="000", enrolment_code=enrolment_code, place="")
    actions.enrol_second_factor(signer, SECRET, code=code_now(), enrolment_code=enrolment_code, place="")


def test_an_enrolment_code_serves_once_and_for_seven_days(office: Office, signer: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        late = reset(office, signer)
        fixed.advance(timedelta(days=7))
        signer.refresh_from_db()
        with pytest.raises(EnrolmentRefused):
            actions.enrol_second_factor(signer, SECRET, code=code_now(), enrolment_code=late, place="")
        good = reset(office, signer)
        signer.refresh_from_db()
        actions.enrol_second_factor(signer, SECRET, code=code_now(), enrolment_code=good, place="")
        with pytest.raises(SecondFactorPresent):
            actions.enrol_second_factor(signer, SECRET, code=code_now(), enrolment_code=good, place="")


def test_a_reset_removes_the_factor_ends_sessions_and_is_audited(
    client: Client, office: Office, signer: Account
) -> None:
    sign_in(client, signer)
    reset(office, signer)
    assert not second_factor.is_enrolled(signer)
    assert not is_signed_in(client)
    response = client.post(reverse("account_login"), {"login": signer.login, "password": PASSWORD})
    assert response.url == reverse("access_enrolment")


def test_a_reset_ends_even_a_session_that_no_list_knows(client: Client, office: Office, signer: Account) -> None:
    sign_in(client, signer)
    UserSession.objects.filter(user_id=signer.pk).delete()
    assert is_signed_in(client)
    reset(office, signer)
    assert not is_signed_in(client)


def test_a_reset_is_refused_to_everyone_but_an_administrator_of_the_same_body(office: Office, signer: Account) -> None:
    foreign = make_account(make_office(), PostRole.ADMINISTRATOR)
    colleague = make_account(office, PostRole.HEAD)
    own = make_account(office, PostRole.ADMINISTRATOR)
    command = AccountAct(account_id=signer.pk, reason="a reason")
    with pytest.raises(AccountNotFound):
        actions.reset_second_factor(actor_for(foreign, ADMINISTER), command)
    with pytest.raises(AccountNotFound):
        actions.reset_second_factor(actor_for(colleague, "approve"), command)
    with pytest.raises(ReasonMissing):
        actions.reset_second_factor(actor_for(own, ADMINISTER), AccountAct(account_id=signer.pk, reason="  "))
    with pytest.raises(OwnAccount):
        actions.reset_second_factor(actor_for(own, ADMINISTER), AccountAct(account_id=own.pk, reason="lost"))
    assert second_factor.is_enrolled(signer)


def test_a_second_factor_that_a_post_demands_cannot_be_removed(client: Client, signer: Account) -> None:
    with pytest.raises(SecondFactorRequired):
        actions.remove_second_factor(signer, place="")
    assert second_factor.is_enrolled(signer)


def test_a_voluntary_second_factor_is_set_up_and_removed_against_a_code(client: Client, adviser: Account) -> None:
    from mukatabat.access import rules

    with clock.fixed(clock.now()) as fixed:
        sign_in(client, adviser)
        secret = client.get(reverse("mfa_activate_totp")).context["secret"]
        client.post(
            reverse("mfa_activate_totp"),
            {"code": rules.one_time_code(secret, rules.step_at(clock.now())), "password": PASSWORD},
        )
        assert second_factor.is_enrolled(adviser)
        client.post(reverse("mfa_deactivate_totp"), {"code": "000000"})
        assert second_factor.is_enrolled(adviser)
        fixed.advance(timedelta(minutes=1))
        client.post(reverse("mfa_deactivate_totp"), {"code": rules.one_time_code(secret, rules.step_at(clock.now()))})
        assert not second_factor.is_enrolled(adviser)


def test_recovery_codes_are_renewed_only_against_a_code(client: Client, signer: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        sign_in(client, signer)
        fixed.advance(timedelta(minutes=1))
        page = reverse("mfa_view_recovery_codes")
        assert client.get(page).context["unused_codes"] == []
        assert client.post(page, {"code": "000000"}).context["unused_codes"] == []
        assert len(client.post(page, {"code": code_now()}).context["unused_codes"]) == 10


def test_a_stolen_session_binds_no_device_without_the_password(client: Client, adviser: Account) -> None:
    from mukatabat.access import rules

    sign_in(client, adviser)
    secret = client.get(reverse("mfa_activate_totp")).context["secret"]
    code = rules.one_time_code(secret, rules.step_at(clock.now()))
    for password in ({}, {"password": ""}, {"password": "a guess of the thief"}):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code, **password})
        assert answer.status_code == 200
        assert not second_factor.is_enrolled(adviser)
    client.post(reverse("mfa_activate_totp"), {"code": code, "password": PASSWORD})
    assert second_factor.is_enrolled(adviser)
