# SPDX-License-Identifier: EUPL-1.2
"""The states of one (letter, recipient) pair on both sides, as tables; the manifest that travels; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop
from mukatabat_verify.evidence.statement import Event as Stated


class ConsignmentState(Vocabulary):
    """What the sender knows of one recipient (ARCHITECTURE §1)."""

    ORDERED = "ordered", gettext_noop("Awaiting dispatch"), "بانتظار الإرسال"
    DISPATCHED = "dispatched", gettext_noop("Dispatched"), "أُرسل"
    PAPER = "paper", gettext_noop("For paper delivery"), "للتسليم الورقي"
    HANDED = "handed", gettext_noop("Handed over on paper"), "تسليم ورقي"
    DELIVERED = "delivered", gettext_noop("Delivered"), "سُلّم"
    REGISTERED = "registered", gettext_noop("Registered by recipient"), "قيّدته الجهة"
    OPENED = "opened", gettext_noop("Opened"), "فُتح"
    ANSWERED = "answered", gettext_noop("Answered"), "رُدّ عليه"
    RETURNED = "returned", gettext_noop("Returned"), "أُعيد"
    REDIRECTED = "redirected", gettext_noop("Redirected"), "حُوّل"
    FAILED = "failed", gettext_noop("Delivery failed"), "تعذّر التسليم"
    HELD = "held", gettext_noop("Could not be opened"), "تعذّر فتح الكتاب"
    WITHDRAWN = "withdrawn", gettext_noop("Withdrawn"), "سُحب"


class Event(StrEnum):
    """What happened to a parcel at one recipient."""

    SEAL = "seal"
    DISPATCH = "dispatch"
    DELIVER = "deliver"
    LAY_OUT = "lay-out"
    HAND_OVER = "hand-over"
    REGISTER = "register"
    OPEN = "open"
    ANSWER = "answer"
    RETURN = "return"
    REDIRECT = "redirect"
    FAIL = "fail"
    HOLD = "hold"
    RETRY = "retry"
    WITHDRAW = "withdraw"


_S, _E = ConsignmentState, Event
CONSIGNMENT: dict[tuple[ConsignmentState, Event], ConsignmentState] = {
    (_S.ORDERED, _E.DISPATCH): _S.DISPATCHED,
    (_S.ORDERED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.ORDERED, _E.FAIL): _S.FAILED,
    (_S.DISPATCHED, _E.DELIVER): _S.DELIVERED,
    (_S.DISPATCHED, _E.FAIL): _S.FAILED,
    (_S.DISPATCHED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.DELIVERED, _E.REGISTER): _S.REGISTERED,
    (_S.DELIVERED, _E.RETURN): _S.RETURNED,
    (_S.DELIVERED, _E.REDIRECT): _S.REDIRECTED,
    (_S.DELIVERED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.REGISTERED, _E.OPEN): _S.OPENED,
    (_S.REGISTERED, _E.ANSWER): _S.ANSWERED,
    (_S.OPENED, _E.ANSWER): _S.ANSWERED,
    (_S.ORDERED, _E.HOLD): _S.HELD,
    (_S.DISPATCHED, _E.HOLD): _S.HELD,
    (_S.HELD, _E.RETRY): _S.ORDERED,
    (_S.HELD, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.FAILED, _E.RETRY): _S.ORDERED,
    (_S.ORDERED, _E.LAY_OUT): _S.PAPER,
    (_S.PAPER, _E.HAND_OVER): _S.HANDED,
    (_S.PAPER, _E.RETURN): _S.RETURNED,
    (_S.PAPER, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.HANDED, _E.REGISTER): _S.REGISTERED,
    (_S.HANDED, _E.RETURN): _S.RETURNED,
    (_S.HANDED, _E.ANSWER): _S.ANSWERED,
}
"""Every move that exists. Withdrawal ends with the registry's acceptance; looking at the envelope is not acceptance.

What the recipient refuses to open is held, and a person orders it again; so is what failed after the last attempt.

A body that is not connected gets paper: the sender's registry lays the letter out, hands it over and keys in what the
other side acknowledged. What was handed over is out of the sender's hands and cannot be withdrawn.
"""

KEYED = frozenset({_E.HAND_OVER, _E.REGISTER, _E.RETURN})
"""What the sender's registry keys in for a body that cannot tell it by itself."""

FINAL = frozenset({_S.ANSWERED, _S.RETURNED, _S.REDIRECTED, _S.WITHDRAWN})

