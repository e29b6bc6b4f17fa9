# SPDX-License-Identifier: EUPL-1.2
"""What people do to their own account."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from mukatabat.access import passkeys, second_factor, sessions
from mukatabat.access.actions.accounts import spend_enrolment_code
from mukatabat.access.actions.door import account_actor
from mukatabat.access.errors import (
    PasskeyRefused,
    PasswordTooWeak,
    SecondFactorPresent,
    SecondFactorRequired,
    SessionNotFound,
)
from mukatabat.access.models import Account, Digits, Language, Theme
from mukatabat.access.queries import second_factor_required
from mukatabat.audit.actions import record
from mukatabat.tenancy.context import scope

PREFERENCES = ("language", "theme", "digits", "shortcuts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person chose on the screens; None leaves a choice as it is."""

    language: Language | None = None
    theme: Theme | None = None
    digits: Digits | None = None
    shortcuts: bool | None = None


def set_preferences(account: Account, wanted: Preferences) -> None:
    """Keep screen preferences; they are no act on anybody's record and leave no audit entry."""
    changed = {name: value for name in PREFERENCES if (value := getattr(wanted, name)) is not None}
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=list(changed))


def change_own_password(account: Account, password: str, *, session_key: str = "") -> None:
    """Replace the own password, which the caller has verified, and end all other sessions.

    The caller renews the proof of the session that is to stay. Raises `PasswordTooWeak`.
    """
    try:
        validate_password(password, account)
    except ValidationError as refusal:
        raise PasswordTooWeak(rules=" ".join(refusal.messages)) from refusal
    with scope(actor := account_actor(account, session_key=session_key)):
        account.set_password(password)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        ended = sessions.end_all(account, except_key=session_key)
        record(
            actor, act="access.password-changed", object_kind="account", object_id=account.pk,
            detail={"sessions": ended},
        )  # fmt: skip


def enrol_second_factor(account: Account, secret: str, *, code: str, enrolment_code: str, place: str) -> list[str]:
    """Set up a second factor; returns the recovery codes, which are shown once.

    1. A person who must have one, or whose factor was reset, needs the administrator's enrolment code; it is used up
    only after the device's code was found right, so that a slip costs nothing. 2. The device's code proves the secret.
    Errors: `EnrolmentRefused`, `SecondFactorPresent`, `SecondFactorRefused`, `SecondFactorLocked`.
    """
    if second_factor.is_enrolled(account):
        raise SecondFactorPresent
    second_factor.check_device(account, secret, code)
    if account.enrolment_code or second_factor_required(account):
        spend_enrolment_code(account, enrolment_code)  # 1
    with scope(actor := account_actor(account)):
        codes = second_factor.enrol(account, secret, code)  # 2
        record(actor, act="access.second-factor-enrolled", object_kind="account", object_id=account.pk, place=place)
    return codes


def remove_second_factor(account: Account, *, place: str) -> None:
    """Remove the own second factor, whose code the caller has just verified; raises `SecondFactorRequired`."""
    if second_factor_required(account):
        raise SecondFactorRequired
    with scope(actor := account_actor(account)):
        second_factor.remove(account)
        record(actor, act="access.second-factor-removed", object_kind="account", object_id=account.pk, place=place)


def renew_recovery_codes(account: Account, *, place: str) -> list[str]:
    """Replace the own recovery codes after a verified code; returns the new ones, which are shown once."""
    with scope(actor := account_actor(account)):
        codes = second_factor.renew_recovery_codes(account)
        record(actor, act="access.recovery-codes-renewed", object_kind="account", object_id=account.pk, place=place)
    return codes


def add_passkey(request: HttpRequest, account: Account, *, name: str, answer: str) -> None:
    """Keep a passkey that the own browser made; the second factor was proved a moment ago. `PasskeyRefused`."""
    with scope(actor := account_actor(account, session_key=request.session.session_key or "")):
        made = passkeys.enrol(account, name=name, answer=answer)
        record(
            actor, act="access.passkey-added", object_kind="account", object_id=account.pk,
            place=str(get_adapter().get_client_ip(request)), detail={"passkey": made.pk},
        )  # fmt: skip


def remove_passkey(account: Account, passkey_id: int, *, place: str) -> None:
    """Remove a passkey of one's own; the second factor was proved a moment ago. Raises `PasskeyRefused` for none."""
    with scope(actor := account_actor(account)):
        if not passkeys.remove(account, passkey_id):
            raise PasskeyRefused
        record(
            actor, act="access.passkey-removed", object_kind="account", object_id=account.pk, place=place,
            detail={"passkey": passkey_id},
        )  # fmt: skip


def revoke_session(account: Account, session_id: int) -> None:
    """End one of the own sessions at once, in every process; raises `SessionNotFound`."""
    with scope(actor := account_actor(account)):
        row = UserSession.objects.filter(user_id=account.pk, pk=session_id).first()
        if row is None:
            raise SessionNotFound
        sessions.end_listed([row])
        record(actor, act="access.session-ended", object_kind="account", object_id=account.pk)


def revoke_other_sessions(account: Account, *, session_key: str) -> int:
    """End all own sessions but the one with this key; returns how many were listed.

    The caller renews the proof of the session that is to stay.
    """
    with scope(actor := account_actor(account)):
        ended = sessions.end_all(account, except_key=session_key)
        record(
            actor, act="access.other-sessions-ended", object_kind="account", object_id=account.pk,
            detail={"sessions": ended},
        )  # fmt: skip
    return ended
