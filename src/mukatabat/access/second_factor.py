# SPDX-License-Identifier: EUPL-1.2
"""Proving, enrolling and removing the second factor: one-time codes (RFC 6238) and recovery codes."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from cryptography.fernet import InvalidToken
from django.db import IntegrityError, transaction

from mukatabat.access import rules, throttle
from mukatabat.access.errors import (
    SecondFactorLocked,
    SecondFactorMissing,
    SecondFactorPresent,
    SecondFactorRefused,
    SecondFactorStale,
)
from mukatabat.access.models import Account, Throttle, UsedCode
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor

USED_CODE_KEPT = timedelta(minutes=10)


def fresh(actor: Actor, now: datetime) -> bool:
    """Tell whether the actor proved the second factor within the last five minutes."""
    return rules.is_fresh(actor.second_factor_at, now)


def require_fresh(actor: Actor, now: datetime) -> None:
    """Raise `SecondFactorStale` unless the second factor was proved within the last five minutes."""
    if not fresh(actor, now):
        raise SecondFactorStale


def is_enrolled(account: Account) -> bool:
    """Tell whether an account has a second factor."""
    there: bool = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.TOTP).exists()
    return there


def prove(account: Account, code: str) -> datetime:
    """Verify a one-time code or a recovery code, spend it, and return the moment of the proof (UTC).

    1. Count the attempt in its own transaction. 2. A code of six digits is a one-time code: its time step is spent
    under a unique constraint, so of two processes that get the same code one is refused. 3. Any other code is looked
    for among the unused recovery codes under a row lock. 4. Success forgets the failures.
    Errors: `SecondFactorMissing`, `SecondFactorLocked`, `SecondFactorRefused`. Never call it inside a transaction.
    """
    now = clock.now()
    authenticators = {row.type: row for row in Authenticator.objects.filter(user_id=account.pk)}
    if Authenticator.Type.TOTP not in authenticators:
        raise SecondFactorMissing
    _count(account)  # 1
    typed = rules.code_digits(code)
    if len(typed) == rules.ONE_TIME_CODE_DIGITS:
        used = authenticators[Authenticator.Type.TOTP]
        accepted = _spend_one_time_code(account, used, typed, now)  # 2
    else:
        used = authenticators.get(Authenticator.Type.RECOVERY_CODES, authenticators[Authenticator.Type.TOTP])
        accepted = used.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(used).validate_code(typed)  # 3
    if not accepted:
        raise SecondFactorRefused
    Authenticator.objects.filter(pk=used.pk).update(last_used_at=now)
    throttle.forget(Throttle.Kind.SECOND_FACTOR, str(account.pk))  # 4
    return now


def _count(account: Account) -> None:
    look = throttle.attempt(Throttle.Kind.SECOND_FACTOR, str(account.pk))
    if not look.allowed and look.locked_until is not None:
        raise SecondFactorLocked(minutes=rules.minutes_left(look.locked_until, clock.now()))


def _spend_one_time_code(account: Account, authenticator: Authenticator, code: str, now: datetime) -> bool:
    secret = get_adapter().decrypt(authenticator.data["secret"])
    step = rules.matching_step(secret, code, now)
    if step is None:
        return False
    UsedCode.objects.filter(account=account, used_at__lt=now - USED_CODE_KEPT).delete()
    try:
        with transaction.atomic():
            UsedCode.objects.create(account=account, step=step, used_at=now)
    except IntegrityError:
        return False
    return True


def new_secret() -> str:
    """Make a secret for one-time codes: 160 random bits (RFC 4226 §4 R6), base-32."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def check_device(account: Account, secret: str, code: str) -> None:
    """Count an attempt to enrol and verify that the code comes from a device with the secret.

    Errors: `SecondFactorLocked`, `SecondFactorRefused`. Never call it inside a transaction.
    """
    _count(account)
    if rules.matching_step(secret, code, clock.now()) is None:
        raise SecondFactorRefused
    throttle.forget(Throttle.Kind.SECOND_FACTOR, str(account.pk))


def enrol(account: Account, secret: str, code: str) -> list[str]:
    """Give an account a second factor once a code proves that the device has its secret; returns the recovery codes.

    The code that proved it is spent. Errors: `SecondFactorPresent`, `SecondFactorRefused`.
    """
    step = rules.matching_step(secret, code, clock.now())
    if step is None:
        raise SecondFactorRefused
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if is_enrolled(account):
            raise SecondFactorPresent
        install(account, secret)
        UsedCode.objects.get_or_create(account=account, step=step)
        return renew_recovery_codes(account)


def install(account: Account, secret: str) -> None:
    """Store a secret as the account's second factor, encrypted, in place of any earlier one."""
    Authenticator.objects.update_or_create(
        user_id=account.pk,
        type=Authenticator.Type.TOTP,
        defaults={"data": {"secret": get_adapter().encrypt(secret)}, "created_at": clock.now()},
    )


def unreadable() -> int:
    """Count the second factors that this installation's secret key does not open, as after a restore without it."""
    adapter, closed = get_adapter(), 0
    for data in Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("data", flat=True):
        try:
            adapter.decrypt(data["secret"])
        except InvalidToken:
            closed += 1
    return closed


def renew_recovery_codes(account: Account) -> list[str]:
    """Replace the recovery codes of an account and return the new ones, which are shown once."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(account).generate_codes()
    return codes


def unused_recovery_codes(account: Account) -> int:
    """Count the recovery codes that an account has left."""
    row = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0


def remove(account: Account) -> int:
    """Remove every second factor and recovery code of an account; returns how many were removed."""
    removed: int = Authenticator.objects.filter(user_id=account.pk).delete()[0]
    return removed
