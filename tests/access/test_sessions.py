# SPDX-License-Identifier: EUPL-1.2
"""Sessions: who they act as, how long they live, how they die."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse

from mukatabat.access import actions, queries, urls
from mukatabat.access.actions import AccountAct, CreateAccount, Preferences
from mukatabat.access.backends import PasswordBackend
from mukatabat.access.decisions import access, decision_of
from mukatabat.access.errors import (
    AccountExists,
    AccountNotFound,
    LoginMalformed,
    LoginTaken,
    NoAppointment,
    SessionNotFound,
)
from mukatabat.access.models import Account, Digits, Language, Theme
from mukatabat.directory.models import Appointment, Change, Person
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor
from tests.access.people import (
    LONG_AGO,
    PASSWORD,
    Office,
    actor_for,
    appoint,
    is_signed_in,
    make_account,
    make_office,
    sign_in,
)

pytestmark = pytest.mark.django_db

ADMINISTER = "administer_accounts"


def request_of(client: Client, account: Account | None, path: str = "/page/", **extra: str) -> HttpRequest:
    request = RequestFactory().get(path, **extra)
    request.session = client.session
    request.user = account or AnonymousUser()  # type: ignore[assignment]
    return request


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse("shown")


def test_an_actor_unites_the_posts_of_today_in_two_queries(
    client: Client, office: Office, django_assert_num_queries: object
) -> None:
    account = make_account(office, PostRole.ADVISER, PostRole.ARCHIVIST, enrolled=False)
    sign_in(client, account)
    session, fresh = client.session, Account.objects.get(pk=account.pk)
    list(session.keys())
    with django_assert_num_queries(2):  # type: ignore[operator]
        actor = queries.actor_of(fresh, session=session)
    assert actor.body_id == office.body.pk
    assert actor.unit_ids == (office.unit.pk,)
    assert len(actor.post_ids) == 2
    assert {"draft", "archive"} <= actor.capabilities
    assert actor.session_key == session.session_key


def test_posts_of_yesterday_tomorrow_and_other_bodies_give_nothing(client: Client, office: Office) -> None:
    account = make_account(office, PostRole.ADVISER, enrolled=False)
    today = clock.today()
    appoint(office, account.person, PostRole.ARCHIVIST)
    appoint(office, account.person, PostRole.TRAINEE)
    appoint(make_office(), account.person, PostRole.REGISTRY_CLERK)
    held = Appointment.objects.filter(person=account.person)
    held.filter(post__role="archivist").update(valid_to=today - timedelta(days=1))
    held.filter(post__role="trainee").update(valid_from=today + timedelta(days=1))
    actor = queries.actor_of(account, session=client.session)
    assert actor.capabilities == {"work_items", "draft"}


def test_a_person_without_a_post_cannot_act(client: Client, office: Office) -> None:
    account = make_account(office, enrolled=False)
    with pytest.raises(NoAppointment):
        queries.actor_of(account, session=client.session)


def test_a_session_without_a_second_factor_cannot_sign(client: Client, signer: Account) -> None:
    assert "sign" not in queries.actor_of(signer, session=client.session).capabilities
    sign_in(client, signer)
    assert "sign" in queries.actor_of(signer, session=client.session).capabilities


def test_a_revoked_session_dies_at_once(adviser: Account) -> None:
    desk, lost = sign_in(Client(), adviser), sign_in(Client(), adviser)
    rows = desk.get(reverse("usersessions_list")).context["rows"]
    other = next(row["session"] for row in rows if row["session"].session_key == lost.session.session_key)
    desk.post(reverse("usersessions_list"), {"session": str(other.pk)})
    assert not is_signed_in(lost)
    assert is_signed_in(desk)


def test_ending_the_other_sessions_keeps_this_one(adviser: Account) -> None:
    desk, one, two = (sign_in(Client(), adviser) for _ in range(3))
    desk.post(reverse("usersessions_list"), {"others": "1"})
    assert [is_signed_in(client) for client in (desk, one, two)] == [True, False, False]


def test_nobody_ends_another_persons_session(office: Office, adviser: Account) -> None:
    other = make_account(office, PostRole.ADVISER, enrolled=False)
    theirs = sign_in(Client(), other)
    row = theirs.get(reverse("usersessions_list")).context["rows"][0]["session"]
    with pytest.raises(SessionNotFound):
        actions.revoke_session(adviser, row.pk)
    assert is_signed_in(theirs)


def test_a_closed_account_loses_its_sessions_at_once(client: Client, office: Office, adviser: Account) -> None:
    administrator = make_account(office, PostRole.ADMINISTRATOR)
    sign_in(client, adviser)
    command = AccountAct(account_id=adviser.pk, reason="left the service")
    actions.deactivate(actor_for(administrator, ADMINISTER), command)
    assert not is_signed_in(client)
    assert not is_signed_in(sign_in(Client(), adviser))
    actions.reactivate(actor_for(administrator, ADMINISTER), command)
    assert is_signed_in(sign_in(Client(), adviser))


def test_a_person_who_left_the_body_loses_the_session(client: Client, adviser: Account) -> None:
    sign_in(client, adviser)
    Person.objects.filter(pk=adviser.person_id).update(valid_to=clock.today() - timedelta(days=1))
    assert not is_signed_in(client)


def test_a_session_ends_after_thirty_idle_minutes_and_eight_hours(client: Client, adviser: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        sign_in(client, adviser)
        fixed.advance(timedelta(minutes=31))
        assert not is_signed_in(client)
        sign_in(client, adviser)
        for _ in range(19):
            fixed.advance(timedelta(minutes=25))
            assert is_signed_in(client)
        fixed.advance(timedelta(minutes=25))
        assert not is_signed_in(client)


def test_a_page_that_polls_does_not_keep_a_session_alive(client: Client, adviser: Account) -> None:
    with clock.fixed(clock.now()) as fixed:
        sign_in(client, adviser)
        for _ in range(2):
            fixed.advance(timedelta(minutes=14))
            assert client.get(reverse("usersessions_list"), headers={"X-Background": "1"}).status_code == 200
        fixed.advance(timedelta(minutes=3))
        assert not is_signed_in(client)


def test_changing_the_password_demands_the_present_one_and_ends_other_sessions(adviser: Account) -> None:
    desk, other = sign_in(Client(), adviser), sign_in(Client(), adviser)
    page, new = reverse("account_change_password"), "another pass phrase 9"
    desk.post(page, {"password": "wrong", "password1": new, "password2": new})
    assert is_signed_in(other)
    desk.post(page, {"password": PASSWORD, "password1": "short", "password2": "short"})
    assert is_signed_in(other)
    desk.post(page, {"password": PASSWORD, "password1": new, "password2": new})
    assert (is_signed_in(desk), is_signed_in(other)) == (True, False)
    adviser.refresh_from_db()
    assert adviser.check_password(new)


def test_a_new_account_comes_in_only_by_a_password_of_its_own(client: Client, office: Office) -> None:
    administrator = make_account(office, PostRole.ADMINISTRATOR)
    person = Person.objects.create(body=office.body, ar="فهد", en="Fahad", staff_number="F1", valid_from=LONG_AGO)
    appoint(office, person, PostRole.ADVISER)
    command = CreateAccount(person_id=person.pk, login="Fahad.FL")
    issued = actions.create_account(actor_for(administrator, ADMINISTER), command)
    assert issued.enrolment_code == ""
    response = client.post(reverse("account_login"), {"login": "fahad.fl", "password": issued.password})
    assert response.url == reverse("access_own_password")
    assert not is_signed_in(client)
    new = "a phrase of my own 5"
    client.post(reverse("access_own_password"), {"password1": new, "password2": new})
    assert is_signed_in(client)


def test_an_account_for_a_strong_post_comes_with_an_enrolment_code(office: Office) -> None:
    person = Person.objects.create(body=office.body, ar="خالد", en="Khaled", staff_number="K1", valid_from=LONG_AGO)
    appoint(office, person, PostRole.SIGNATORY)
    command = CreateAccount(person_id=person.pk, login="khaled.fl")
    server = system_actor("cli.accounts", body_id=office.body.pk, realm=office.body.realm)
    server = replace(server, capabilities=frozenset({ADMINISTER}))
    assert actions.create_account(server, command).enrolment_code


def test_an_administrator_gets_the_password_and_a_second_person_the_enrolment_code(office: Office) -> None:
    first, second = (make_account(office, PostRole.ADMINISTRATOR) for _ in range(2))
    person = Person.objects.create(body=office.body, ar="خالد", en="Khaled", staff_number="K1", valid_from=LONG_AGO)
    appoint(office, person, PostRole.SIGNATORY)
    one = actor_for(first, ADMINISTER, "administer_body")
    issued = actions.create_account(one, CreateAccount(person_id=person.pk, login="khaled.fl"))
    assert issued.password and not issued.enrolment_code
    other = replace(actor_for(second, "administer_body"), second_factor_at=clock.now())
    with scope(other):
        change = Change.objects.get()
    confirmed = actions.confirm_change(other, change.pk)
    assert confirmed.secret
    issued.account.refresh_from_db()
    assert issued.account.enrolment_code


def test_an_account_is_refused_for_a_bad_login_a_taken_one_a_second_one_and_a_foreign_person(office: Office) -> None:
    administrator = actor_for(make_account(office, PostRole.ADMINISTRATOR, login="admin.fl"), ADMINISTER)
    person = Person.objects.create(body=office.body, ar="فهد", en="Fahad", staff_number="F1", valid_from=LONG_AGO)
    foreign = make_account(make_office(), PostRole.ADVISER).person
    cases = [
        (CreateAccount(person_id=person.pk, login="فهد"), LoginMalformed),
        (CreateAccount(person_id=person.pk, login="ADMIN.FL"), LoginTaken),
        (CreateAccount(person_id=administrator.person_id, login="second.fl"), AccountExists),
        (CreateAccount(person_id=foreign.pk, login="foreign.fl"), AccountNotFound),
    ]
    for command, error in cases:
        with pytest.raises(error):
            actions.create_account(administrator, command)


def test_signed_out_means_a_way_to_sign_in_and_back(client: Client) -> None:
    view = access("signed-in")(show)
    response = view(request_of(client, None, "/letters/7/?tab=track"))
    assert response["Location"] == f"{reverse('account_login')}?next=%2Fletters%2F7%2F%3Ftab%3Dtrack"


def test_a_signed_out_fragment_moves_the_whole_page_to_sign_in(client: Client) -> None:
    request = request_of(
        client, None, "/peek/7/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/queue/"
    )
    response = access("signed-in")(show)(request)
    assert response.status_code == 401
    assert response["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fqueue%2F"


def test_open_redirect_the_way_back_never_names_another_host(client: Client) -> None:
    for path in ["//evil.example/x", "/ok/"]:
        request = request_of(client, None, "/x/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=f"https:{path}")
        assert "evil" not in access("signed-in")(show)(request)["HX-Redirect"]


def test_lacking_a_capability_is_the_same_as_a_missing_page(client: Client, adviser: Account, signer: Account) -> None:
    view = access("capability:sign|archive")(show)
    sign_in(client, adviser)
    with pytest.raises(Http404):
        view(request_of(client, adviser))
    other = sign_in(Client(), signer)
    assert view(request_of(other, signer)).status_code == 200


def test_a_signed_in_page_is_never_kept_by_a_cache(client: Client, adviser: Account) -> None:
    sign_in(client, adviser)
    response = access("signed-in")(show)(request_of(client, adviser))
    assert "no-store" in response["Cache-Control"]


def test_an_unknown_access_decision_is_refused_when_it_is_written() -> None:
    for decision in ["", "everyone", "capability:", "capability:fly", "signed_in"]:
        with pytest.raises(ValueError, match=r"decision|Capability"):
            access(decision)


def test_every_route_of_the_room_states_its_access_decision() -> None:
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        assert decision_of(pattern.callback), pattern.name


def test_preferences_are_kept_with_the_account(client: Client, adviser: Account) -> None:
    sign_in(client, adviser)
    response = client.post(
        reverse("access_preferences"), {"language": "en", "theme": "dark", "digits": "arab", "next": "//evil.example"}
    )
    assert response.url == "/"
    adviser.refresh_from_db()
    assert (adviser.language, adviser.theme, adviser.digits) == (Language.ENGLISH, Theme.DARK, Digits.ARABIC_INDIC)
    actions.set_preferences(adviser, Preferences(theme=Theme.LIGHT))
    adviser.refresh_from_db()
    assert (adviser.language, adviser.theme) == (Language.ENGLISH, Theme.LIGHT)


def test_the_backend_forgets_a_closed_account(adviser: Account) -> None:
    assert PasswordBackend().get_user(adviser.pk) == adviser
    Account.objects.filter(pk=adviser.pk).update(is_active=False)
    assert PasswordBackend().get_user(adviser.pk) is None
