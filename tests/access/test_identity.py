# SPDX-License-Identifier: EUPL-1.2
"""Signing in through a body's directory: a real provider in a process of its own, and everybody who is not let in."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from mukatabat.access.models import Account, LinkedIdentity
from mukatabat.access.oidc import client as oidc_client
from mukatabat.access.oidc import providers
from mukatabat.access.oidc.client import client_of
from mukatabat.access.oidc.rules import Flaw, Identity, identity_of
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.models import Appointment, Person
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.kernel.http import NoAnswer
from mukatabat.tenancy.context import scope
from tests.access.people import Office, actor_for, code_now, is_signed_in, make_account, make_office

pytestmark = pytest.mark.django_db
SECRET = "client secret/with:signs"


@dataclass(frozen=True)
class House:
    """The provider as it runs, and the file that names it to us."""

    issuer: str
    folder: Path
    people: dict[str, dict[str, str]]

    def named(self, settings: Any, body: str, **changes: str) -> None:
        said = {
            "issuer": self.issuer, "client_id": "mukatabat", "client_secret": SECRET, "body": body,
            "claim": "employee_number", "name_ar": "دليل الوزارة", "name_en": "The ministry's directory",
        }  # fmt: skip
        file = self.folder / f"oidc-{len(list(self.folder.iterdir()))}.json"
        file.write_text(json.dumps(said | changes))
        settings.MUKATABAT_OIDC_FILE = file


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("directory")
    people = {
        "sub-of-signer": {"employee_number": "7001"}, "sub-of-adviser": {"employee_number": "7002"},
        "sub-of-impostor": {"employee_number": "7001"}, "sub-of-stranger": {"employee_number": "9999"},
        "sub-moved": {"employee_number": "7002"}, "sub-without-number": {},
    }  # fmt: skip
    (folder / "secret").write_text(SECRET)
    (folder / "people").write_text(json.dumps(people))
    command = [sys.executable, "-m", "mukatabat.access.oidc.development", "--client-id", "mukatabat"]
    command += ["--secret-file", str(folder / "secret"), "--people", str(folder / "people")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield House(process.stdout.readline().strip(), folder, people)
        process.terminate()
        assert process.stderr is not None
        assert "INSECURE" in process.stderr.read()


@pytest.fixture
def ministry() -> Office:
    return make_office("OIDCX")


@pytest.fixture
def signer(house: House, ministry: Office, settings: Any) -> Account:
    house.named(settings, "OIDCX")
    return numbered(make_account(ministry, PostRole.SIGNATORY), "7001")


@pytest.fixture
def adviser(house: House, ministry: Office, settings: Any) -> Account:
    house.named(settings, "OIDCX")
    return numbered(make_account(ministry, PostRole.ADVISER, enrolled=False), "7002")


def numbered(account: Account, number: str) -> Account:
    Person.objects.filter(pk=account.person_id).update(staff_number=number)
    return account


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return


def chosen(url: str, person: str) -> dict[str, str]:
    """Choose a person on the provider's page; returns what its redirect brings back."""
    try:
        urllib.request.build_opener(_Stay).open(f"{url}&person={person}", timeout=5)
    except urllib.error.HTTPError as redirect:
        return {name: values[0] for name, values in parse_qs(urlsplit(redirect.headers["Location"]).query).items()}
    pytest.fail("the provider did not lead back")


def went(client: Client, **about: str) -> str:
    response = client.get(reverse("access_identity"), about)
    assert response.status_code == 302
    return response.headers["Location"]


def came(client: Client, answer: dict[str, str]) -> Any:
    return client.get(reverse("access_identity_return"), answer)


def enters(person: str, **about: str) -> tuple[Client, Any]:
    client = Client()
    return client, came(client, chosen(went(client, **about), person))


def flaws(account: Account) -> list[str]:
    with scope(actor_for(account)):
        entries = AuditEntry.objects.filter(act="access.identity-refused").order_by("at", "id")
        return [entry.detail["flaw"] for entry in entries]


