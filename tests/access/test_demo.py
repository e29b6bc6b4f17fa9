# SPDX-License-Identifier: EUPL-1.2
"""The accounts of the standing cast."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.test import Client, override_settings
from django.urls import reverse

from mukatabat.access.demo import DEMO_PASSWORD, demo_code, demo_secret, seed_accounts
from mukatabat.access.models import Account
from mukatabat.directory.models import Person
from mukatabat.directory.vocabulary import PostRole
from mukatabat.web.cli.demo import demo
from tests.access.people import LONG_AGO, Office, appoint, is_signed_in

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Member:
    login: str
    person_id: UUID


@override_settings(MUKATABAT_DEVELOPMENT=True)
def test_the_cast_signs_in_with_the_printed_password_and_code(client: Client, office: Office) -> None:
    person = Person.objects.create(body=office.body, ar="فهد", en="Fahad", staff_number="D1", valid_from=LONG_AGO)
    appoint(office, person, PostRole.SIGNATORY)
    cast = [Member("signer.demo", person.pk)]
    assert (seed_accounts(cast), seed_accounts(cast)) == (1, 0)
    client.post(reverse("account_login"), {"login": "signer.demo", "password": DEMO_PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": demo_code("signer.demo")})
    assert is_signed_in(client)


@override_settings(MUKATABAT_DEVELOPMENT=False)
def test_demo_accounts_and_their_secrets_exist_only_in_development() -> None:
    for forbidden in (lambda: seed_accounts([]), lambda: demo_secret("signer.fl"), lambda: demo_code("signer.fl")):
        with pytest.raises(RuntimeError):
            forbidden()
    assert not Account.objects.exists()


@override_settings(MUKATABAT_DEVELOPMENT=True)
def test_nobody_gets_a_code_for_a_log_in_that_does_not_exist() -> None:
    answer = CliRunner().invoke(demo, ["code", "nobody.fl"])
    assert answer.exit_code == 1 and "nobody.fl" in answer.output


@override_settings(MUKATABAT_DEVELOPMENT=True)
def test_every_demo_login_has_its_own_secret_the_same_in_every_run() -> None:
    assert demo_secret("signer.fl") == demo_secret("signer.fl")
    assert demo_secret("signer.fl") != demo_secret("signer.mof")
