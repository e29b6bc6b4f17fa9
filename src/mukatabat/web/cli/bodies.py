# SPDX-License-Identifier: EUPL-1.2
"""Verbs of the bodies of the directory."""

from __future__ import annotations

import click

from mukatabat.access.actions import found_administrator
from mukatabat.access.rules import Capability
from mukatabat.directory.actions import AddBody, AddPerson, add_body
from mukatabat.directory.queries import bodies_in_order, body_by_code
from mukatabat.directory.vocabulary import BodyKind, Channel
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.rules import system_actor
from mukatabat.web.cli.answers import acting, answer, as_json_option

realm_option = click.option(
    "--realm", type=click.Choice([str(one.value) for one in Realm]), default=str(Realm.LIVE.value), show_default=True
)


@click.group()
def bodies() -> None:
    """The bodies of the directory: list, add, give administrators."""


@bodies.command("list")
@realm_option
@as_json_option
def list_bodies(realm: str, *, as_json: bool) -> None:
    """List the bodies of today in the order of their Arabic names."""
    found = [
        {
            "code": one.body.code, "id": one.body_id, "channel": one.body.channel, "kind": one.body.kind,
            "ar": one.ar, "en": one.en,
        }
        for one in bodies_in_order(realm)
    ]  # fmt: skip
    lines = [f"{one['code']:12} {one['channel']:7} {one['ar']}  {one['en']}" for one in found]
    answer(found, lines, as_json=as_json)


@bodies.command("add")
@click.argument("code")
@click.option("--ar", required=True, help="The body's name in Arabic.")
@click.option("--en", required=True, help="The body's name in English.")
@click.option("--kind", type=click.Choice([str(one.value) for one in BodyKind]), required=True)
@click.option(
    "--channel", type=click.Choice([str(one.value) for one in Channel]), default=str(Channel.LOCAL.value),
    show_default=True, help="How letters reach it.",
)  # fmt: skip
@realm_option
@as_json_option
def add(code: str, *, ar: str, en: str, kind: str, channel: str, realm: str, as_json: bool) -> None:
    """Add the body CODE with its registry, from today on. It has nobody yet: see `bodies administrator`."""
    wanted = AddBody(
        code=code, ar=ar, en=en, kind=BodyKind(kind), channel=Channel(channel), realm=Realm(realm),
        valid_from=clock.today(),
    )  # fmt: skip
    made = add_body(system_actor("cli.bodies", body_id=wanted.id, realm=wanted.realm), wanted)
    answer({"code": made.code, "id": made.pk}, [f"{made.code} is added"], as_json=as_json)


@bodies.command("administrator")
@click.argument("login")
@click.option("--body", "code", required=True, help="The body's code, such as MOF.")
@click.option("--staff-number", required=True, help="The person's number in that body.")
@click.option("--ar", required=True, help="The person's name in Arabic.")
@click.option("--en", required=True, help="The person's name in English.")
@realm_option
@as_json_option
def administrator(login: str, *, code: str, staff_number: str, ar: str, en: str, realm: str, as_json: bool) -> None:
    """Make a person an administrator of a body, with an account LOGIN; needed twice for every new body.

    The person is added unless the body has that staff number, and then must bear both names. Prints the first password
    and the enrolment code once; who has an account already keeps it, and its own login is printed. Refused where two
    people can administer the body: these two give it further ones.
    """
    body = body_by_code(code, realm)
    actor = acting("bodies", body, Capability.ADMINISTER_ACCOUNTS)
    wanted = AddPerson(ar=ar, en=en, staff_number=staff_number, valid_from=clock.today())
    founded = found_administrator(actor, wanted, login=login)
    account, issued = founded.account, founded.issued
    made = {"body": body.code, "staff_number": account.person.staff_number, "login": account.login}
    if issued is not None:
        made |= {"account": "made", "password": issued.password, "enrolment_code": issued.enrolment_code}
    else:
        made["account"] = "kept" if account.is_active else "kept, and closed"
    answer(made, [f"{name.replace('_', ' ')}: {value}" for name, value in made.items()], as_json=as_json)
