# SPDX-License-Identifier: EUPL-1.2
"""A body's first administrators, whom only the server can make: nobody in it could propose or confirm one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mukatabat.access.actions.accounts import CreateAccount, IssuedAccount, create_account
from mukatabat.access.errors import AdministratorsEnough
from mukatabat.access.models import Account
from mukatabat.directory.actions import AddPerson, appoint_administrator
from mukatabat.directory.authority import locked_body
from mukatabat.directory.models import Appointment, effective
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

ENOUGH: Final = 2
"""How many administrators the server makes: these two propose and confirm every further one (ADR 0012)."""


@dataclass(frozen=True, slots=True)
class FoundedAdministrator:
    """An administrator's account, and what was issued with it; nothing, where the person had an account before."""

    account: Account
    issued: IssuedAccount | None


def found_administrator(actor: Actor, command: AddPerson, *, login: str) -> FoundedAdministrator:
    """Make a person of the actor's body an administrator of it, with an account; one transaction.

    Who has an account keeps it with its own login. Only while fewer than two people can administer the body: a third
    one would be somebody whom no two persons chose. Raises `AdministratorsEnough`, and whatever
    `appoint_administrator` and `create_account` raise.
    """
    with scope(actor):
        locked_body(actor.body_id)  # two orders at once are counted one after the other
        if _who_can_administer(actor.body_id) >= ENOUGH:
            raise AdministratorsEnough
        person = appoint_administrator(actor, command)
        account = Account.objects.filter(person=person).first()
        if account is not None:
            return FoundedAdministrator(account, None)
        issued = create_account(actor, CreateAccount(person_id=person.pk, login=login))
    return FoundedAdministrator(issued.account, issued)


def _who_can_administer(body_id: UUID) -> int:
    """How many hold the post today and have an open account."""
    today = clock.today()
    held = Appointment.objects.filter(
        effective(today), effective(today, "post__"), effective(today, "person__"),
        post__body=body_id, post__role=PostRole.ADMINISTRATOR,
    )  # fmt: skip
    return Account.objects.filter(is_active=True, person__in=held.values("person_id")).count()
