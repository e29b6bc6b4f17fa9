# SPDX-License-Identifier: EUPL-1.2
"""Passkeys (Web Authentication Level 3): a key in a device, which opens it only to its owner's finger, face or PIN.

Possession and verification together are the second factor, and at the door also the first. A challenge is used once,
whether it was answered well or badly; the answer is bound to this host (§7.2, steps 11 to 13), to the account, and to a
counter that only grows where the device keeps one.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction

from mukatabat.access import rules, throttle
from mukatabat.access.errors import PasskeyRefused, SecondFactorLocked
from mukatabat.access.models import Account, Throttle
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line

MOST_PASSKEYS = 8
NAME_LIMIT = 60
LARGEST_ANSWER = 64 * 1024
"""Characters of what a browser sends back; an attestation with its certificates stays far below."""
_SENSELESS = (ValidationError, ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)
"""What the library raises for an answer that is none: in its JSON, in the CBOR within, or in the bytes within that."""


def begin_enrolment(account: Account) -> dict[str, Any]:
    """Return what a browser needs to make a key for an account (§5.4); the challenge is kept in the session."""
    return _plain(auth.begin_registration(account, passwordless=True))


def enrol(account: Account, *, name: str, answer: str) -> Authenticator:
    """Keep the key that a browser made for an account; raises `PasskeyRefused`, also for one key too many."""
    said = clean_line(name, NAME_LIMIT)
    credential = _answer(answer)
    try:
        auth.parse_registration_response(credential)
        binding = auth.complete_registration(credential)
    except _SENSELESS as error:
        raise PasskeyRefused from error
    finally:
        auth.clear_state()
    if binding.credential_data is None or not binding.is_user_verified():
        raise PasskeyRefused
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        if len(of_account(account)) >= MOST_PASSKEYS or _known(binding.credential_data.credential_id):
            raise PasskeyRefused
        return cast(Authenticator, auth.WebAuthn.add(account, said or "—", credential).instance)


def begin_proof(account: Account | None) -> dict[str, Any]:
    """Return what a browser needs to prove a key (§5.5): of an account, or before sign-in of whoever answers."""
    return _plain(auth.begin_authentication(account))


def prove(account: Account, answer: str) -> datetime:
    """Verify a browser's answer with a key of an account and return the moment of the proof (UTC).

    Counted like a code before it is looked at. Errors: `SecondFactorLocked`, `PasskeyRefused`. Never call it inside a
    transaction.
    """
    now = clock.now()
    look = throttle.attempt(Throttle.Kind.SECOND_FACTOR, str(account.pk))
    if not look.allowed and look.locked_until is not None:
        raise SecondFactorLocked(minutes=rules.minutes_left(look.locked_until, now))
    credential = _answer(answer)
    try:
        counter = auth.parse_authentication_response(credential).response.authenticator_data.counter
        used = auth.complete_authentication(account, credential)
    except _SENSELESS as error:
        raise PasskeyRefused from error
    finally:
        auth.clear_state()
    _count_on(used, counter, now)
    throttle.forget(Throttle.Kind.SECOND_FACTOR, str(account.pk))
    return now


def account_of(answer: str) -> Account:
    """Return the account whose key a browser used before sign-in; nothing is proved yet. Raises `PasskeyRefused`."""
    try:
        found = auth.extract_user_from_response(_answer(answer))
    except _SENSELESS as error:
        raise PasskeyRefused from error
    return cast(Account, found)


def of_account(account: Account) -> list[Authenticator]:
    """List the passkeys of an account, the oldest first."""
    rows = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN)
    return list(rows.order_by("created_at", "pk"))


def remove(account: Account, passkey_id: int) -> bool:
    """Remove one passkey of an account; tells whether it was there."""
    rows = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN, pk=passkey_id)
    return bool(rows.delete()[0])


def _count_on(used: Authenticator, counter: int, now: datetime) -> None:
    """Keep the device's counter; one that does not grow means that the key was copied (§7.2, step 22)."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=used.pk)
        if counter and counter <= row.data.get("counter", 0):
            raise PasskeyRefused
        row.data["counter"] = counter
        row.last_used_at = now
        row.save(update_fields=["data", "last_used_at"])


def _known(credential_id: bytes) -> bool:
    rows = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).iterator()
    return any(row.wrap().authenticator_data.credential_data.credential_id == credential_id for row in rows)


def _answer(text: str) -> dict[str, Any]:
    if len(text) > LARGEST_ANSWER:
        raise PasskeyRefused
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused from error
    if not isinstance(answer, dict):
        raise PasskeyRefused
    return answer


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as JSON values, as a browser parses them (§5.1.9)."""
    return cast("dict[str, Any]", json.loads(json.dumps(options, default=dict)))