# ── whom it lets in ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_with_an_account_comes_in_and_is_bound_to_the_providers_name(adviser: Account, house: House) -> None:
    client, response = enters("sub-of-adviser", next="/work/done/")
    assert response.headers["Location"] == "/work/done/"
    assert is_signed_in(client)
    bound = LinkedIdentity.objects.get()
    assert (bound.account_id, bound.issuer, bound.subject) == (adviser.pk, house.issuer, "sub-of-adviser")
    client, response = enters("sub-of-adviser")
    assert is_signed_in(client)
    assert LinkedIdentity.objects.count() == 1


def test_it_stands_for_the_password_and_never_for_the_second_factor(signer: Account) -> None:
    client, response = enters("sub-of-signer")
    assert response.headers["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert is_signed_in(client)


def test_it_makes_nobody_and_gives_no_post(adviser: Account) -> None:
    before = Person.objects.count(), Account.objects.count(), Appointment.objects.count()
    for person in ("sub-of-stranger", "sub-without-number"):
        client, response = enters(person)
        assert response.status_code == 401
        assert not is_signed_in(client)
    assert (Person.objects.count(), Account.objects.count(), Appointment.objects.count()) == before
    assert flaws(adviser) == ["unknown-person", "claim"]


def test_without_a_file_there_is_no_such_door(client: Client, settings: Any) -> None:
    settings.MUKATABAT_OIDC_FILE = None
    assert client.get(reverse("access_identity")).status_code == 404
    assert client.get(reverse("access_identity_return"), {"code": "x", "state": "y"}).status_code == 404
    assert reverse("access_identity") not in client.get(reverse("account_login")).content.decode()


def test_the_door_names_the_directory(client: Client, adviser: Account) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert reverse("access_identity") in page
    assert "دليل الوزارة" in page


# ── whom it does not ────────────────────────────────────────────────────────────────────────────────────────────────


def test_another_persons_name_at_the_provider_opens_no_bound_account(signer: Account, adviser: Account) -> None:
    enters("sub-of-signer")
    enters("sub-of-adviser")
    for person in ("sub-of-impostor", "sub-moved"):
        client, response = enters(person)
        assert response.status_code == 401
        assert not is_signed_in(client)
    assert flaws(signer) == ["other-subject"] * 2


def test_a_staff_number_that_passed_to_somebody_else_opens_nothing(signer: Account, adviser: Account) -> None:
    enters("sub-of-adviser")
    numbered(adviser, "1")
    numbered(signer, "7002")
    assert enters("sub-of-adviser")[1].status_code == 401
    assert flaws(signer) == ["other-subject"]


def test_a_closed_account_stays_closed(adviser: Account) -> None:
    enters("sub-of-adviser")
    Account.objects.filter(pk=adviser.pk).update(is_active=False)
    client, response = enters("sub-of-adviser")
    assert response.status_code == 401
    assert not is_signed_in(client)


def test_the_same_number_in_another_body_opens_nothing(adviser: Account, house: House, settings: Any) -> None:
    make_office("OTHERX")
    house.named(settings, "OTHERX")
    assert enters("sub-of-adviser")[1].status_code == 401


def test_an_answer_is_taken_once(adviser: Account) -> None:
    client = Client()
    answer = chosen(went(client), "sub-of-adviser")
    assert came(client, answer).status_code == 302
    client.post(reverse("account_logout"))
    assert came(client, answer).status_code == 401
    assert not is_signed_in(client)


def test_an_answer_to_anothers_question_signs_nobody_in(adviser: Account) -> None:
    """Login CSRF: an attacker's code, brought by a link, would sign the victim in as the attacker."""
    attacker, victim, asking = Client(), Client(), Client()
    answer = chosen(went(attacker), "sub-of-adviser")
    assert came(victim, answer).status_code == 401
    went(asking)
    assert came(asking, answer).status_code == 401
    assert not is_signed_in(victim)
    assert not is_signed_in(asking)
    assert flaws(adviser) == ["state", "state"]


def test_a_stolen_code_is_worth_nothing_without_the_verifier_of_its_own_question(adviser: Account) -> None:
    owner, thief = Client(), Client()
    stolen = chosen(went(owner), "sub-of-adviser")
    own = chosen(went(thief), "sub-of-stranger")
    assert came(thief, {**own, "code": stolen["code"]}).status_code == 401
    assert not is_signed_in(thief)


def test_an_answer_that_comes_too_late_is_none(adviser: Account) -> None:
    client = Client()
    with clock.fixed(clock.now()) as now:
        answer = chosen(went(client), "sub-of-adviser")
        now.advance(timedelta(minutes=11))
        assert came(client, answer).status_code == 401
    assert flaws(adviser) == ["late"]


@pytest.mark.parametrize(
    "changes",
    [{"iss": "https://evil.example"}, {"code": ""}, {"error": "access_denied"}, {"state": ""}, {"code": "x" * 9000}],
)
def test_a_twisted_answer_is_refused_alike(adviser: Account, changes: dict[str, str]) -> None:
    client = Client()
    answer = chosen(went(client), "sub-of-adviser")
    response = came(client, answer | changes)
    assert response.status_code == 401
    assert "خدمة الهوية" in response.content.decode()
    assert came(client, answer).status_code == 401  # the question is used up
    assert not is_signed_in(client)


def test_the_way_back_stays_in_the_house(adviser: Account) -> None:
    for wanted in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert enters("sub-of-adviser", next=wanted)[1].headers["Location"] == "/"


def test_the_key_of_the_session_changes(adviser: Account) -> None:
    client = Client()
    url = went(client)
    before = client.session.session_key
    came(client, chosen(url, "sub-of-adviser"))
    assert client.session.session_key != before


def test_a_provider_that_does_not_answer_opens_nothing_and_breaks_nothing(
    client: Client, adviser: Account, house: House, settings: Any
) -> None:
    house.named(settings, "OIDCX", issuer="http://127.0.0.1:9")
    assert client.get(reverse("access_identity")).status_code == 401
    assert client.get(reverse("account_login")).status_code == 200


def test_a_silent_provider_is_asked_once_however_many_knock(
    adviser: Account, house: House, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def silent(request: urllib.request.Request, **_limits: Any) -> Any:
        asked.append(request.full_url)
        raise NoAnswer

    house.named(settings, "OIDCX", issuer="http://127.0.0.1:9/silent")
    monkeypatch.setattr(oidc_client, "ask", silent)
    assert [Client().get(reverse("access_identity")).status_code for _ in range(5)] == [401] * 5
    assert len(asked) == 1


@pytest.mark.parametrize(
    "changes", [{"nonce": "\ud800"}, {"employee_number": "7001\0"}, {"employee_number": "70\u202e01"}]
)
def test_what_no_database_takes_is_refused_and_breaks_nothing(
    house: House, settings: Any, changes: dict[str, str]
) -> None:
    house.named(settings, "OIDCX")
    provider, now = providers.configured(), clock.now()
    assert provider is not None
    claims = {
        "iss": provider.issuer, "aud": provider.client_id, "sub": "a", "nonce": "n", "employee_number": "7001",
        "exp": int(now.timestamp()) + 60, "iat": int(now.timestamp()),
    }  # fmt: skip
    assert isinstance(identity_of(claims, provider, nonce="n", now=now), Identity)
    assert identity_of(claims | changes, provider, nonce="n", now=now) in {Flaw.NONCE, Flaw.CLAIM}


def test_a_description_of_another_issuer_is_not_believed(adviser: Account, house: House, settings: Any) -> None:
    house.named(settings, "OIDCX", issuer=house.issuer.replace("127.0.0.1", "localhost"))
    assert Client().get(reverse("access_identity")).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [{"issuer": "http://directory.example"}, {"claim": 7}, {"more": "x"}],
    ids=["in the open", "kind", "extra"],
)
def test_a_faulty_file_stops_the_door_and_says_why(house: House, settings: Any, changes: dict[str, Any]) -> None:
    house.named(settings, "OIDCX", **changes)
    with pytest.raises(ValueError, match=r"https|texts"):
        providers.configured()


def test_the_secret_stands_in_no_address_and_no_page(adviser: Account) -> None:
    client = Client()
    url = went(client)
    provider = providers.configured()
    assert provider is not None
    assert client_of(provider).provider == provider
    assert SECRET not in repr(provider)
    assert "secret" not in url
    assert SECRET not in client.get(reverse("account_login")).content.decode()
    assert not any(SECRET in str(value) for value in client.session.values())
