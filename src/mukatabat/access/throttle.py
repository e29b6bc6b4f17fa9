# SPDX-License-Identifier: EUPL-1.2
"""The lock-out, kept in one table so that every process counts together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from mukatabat.access import rules
from mukatabat.access.models import Throttle
from mukatabat.kernel import clock

FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Look:
    """Whether a proof may be looked at; `locked_until` is set when this was the last one allowed, or none is."""

    allowed: bool
    locked_until: datetime | None


def subject_digest(kind: Throttle.Kind, subject: str) -> str:
    """Return the keyed digest under which a subject is counted; a typed login is never kept in clear."""
    return salted_hmac(f"mukatabat.access.throttle.{kind}", subject, algorithm="sha256").hexdigest()


def attempt(kind: Throttle.Kind, subject: str) -> Look:
    """Count one proof of a subject before it is looked at, and say whether it may be.

    Commits at once, so that the count outlives a refused act: calling it inside an open transaction is a
    RuntimeError. The row's lock makes parallel guesses wait for each other.
    """
    now = clock.now()
    with transaction.atomic(durable=True):
        row = _locked_row(kind, subject_digest(kind, subject), now)
        seen = rules.Attempts(row.failures, row.first_failure_at, row.locked_until)
        if rules.is_locked(seen, now):
            return Look(allowed=False, locked_until=row.locked_until)
        counted = rules.count_attempt(seen, now)
        row.failures, row.locked_until = counted.failures, counted.locked_until
        row.first_failure_at = counted.first_failure_at or now
        row.save(update_fields=["failures", "first_failure_at", "locked_until"])
    return Look(allowed=True, locked_until=row.locked_until)


def _locked_row(kind: Throttle.Kind, digest: str, now: datetime) -> Throttle:
    """The subject's row under its lock, made where there is none. A success elsewhere may remove it at any moment."""
    mine = Throttle.objects.filter(kind=kind, subject=digest)
    while (row := mine.select_for_update().first()) is None:
        Throttle.objects.filter(first_failure_at__lt=now - FORGOTTEN_AFTER).delete()
        Throttle.objects.bulk_create([Throttle(kind=kind, subject=digest, first_failure_at=now)], ignore_conflicts=True)
    return row


def forget(kind: Throttle.Kind, subject: str) -> None:
    """Forget the failures of a subject: its proof succeeded, or an administrator reset it."""
    Throttle.objects.filter(kind=kind, subject=subject_digest(kind, subject)).delete()
