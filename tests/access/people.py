# SPDX-License-Identifier: EUPL-1.2
"""Making a small body with people to sign in as, and signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count

from django.test import Client
from django.urls import reverse

from mukatabat.access import rules, second_factor
from mukatabat.access.models import Account
from mukatabat.directory.models import Appointment, Body, BodyName, Person, Post, Unit
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor

PASSWORD = "a long pass phrase 7"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LONG_AGO = date(2020, 1, 1)

_number = count(1)


@dataclass(frozen=True)
class Office:
    """A body with one unit."""

    body: Body
    unit: Unit


def make_office(code: str = "") -> Office:
    """Make a body with a name and one unit."""
    body = Body.objects.create(code=code or f"T{next(_number)}X", kind="ministry", valid_from=LONG_AGO)
    BodyName.objects.create(body=body, ar="وزارة الاختبار", en="Ministry of Tests", valid_from=LONG_AGO)
    unit = Unit.objects.create(body=body, code="U1", ar="إدارة", en="Unit", kind="department", valid_from=LONG_AGO)
    return Office(body, unit)


def appoint(office: Office, person: Person, role: PostRole) -> Post:
    """Make a post of a role and give it to a person."""
    post = Post.objects.create(
        body=office.body, unit=office.unit, ar="منصب", en="Post", role=role.value, valid_from=LONG_AGO
    )
    primary = not Appointment.objects.filter(person=person).exists()
    Appointment.objects.create(person=person, post=post, valid_from=LONG_AGO, is_primary=primary)
    return post


def make_account(office: Office, *roles: PostRole, login: str = "", enrolled: bool = True) -> Account:
    """Make a person with posts of these roles and an account, with a second factor unless told otherwise."""
    number = next(_number)
    person = Person.objects.create(
        body=office.body, ar="منيرة الصالح", en="Munira Alsaleh", staff_number=str(number), valid_from=LONG_AGO
    )
    for role in roles:
        appoint(office, person, role)
    account = Account(login=login or f"person{number}.test", person=person)
    account.set_password(PASSWORD)
    account.save()
    if enrolled:
        second_factor.install(account, SECRET)
        second_factor.renew_recovery_codes(account)
    return account


def code_now(shift: int = 0) -> str:
    """Return the one-time code of this moment, or of so many steps away."""
    return rules.one_time_code(SECRET, rules.step_at(clock.now()) + shift)


def sign_in(client: Client, account: Account, *, code: str | None = None) -> Client:
    """Sign in by password, and by code when the account has a second factor."""
    client.post(reverse("account_login"), {"login": account.login, "password": PASSWORD})
    if second_factor.is_enrolled(account):
        client.post(reverse("mfa_authenticate"), {"code": code or code_now()})
    return client


def is_signed_in(client: Client) -> bool:
    """Tell whether a page of the own account opens."""
    return client.get(reverse("usersessions_list")).status_code == 200


def actor_for(account: Account, *capabilities: str) -> Actor:
    """Return an account's person as an actor with these capabilities."""
    person = account.person
    return Actor(
        person_id=person.pk, body_id=person.body_id, realm=person.body.realm, name_ar=person.ar, name_en=person.en,
        account_id=account.pk, capabilities=frozenset(capabilities),
    )  # fmt: skip
