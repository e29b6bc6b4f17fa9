# SPDX-License-Identifier: EUPL-1.2
"""The care of accounts by the administrator of their body."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext

from mukatabat.access import rules, second_factor, sessions, throttle
from mukatabat.access.errors import (
    AccountExists,
    AccountNotFound,
    EnrolmentRefused,
    LoginMalformed,
    LoginTaken,
    OwnAccount,
    ReasonMissing,
)
from mukatabat.access.models import Account, Language, Throttle
from mukatabat.access.queries import access_account, holds_power
from mukatabat.audit.actions import record
from mukatabat.directory.actions import propose
from mukatabat.directory.errors import SecondPersonNeeded
from mukatabat.directory.models import Change, Person
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, ActorKind

# Without the characters that people confuse when they copy by hand.
_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateAccount:
    """Give a person of the actor's body an account."""

    person_id: UUID
    login: str
    language: Language = Language.ARABIC


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAct:
    """Do something to an account of the actor's body, for a written reason."""

    account_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class IssuedAccount:
    """A new account with what its person needs to come in; both secrets are shown once and kept nowhere."""

    account: Account
    password: str
    enrolment_code: str


def create_account(actor: Actor, command: CreateAccount) -> IssuedAccount:
    """Make an account with a first password, which its person must replace.

    Where posts demand a second factor its enrolment code is proposed, and the second person who confirms it sees it:
    password and code together would let one administrator in as anybody. The server's own command line gets both.
    Errors: `AccountNotFound` (also for a person of another body), `LoginMalformed`, `LoginTaken`, `AccountExists`.
    """
    login = Account.normalize_username(command.login)
    with scope(actor):
        person = Person.objects.select_for_update().filter(pk=command.person_id, body=actor.body_id).first()
        if person is None or not actor.may(rules.Capability.ADMINISTER_ACCOUNTS):
            raise AccountNotFound
        if not Account.is_login_shaped(login):
            raise LoginMalformed
        if Account.objects.filter(person=person).exists():
            raise AccountExists
        if Account.objects.filter(login=login).exists():
            raise LoginTaken(login=login)
        password = _new_password()
        account = Account(login=login, person=person, language=command.language, must_change_password=True)
        account.set_password(password)
        account.save(force_insert=True)
        code = ""
        record(actor, act="access.account-created", object_kind="account", object_id=account.pk)
        if holds_power(account):
            if _is_alone(actor):
                _propose(actor, ChangeKind.SECOND_FACTOR, account, gettext("First sign-in of a new account."))
            else:
                code = _issue_enrolment_code(account)
    return IssuedAccount(account, password, code)


def set_password(actor: Actor, command: AccountAct) -> str:
    """Give an account a new first password and end its sessions; returns the password, which is shown once.

    Errors: `AccountNotFound`, `OwnAccount`, `ReasonMissing`, `SecondPersonNeeded` (whose posts give power).
    """
    with scope(actor):
        account = _account_to_care_for(actor, command)
        _refuse_alone(actor, account)
        return give_password(actor, account, command)


def reset_second_factor(actor: Actor, command: AccountAct) -> str:
    """Remove a lost second factor, end all sessions, and return the one-time code for enrolling a new one.

    The code is shown once; without it the next sign-in goes no further than the enrolment page. Also the way to give
    a code to whoever was appointed to a post that demands a second factor. Errors: `AccountNotFound`, `OwnAccount`,
    `ReasonMissing`, `SecondPersonNeeded` (whose posts give power).
    """
    with scope(actor):
        account = _account_to_care_for(actor, command)
        _refuse_alone(actor, account)
        return take_second_factor(actor, account, command)


def propose_for_account(actor: Actor, kind: ChangeKind, command: AccountAct) -> Change:
    """Propose a new password or a new second factor for the account of a person whose posts give power.

    Errors: `AccountNotFound`, `OwnAccount`, `ReasonMissing`.
    """
    with scope(actor):
        return _propose(actor, kind, _account_to_care_for(actor, command), command.reason)


def give_password(actor: Actor, account: Account, command: AccountAct) -> str:
    """Give a new first password to an account whose care the caller has checked; returns it."""
    with scope(actor):
        password = _new_password()
        account.set_password(password)
        account.must_change_password = True
        account.save(update_fields=["password", "must_change_password"])
        ended = sessions.end_all(account)
        throttle.forget(Throttle.Kind.PASSWORD, account.login)
        _note(actor, "access.password-reset", command, sessions=ended)
    return password


