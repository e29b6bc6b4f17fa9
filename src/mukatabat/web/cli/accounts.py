# SPDX-License-Identifier: EUPL-1.2
"""Verbs of accounts, for the operator of an installation: the first administrator, and lost second factors."""

from __future__ import annotations

import click

from mukatabat.access.actions import accounts as care
from mukatabat.access.errors import AccountNotFound
from mukatabat.access.models import Account
from mukatabat.access.rules import Capability
from mukatabat.directory.models import Body, Person
from mukatabat.directory.queries import body_by_code
from mukatabat.tenancy.rules import Actor
from mukatabat.web.cli.answers import acting, answer, as_json_option


@click.group()
def accounts() -> None:
    """Accounts: create, reset, deactivate."""


@accounts.command("create")
@click.argument("login")
@click.option("--body", "code", required=True, help="The body's code, such as MOF.")
@click.option("--staff-number", required=True, help="The person's number in that body.")
@as_json_option
def create(login: str, *, code: str, staff_number: str, as_json: bool) -> None:
    """Make an account LOGIN for a person of the directory; prints the first password and enrolment code once."""
    body = body_by_code(code)
    person = Person.objects.filter(body=body, staff_number=staff_number).first()
    if person is None:
        raise AccountNotFound
    issued = care.create_account(_operator(body), care.CreateAccount(person_id=person.id, login=login))
    lines = [f"login {login}", f"first password {issued.password}"]
    lines += [f"enrolment code {issued.enrolment_code}"] if issued.enrolment_code else []
    found = {"login": login, "password": issued.password, "enrolment_code": issued.enrolment_code}
    answer(found, lines, as_json=as_json)


@accounts.command("reset-second-factor")
@click.argument("login")
@click.option("--reason", required=True, help="Why; it stands in the audit trail.")
@as_json_option
def reset_second_factor(login: str, *, reason: str, as_json: bool) -> None:
    """Remove a lost second factor of LOGIN and end its sessions; prints the enrolment code for the next sign-in."""
    actor, act = _about(login, reason)
    code = care.reset_second_factor(actor, act)
    answer({"login": login, "enrolment_code": code}, [f"enrolment code {code}"], as_json=as_json)


@accounts.command("reset-password")
@click.argument("login")
@click.option("--reason", required=True, help="Why; it stands in the audit trail.")
@as_json_option
def reset_password(login: str, *, reason: str, as_json: bool) -> None:
    """Give LOGIN a new first password and end its sessions; prints it once."""
    actor, act = _about(login, reason)
    password = care.set_password(actor, act)
    answer({"login": login, "password": password}, [f"first password {password}"], as_json=as_json)


@accounts.command("deactivate")
@click.argument("login")
@click.option("--reason", required=True, help="Why; it stands in the audit trail.")
def deactivate(login: str, *, reason: str) -> None:
    """Close LOGIN's account and end its sessions."""
    care.deactivate(*_about(login, reason))
    click.echo(f"{login} is deactivated")


def _about(login: str, reason: str) -> tuple[Actor, care.AccountAct]:
    found = Account.objects.select_related("person__body").filter(login=login.lower()).first()
    if found is None:
        raise AccountNotFound
    return _operator(found.person.body), care.AccountAct(account_id=found.id, reason=reason)


def _operator(body: Body) -> Actor:
    return acting("accounts", body, Capability.ADMINISTER_ACCOUNTS)
