# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the installation as a whole."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from mukatabat.access.actions import accounts
from mukatabat.access.rules import Capability
from mukatabat.directory.actions import AddBody, AddPerson, Found, found_installation
from mukatabat.directory.vocabulary import BodyKind
from mukatabat.kernel import clock
from mukatabat.web.cli.answers import answer, as_json_option
from mukatabat.web.watching.checks import ready
from mukatabat.web.watching.site import switch


@click.group()
def site() -> None:
    """The installation: its first body, read-only mode, readiness."""


@site.command("found")
@click.argument("code")
@click.option("--ar", required=True, help="The body's name in Arabic.")
@click.option("--en", required=True, help="The body's name in English.")
@click.option("--kind", type=click.Choice([str(one.value) for one in BodyKind]), required=True)
@click.option("--login", required=True, help="The log-in of the first person.")
@click.option("--person-ar", required=True, help="The first person's name in Arabic.")
@click.option("--person-en", required=True, help="The first person's name in English.")
@click.option("--staff-number", required=True, help="The first person's number in the body.")
@as_json_option
def found(*, code: str, ar: str, en: str, kind: str, as_json: bool, **first: str) -> None:
    """Make the first body CODE of an empty installation, and the person who operates it and administers the body.

    Prints the first password and the enrolment code once. Every other body is added by this operator on the screen.
    """
    today = clock.today()
    person = AddPerson(
        ar=first["person_ar"], en=first["person_en"], staff_number=first["staff_number"], valid_from=today
    )
    body = AddBody(code=code, ar=ar, en=en, kind=BodyKind(kind), valid_from=today)
    actor, made = found_installation(Found(body=body, person=person))
    care = replace(actor, capabilities=frozenset({str(Capability.ADMINISTER_ACCOUNTS)}))
    issued = accounts.create_account(care, accounts.CreateAccount(person_id=made.id, login=first["login"]))
    found = {
        "body": code, "login": first["login"], "password": issued.password, "enrolment_code": issued.enrolment_code,
    }  # fmt: skip
    answer(found, [f"{name.replace('_', ' ')}: {value}" for name, value in found.items()], as_json=as_json)


@site.command("read-only")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", default="", help="What people are told beside the notice; a few words.")
@as_json_option
def read_only(state: str, *, reason: str, as_json: bool) -> None:
    """Take no changes from now on, or take them again; every process follows within seconds."""
    now = switch(read_only=state == "on", reason=reason[:200])
    answer({"read_only": now.read_only, "since": now.since}, [f"read-only: {state}"], as_json=as_json)


@site.command("ready")
@as_json_option
def readiness(*, as_json: bool) -> None:
    """Run every check of readiness. Exit code 1 when the site cannot serve."""
    good, checks = ready()
    answer({"ready": good, "checks": checks}, [f"{name}: {found}" for name, found in checks.items()], as_json=as_json)
    sys.exit(0 if good else 1)