def take_second_factor(actor: Actor, account: Account, command: AccountAct) -> str:
    """Take the second factor off an account whose care the caller has checked; returns the enrolment code."""
    with scope(actor):
        removed = second_factor.remove(account)
        code = _issue_enrolment_code(account)
        ended = sessions.end_all(account)
        throttle.forget(Throttle.Kind.SECOND_FACTOR, str(account.pk))
        throttle.forget(Throttle.Kind.ENROLMENT, str(account.pk))
        _note(actor, "access.second-factor-reset", command, removed=removed, sessions=ended)
    return code


def end_sessions(actor: Actor, command: AccountAct) -> int:
    """End all sessions of an account of the body; returns how many. Errors: as `deactivate`."""
    with scope(actor):
        account = _account_to_care_for(actor, command)
        ended = sessions.end_all(account)
        _note(actor, "access.sessions-ended-by-administrator", command, sessions=ended)
    return ended


def deactivate(actor: Actor, command: AccountAct) -> None:
    """Close an account and end its sessions at once. Errors: `AccountNotFound`, `OwnAccount`, `ReasonMissing`."""
    with scope(actor):
        account = _account_to_care_for(actor, command)
        account.is_active = False
        account.save(update_fields=["is_active"])
        ended = sessions.end_all(account)
        _note(actor, "access.account-closed", command, sessions=ended)


def reactivate(actor: Actor, command: AccountAct) -> None:
    """Open a closed account again. Errors: `AccountNotFound`, `OwnAccount`, `ReasonMissing`."""
    with scope(actor):
        account = _account_to_care_for(actor, command)
        account.is_active = True
        account.save(update_fields=["is_active"])
        _note(actor, "access.account-opened", command)


def spend_enrolment_code(account: Account, typed: str) -> None:
    """Verify and use up the administrator's enrolment code; raises `EnrolmentRefused`. Not inside a transaction."""
    look = throttle.attempt(Throttle.Kind.ENROLMENT, str(account.pk))
    account.refresh_from_db(fields=["enrolment_code", "enrolment_until"])
    until = account.enrolment_until
    valid = bool(account.enrolment_code) and until is not None and clock.now() < until
    if not look.allowed or not valid or not check_password(_plain_code(typed), account.enrolment_code):
        raise EnrolmentRefused
    used = Account.objects.filter(pk=account.pk, enrolment_code=account.enrolment_code).update(
        enrolment_code="", enrolment_until=None
    )
    if not used:
        raise EnrolmentRefused
    throttle.forget(Throttle.Kind.ENROLMENT, str(account.pk))


def _is_alone(actor: Actor) -> bool:
    # Our own jobs and the command line of the server stand above the application and its two persons.
    return actor.kind is ActorKind.PERSON


def _refuse_alone(actor: Actor, account: Account) -> None:
    if _is_alone(actor) and holds_power(account):
        raise SecondPersonNeeded


def _propose(actor: Actor, kind: ChangeKind, account: Account, reason: str) -> Change:
    content = {"account": str(account.pk), "login": account.login}
    return propose(actor, kind, person_id=account.person_id, content=content, reason=reason)


def _account_to_care_for(actor: Actor, command: AccountAct) -> Account:
    account = access_account(actor, command.account_id)
    if account.pk == actor.account_id:
        raise OwnAccount
    if not command.reason.strip():
        raise ReasonMissing
    return Account.objects.select_for_update().get(pk=account.pk)


def _note(actor: Actor, act: str, command: AccountAct, **detail: int) -> None:
    record(
        actor, act=act, object_kind="account", object_id=command.account_id,
        detail={"reason": command.reason.strip(), **detail},
    )  # fmt: skip


def _issue_enrolment_code(account: Account) -> str:
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    account.enrolment_code = make_password(_plain_code(code))
    account.enrolment_until = clock.now() + rules.ENROLMENT_CODE_LIFE
    account.save(update_fields=["enrolment_code", "enrolment_until"])
    return code


def _plain_code(typed: str) -> str:
    return "".join(character for character in Account.normalize_username(typed) if character.isalnum())


def _new_password() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