CARRIED = frozenset({_S.ORDERED, _S.DISPATCHED, _S.FAILED, _S.HELD, _S.DELIVERED})
"""While a consignment is in one of these, our own work may have to read the letter: to carry it, or carry it on."""

TIME_FIELD: dict[ConsignmentState, str] = {
    _S.ORDERED: "ordered_at",
    _S.PAPER: "dispatched_at",
    _S.DISPATCHED: "dispatched_at",
    _S.DELIVERED: "delivered_at",
    _S.HANDED: "delivered_at",
    _S.REGISTERED: "registered_at",
    _S.OPENED: "opened_at",
    _S.ANSWERED: "answered_at",
    _S.RETURNED: "ended_at",
    _S.REDIRECTED: "ended_at",
    _S.FAILED: "ended_at",
    _S.HELD: "ended_at",
    _S.WITHDRAWN: "ended_at",
}
"""The column that keeps the instant at which a state was reached."""


EVIDENCE: dict[Event, Stated] = {
    _E.DISPATCH: Stated.SUBMITTED,
    _E.DELIVER: Stated.DELIVERED,
    _E.REGISTER: Stated.REGISTERED,
    _E.OPEN: Stated.OPENED,
    _E.ANSWER: Stated.ANSWERED,
    _E.RETURN: Stated.RETURNED,
    _E.REDIRECT: Stated.REDIRECTED,
    _E.FAIL: Stated.DELIVERY_FAILED,
    _E.WITHDRAW: Stated.WITHDRAWN,
}
"""What is stated of an event of a sealed parcel (ARCHITECTURE §1). What was never sealed has no parcel to speak of."""

PROVEN: dict[ConsignmentState, Event] = {
    _S.DISPATCHED: _E.DISPATCH,
    _S.DELIVERED: _E.DELIVER,
    _S.REGISTERED: _E.REGISTER,
    _S.OPENED: _E.OPEN,
    _S.ANSWERED: _E.ANSWER,
    _S.RETURNED: _E.RETURN,
    _S.REDIRECTED: _E.REDIRECT,
    _S.FAILED: _E.FAIL,
    _S.WITHDRAWN: _E.WITHDRAW,
}
"""The evidence without which no consignment with a parcel is in this state."""

DECISIVE = frozenset({_E.DISPATCH, _E.DELIVER, _E.REGISTER})
"""The events whose evidence is time-stamped for itself; the others rely on the log's checkpoints (EXCHANGE §5.4)."""

REPEATED = frozenset({_E.DISPATCH, _E.FAIL})
"""What may happen more than once to one parcel at one recipient."""


def after(state: ConsignmentState, event: Event) -> ConsignmentState | None:
    """The state after ``event``, or None where the table knows no such move."""
    return CONSIGNMENT.get((state, event))


class ArrivalState(Vocabulary):
    """What became of a parcel in the recipient's registry tray."""

    AVAILABLE = "available", gettext_noop("New arrival"), "وارد جديد"
    ACCEPTED = "accepted", gettext_noop("Registered"), "قُيّد"
    RETURNED = "returned", gettext_noop("Returned"), "أُعيد"
    REDIRECTED = "redirected", gettext_noop("Redirected"), "حُوّل"
    WITHDRAWN = "withdrawn", gettext_noop("Withdrawn"), "سُحب"


class Side(StrEnum):
    """In whose record an event stands: the sender's consignment or the recipient's arrival."""

    SENDER = "sender"
    RECIPIENT = "recipient"


class ParcelKind(StrEnum):
    """What kind of letter a parcel carries."""

    LETTER = "letter"
    MEMO = "memo"
    CIRCULAR = "circular"


class Role(StrEnum):
    """Whether a recipient is addressed or gets a copy (صورة إلى)."""

    ORIGINAL = "original"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Attempt:
    """When a failed carriage is tried again, or that it is given up."""

    again_in: timedelta | None


LAST_ATTEMPT_AFTER = timedelta(hours=100)
"""After this long without success the consignment fails for good (EXCHANGE §5.3)."""


def next_attempt(attempts: int, since_ordered: timedelta) -> Attempt:
    """Retry after 5 s, doubling to one hour at most, for 100 hours (EXCHANGE §5.3); ``attempts`` counts from 1."""
    if since_ordered >= LAST_ATTEMPT_AFTER:
        return Attempt(None)
    doublings = min(attempts - 1, 10)  # beyond, the hour holds, and the power would outgrow a timedelta
    return Attempt(min(timedelta(seconds=5 * 2**doublings), timedelta(hours=1)))
