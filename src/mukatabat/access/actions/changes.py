# SPDX-License-Identifier: EUPL-1.2
"""The second person confirms: with a fresh second factor, and what belongs to accounts is done here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from mukatabat.access import second_factor
from mukatabat.access.actions.accounts import AccountAct, give_password, take_second_factor
from mukatabat.access.errors import AccountNotFound
from mukatabat.access.models import Account
from mukatabat.directory import actions as directory
from mukatabat.directory.models import Change
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A change that was carried out; ``secret`` (a code or a first password) is shown once, to its second person."""

    change: Change
    secret: str = ""


def confirm_change(actor: Actor, change_id: UUID) -> Confirmed:
    """Confirm a proposed change of the actor's body and carry it out, all in one transaction.

    A new post of power makes an enrolment code that one administrator alone was given before worthless. Errors:
    `SecondFactorStale`, `AccountNotFound` (the account is gone), or as `directory.actions.confirm`.
    """
    second_factor.require_fresh(actor, clock.now())
    with scope(actor):
        change = directory.confirm(actor, change_id)
        secret = ""
        if change.kind in {ChangeKind.SECOND_FACTOR, ChangeKind.PASSWORD}:
            secret = _for_account(actor, change)
        elif change.person_id is not None:
            Account.objects.filter(person=change.person_id).update(enrolment_code="", enrolment_until=None)
    return Confirmed(change, secret)


def _for_account(actor: Actor, change: Change) -> str:
    account = (
        Account.objects.select_for_update(of=("self",))
        .filter(pk=change.content["account"], person=change.person_id, person__body=actor.body_id)
        .first()
    )
    if account is None:
        raise AccountNotFound
    command = AccountAct(account_id=account.pk, reason=change.reason)
    if change.kind == ChangeKind.PASSWORD:
        return give_password(actor, account, command)
    return take_second_factor(actor, account, command)
