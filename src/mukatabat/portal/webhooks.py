# SPDX-License-Identifier: EUPL-1.2
"""Webhooks: the states of a subscription and of a delivery, and when a failed delivery is tried again. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop

PROPOSAL_LIFE = timedelta(days=7)
"""How long a proposed webhook waits for its second person."""
OVERLAP = timedelta(hours=24)
"""How long calls are also signed with the former secret after it was changed."""
KEPT = timedelta(days=30)
"""How long a finished delivery stands in the log."""
MOST = 20
"""Webhooks of one body that are not ended."""
MOST_REPLAYED = 1000
"""Events that one replay sends again."""


class WebhookAct(StrEnum):
    """What the trail says of a webhook."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    ENDED = "ended"
    SECRET_CHANGED = "secret-changed"
    RESUMED = "resumed"
    SUSPENDED = "suspended"
    REPLAYED = "replayed"


class SubscriptionState(Vocabulary):
    """What becomes of a webhook."""

    PROPOSED = "proposed", gettext_noop("Awaits a second person"), "بانتظار موافقة ثانية"
    ACTIVE = "active", gettext_noop("In use"), "يعمل"
    SUSPENDED = "suspended", gettext_noop("Suspended after failures"), "موقوف لتعذّر التسليم"
    ENDED = "ended", gettext_noop("Ended"), "منتهٍ"


class DeliveryState(Vocabulary):
    """What became of one event on its way to one address."""

    WAITING = "waiting", gettext_noop("Waiting"), "بانتظار التسليم"
    DELIVERED = "delivered", gettext_noop("Delivered"), "سُلّم"
    FAILED = "failed", gettext_noop("Delivery failed"), "تعذّر التسليم"


class Fault(Vocabulary):
    """Why a delivery did not succeed, as the log says it."""

    REFUSED_ADDRESS = "refused-address", gettext_noop("The address leads where nothing is sent"), "عنوان غير مسموح به"
    UNKNOWN_HOST = "unknown-host", gettext_noop("The host is not known"), "اسم الخادم غير معروف"
    NOT_ENCRYPTED = "not-encrypted", gettext_noop("Its certificate is not trusted"), "شهادة الخادم غير موثوقة"
    NO_ANSWER = "no-answer", gettext_noop("It did not answer in time"), "لم يرد الخادم في الوقت المحدد"
    ANSWERED = "answered", gettext_noop("It answered that it did not take it"), "رد الخادم بعدم القبول"
    WITHHELD = (
        "withheld",
        gettext_noop("Its person may no longer see the letter"),
        "لم يعد للموظف المسؤول حق الاطلاع على الكتاب",
    )
    FORGOTTEN = "forgotten", gettext_noop("The event is no longer kept"), "لم يعد الحدث محفوظًا"


_SECONDS = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
LAST_ATTEMPT = len(_SECONDS) + 1
GONE = 410
"""The receiver's word that it wants no more (Standard Webhooks): the webhook is suspended at once."""


def is_success(status: int) -> bool:
    """Whether the receiver took a delivery."""
    return 200 <= status < 300


def is_away(status: int | None) -> bool:
    """Whether the receiver takes nothing for now: no answer, a fault of its own, too many calls, or no more at all."""
    return status is None or status >= 500 or status in {GONE, 429}


def next_attempt(attempts: int, chance: float) -> timedelta | None:
    """How long after a failed attempt the next one comes; None after the last. ``attempts`` counts from 1.

    Five seconds, then longer, up to a day: eleven attempts in three days and three hours. ``chance`` (0 to 1) moves
    each by a fifth at most, so that receivers that were down together are not called together.
    """
    if attempts >= LAST_ATTEMPT:
        return None
    return timedelta(seconds=_SECONDS[attempts - 1] * (0.8 + 0.4 * chance))
