# SPDX-License-Identifier: EUPL-1.2
"""Who may do what by post, and the numbers of sign-in: lock-out, one-time codes, sessions. Pure."""

from __future__ import annotations

import base64
import hmac
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel.arabic import latin_digits


class Capability(StrEnum):
    """What a post lets its holder do at all; whether to a given letter, the grants say."""

    REGISTER_INCOMING = "register_incoming"
    DISPATCH = "dispatch"
    REFER = "refer"
    WORK_ITEMS = "work_items"
    DRAFT = "draft"
    REVIEW = "review"
    APPROVE = "approve"
    SIGN = "sign"
    SEE_REGISTERS = "see_registers"
    ADMINISTER_BODY = "administer_body"
    ADMINISTER_ACCOUNTS = "administer_accounts"
    READ_AUDIT = "read_audit"
    OPERATE = "operate"
    ARCHIVE = "archive"
    TRAIN = "train"


_C = Capability

ROLE_CAPABILITIES: dict[PostRole, frozenset[Capability]] = {
    PostRole.REGISTRY_CLERK: frozenset(
        {_C.REGISTER_INCOMING, _C.DISPATCH, _C.REFER, _C.WORK_ITEMS, _C.DRAFT, _C.SEE_REGISTERS}
    ),
    PostRole.ADVISER: frozenset({_C.WORK_ITEMS, _C.DRAFT}),
    PostRole.HEAD: frozenset({_C.WORK_ITEMS, _C.DRAFT, _C.REFER, _C.REVIEW, _C.APPROVE}),
    PostRole.SIGNATORY: frozenset({_C.WORK_ITEMS, _C.DRAFT, _C.REFER, _C.REVIEW, _C.APPROVE, _C.SIGN}),
    PostRole.ARCHIVIST: frozenset({_C.WORK_ITEMS, _C.ARCHIVE, _C.SEE_REGISTERS}),
    PostRole.ADMINISTRATOR: frozenset({_C.ADMINISTER_BODY, _C.ADMINISTER_ACCOUNTS}),
    PostRole.OPERATOR: frozenset({_C.OPERATE}),
    PostRole.AUDITOR: frozenset({_C.READ_AUDIT, _C.SEE_REGISTERS}),
    PostRole.TRAINEE: frozenset({_C.WORK_ITEMS, _C.DRAFT, _C.TRAIN}),
}

STRONG: frozenset[Capability] = frozenset(
    {_C.SIGN, _C.ADMINISTER_BODY, _C.ADMINISTER_ACCOUNTS, _C.OPERATE, _C.READ_AUDIT}
)
"""Capabilities that exist only in a session whose second factor was proved."""


def capabilities_of(roles: Iterable[PostRole]) -> frozenset[Capability]:
    """Unite the capabilities of all posts that a person holds."""
    return frozenset().union(*(ROLE_CAPABILITIES[role] for role in roles))


def second_factor_required(capabilities: Iterable[str]) -> bool:
    """Tell whether a person with these capabilities must have a second factor to sign in."""
    return not STRONG.isdisjoint(capabilities)


def capabilities_in_session(
    capabilities: frozenset[Capability], second_factor_at: datetime | None
) -> frozenset[Capability]:
    """Leave out the strong capabilities of a session in which no second factor was proved."""
    return capabilities if second_factor_at else capabilities - STRONG


# ── lock-out ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Lockout:
    """After `failures` failed proofs within `window`, none is looked at for `pause`."""

    failures: int = 5
    window: timedelta = timedelta(minutes=15)
    pause: timedelta = timedelta(minutes=15)


LOCKOUT = Lockout()


@dataclass(frozen=True, slots=True)
class Attempts:
    """The failed proofs of one subject; every proof counts as failed from before it is looked at until it succeeds."""

    failures: int = 0
    first_failure_at: datetime | None = None
    locked_until: datetime | None = None


def is_locked(attempts: Attempts, now: datetime) -> bool:
    """Tell whether a proof may not even be looked at now."""
    return attempts.locked_until is not None and now < attempts.locked_until


def count_attempt(attempts: Attempts, now: datetime, policy: Lockout = LOCKOUT) -> Attempts:
    """Count one proof that is about to be looked at.

    The count comes first, so that a hundred guesses at once get no more looks than one after the other. The last one
    allowed sets the lock at once; its success takes it away. Must not be called while `is_locked`.
    """
    expired = attempts.first_failure_at is None or now - attempts.first_failure_at >= policy.window
    if expired or attempts.locked_until is not None:
        attempts = Attempts(failures=0, first_failure_at=now)
    counted = replace(attempts, failures=attempts.failures + 1)
    return replace(counted, locked_until=now + policy.pause) if counted.failures >= policy.failures else counted


def minutes_left(until: datetime, now: datetime) -> int:
    """Say how many whole minutes a lock still lasts, at least 1, rounded up."""
    return max(1, math.ceil((until - now).total_seconds() / 60))


# ── one-time codes (RFC 4226, RFC 6238) ─────────────────────────────────────────────────────────────────────────────

ONE_TIME_CODE_PERIOD = 30
ONE_TIME_CODE_DIGITS = 6
ONE_TIME_CODE_TOLERANCE = 1
RECOVERY_CODE_COUNT = 10


def code_digits(typed: str) -> str:
    """Return a typed code as bare ASCII digits: any digit style, spaces and dashes dropped."""
    return latin_digits(typed).replace(" ", "").replace("-", "").strip()


def step_at(at: datetime) -> int:
    """Return the time step of a moment: whole periods of 30 s since the Unix epoch (RFC 6238 §4.2)."""
    return int(at.timestamp()) // ONE_TIME_CODE_PERIOD


def one_time_code(secret: str, step: int) -> str:
    """Return the code of a base-32 secret for one time step.

    1. HMAC-SHA-1 of the step as 8 bytes, big endian. 2. Take 31 bits at the offset that the last nibble names.
    3. The last six decimal digits, zero-filled (RFC 4226 §5.3).
    """
    key = base64.b32decode(secret, casefold=True)
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha1")  # 1
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF  # 2
    return f"{number % 10**ONE_TIME_CODE_DIGITS:0{ONE_TIME_CODE_DIGITS}}"  # 3


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code was typed, one step of clock drift either way, or None.

    All steps are compared, each in constant time.
    """
    typed = code_digits(code).encode("utf-8", "replace")
    middle = step_at(at)
    found = None
    for step in range(middle - ONE_TIME_CODE_TOLERANCE, middle + ONE_TIME_CODE_TOLERANCE + 1):
        if hmac.compare_digest(one_time_code(secret, step).encode(), typed):
            found = step
    return found


# ── sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────

SECOND_FACTOR_FRESH = timedelta(minutes=5)
SESSION_ABSOLUTE = timedelta(hours=8)
SESSION_IDLE = timedelta(minutes=30)
SESSION_TOUCH = timedelta(minutes=1)
ENROLMENT_CODE_LIFE = timedelta(days=7)


def is_fresh(second_factor_at: datetime | None, now: datetime) -> bool:
    """Tell whether the second factor was proved in the last five minutes; a proof from the future is none."""
    return second_factor_at is not None and timedelta(0) <= now - second_factor_at <= SECOND_FACTOR_FRESH


def session_over(started_at: datetime | None, seen_at: datetime | None, now: datetime) -> bool:
    """Tell whether a session ended: 8 hours after sign-in, or after 30 minutes without an act."""
    if started_at is None or seen_at is None:
        return True
    return now - started_at >= SESSION_ABSOLUTE or now - seen_at >= SESSION_IDLE
