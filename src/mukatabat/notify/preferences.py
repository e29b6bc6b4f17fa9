# SPDX-License-Identifier: EUPL-1.2
"""When and how a person is told: at once, in the daily digest, or in the bell alone; and in which hours not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType

from mukatabat.kernel.clock import KUWAIT
from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop
from mukatabat.notify.ports import ChannelName
from mukatabat.notify.rules import Kind

_SECONDS = (60, 300, 900, 3600, 10_800, 21_600, 43_200)
LAST_ATTEMPT = len(_SECONDS) + 1


class Pace(Vocabulary):
    """How soon a kind of notice is sent."""

    NOW = "now", gettext_noop("At once"), "فورًا"
    DIGEST = "digest", gettext_noop("In the daily digest"), "في الملخص اليومي"
    NEVER = "never", gettext_noop("Only in the application"), "داخل المنظومة فقط"


URGENT = frozenset(
    {
        Kind.ARRIVED, Kind.REFERRED, Kind.FOR_REVIEW, Kind.FOR_SIGNATURE, Kind.RETURNED, Kind.FAILED, Kind.HELD,
        Kind.WEBHOOK_SUSPENDED, Kind.CERTIFICATE_ENDS, Kind.SEAL_WITHDRAWN,
    }
)  # fmt: skip
"""What is mailed at once to whoever chose nothing; everything else stands in the daily digest."""


def _usual() -> Mapping[Kind, Pace]:
    return MappingProxyType({kind: Pace.NOW if kind in URGENT else Pace.DIGEST for kind in Kind})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person chose. Times are Kuwait's; equal quiet times mean that no hour is quiet."""

    language: str = "ar"
    email: Mapping[Kind, Pace] = field(default_factory=_usual)
    sms: frozenset[Kind] = frozenset()
    hook: frozenset[Kind] = frozenset()
    quiet_from: time = time(0)
    quiet_until: time = time(0)
    digest_at: time = time(7, 30)


@dataclass(frozen=True, slots=True)
class Planned:
    """By which channel a notice goes, when, and whether with others in one message."""

    channel: ChannelName
    due_at: datetime
    digest: bool


def plan(choice: Choice, kind: Kind, at: datetime) -> list[Planned]:
    """By what, and when, a notice of a kind is sent; ``at`` is aware. Quiet hours move it to their end."""
    found = []
    pace = choice.email.get(kind, Pace.DIGEST)
    if pace is Pace.NOW:
        found.append(Planned(ChannelName.EMAIL, after_quiet(choice, at), digest=False))
    elif pace is Pace.DIGEST:
        found.append(Planned(ChannelName.EMAIL, next_digest(choice, at), digest=True))
    chosen = ((ChannelName.SMS, choice.sms), (ChannelName.HOOK, choice.hook))
    found += [Planned(name, after_quiet(choice, at), digest=False) for name, kinds in chosen if kind in kinds]
    return found


def after_quiet(choice: Choice, at: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies; they may go over midnight."""
    begin, end = choice.quiet_from, choice.quiet_until
    local = at.astimezone(KUWAIT)
    now = local.time()
    if begin < end:
        is_quiet, days = begin <= now < end, 0
    else:
        is_quiet, days = begin != end and (now >= begin or now < end), int(now >= begin)
    if not is_quiet:
        return at
    return datetime.combine(local.date() + timedelta(days=days), end, tzinfo=KUWAIT)


def next_digest(choice: Choice, at: datetime) -> datetime:
    """The next daily digest after a moment; it comes at its time, which the person chose knowing the quiet hours."""
    local = at.astimezone(KUWAIT)
    today = datetime.combine(local.date(), choice.digest_at, tzinfo=KUWAIT)
    return today if today > at else today + timedelta(days=1)


def next_attempt(attempts: int) -> timedelta | None:
    """How long after a failed attempt the next one comes, a day in all; None after the last. Counts from 1."""
    return timedelta(seconds=_SECONDS[attempts - 1]) if attempts < LAST_ATTEMPT else None
