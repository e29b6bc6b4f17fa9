# SPDX-License-Identifier: EUPL-1.2
"""The words of work: what is asked of whom, and in which state an item is. Pure values and functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from mukatabat.access.grants.rules import Grantee, Shelf
from mukatabat.kernel.vocabulary import Secrecy, Urgency, Vocabulary, gettext_noop


class Act(Vocabulary):
    """What is asked of the holder (المطلوب)."""

    STUDY = "study", gettext_noop("For study and opinion"), "للدراسة وإبداء الرأي"
    REPLY = "reply", gettext_noop("For a reply"), "لإعداد الرد"
    REVIEW = "review", gettext_noop("For review"), "للمراجعة"
    APPROVE = "approve", gettext_noop("For approval"), "للاعتماد"
    SIGN = "sign", gettext_noop("For signature"), "للتوقيع"
    ACT = "act", gettext_noop("For necessary action"), "لعمل اللازم"
    INFORM = "inform", gettext_noop("For information"), "للعلم"
    FILE = "file", gettext_noop("For filing"), "للحفظ"
    REFER = "refer", gettext_noop("For referral"), "للإحالة"
    DRAFT = "draft", gettext_noop("For completing the draft"), "لاستكمال المسودة"
    FOLLOW = "follow", gettext_noop("For follow-up of the answer"), "لمتابعة الرد"
    CORRECT = "correct", gettext_noop("Returned: issue a corrected letter"), "أُعيد: يصدر كتاب مصحَّح"


REFERABLE = (Act.STUDY, Act.REPLY, Act.REVIEW, Act.ACT, Act.INFORM, Act.FILE)
"""The acts that a referral may ask for."""

DECIDING = (Act.REVIEW, Act.APPROVE, Act.SIGN)
"""The acts that stand under "awaiting my approval"."""


ROUTED = (Act.DRAFT, Act.APPROVE, Act.SIGN)
"""The acts of a letter's own way to its issue: they end by a step on the letter, never by a word about the item."""


class ItemState(StrEnum):
    """Whether somebody has to do something about the item."""

    OPEN = "open"
    FOLLOWING = "following"
    DONE = "done"


class ReferralState(StrEnum):
    """What became of a referral."""

    OPEN = "open"
    PASSED_ON = "passed-on"
    DONE = "done"
    INFORMED = "informed"
    UNDONE = "undone"


class Step(StrEnum):
    """The measured steps of the document cycle (HANDBOOK §8)."""

    DRAFT_TO_SIGN = "draft-to-sign"
    DISPATCH_TO_RECEIPT = "dispatch-to-receipt"
    RECEIPT_TO_REGISTRATION = "receipt-to-registration"
    REGISTRATION_TO_REFERRAL = "registration-to-referral"
    REFERRAL_TO_ACTION = "referral-to-action"
    RECEIPT_TO_REPLY = "receipt-to-reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """How an item appears in a queue. A sealed letter's subject is never part of it."""

    object_id: UUID
    shelf: Shelf
    subject: str
    counterpart_id: UUID
    counterpart_ar: str
    counterpart_en: str
    reference: str
    secrecy: Secrecy
    urgency: Urgency
    sort_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked, of whom, by when."""

    holder: Grantee
    act: Act
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCommand:
    """A hand-over: one responsible recipient, and others for information only.

    With ``keep_following`` it stays among what the giver follows until it is done.
    """

    task: Task
    note: str = ""
    informed: tuple[Grantee, ...] = ()
    keep_following: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How long a step took on paper, in hours, as a body states it, with its basis (a sample, a study, an estimate)."""

    step: Step
    hours: Decimal
    basis: str


class DueGroup(StrEnum):
    """The headings under which a queue is read."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


def due_group(due: date | None, today: date) -> DueGroup:
    """The heading of an item; the week ends on Saturday (the working week starts on Sunday), no date means later."""
    if due is None:
        return DueGroup.LATER
    if due < today:
        return DueGroup.OVERDUE
    if due == today:
        return DueGroup.TODAY
    days_to_saturday = (5 - today.weekday()) % 7
    return DueGroup.WEEK if (due - today).days <= days_to_saturday else DueGroup.LATER
