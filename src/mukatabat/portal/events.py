# SPDX-License-Identifier: EUPL-1.2
"""What a linked body's system is told of: the kinds of events, and the place in the feed. Pure.

An event says that something happened to a letter or an arrival, and names it. It holds no subject and no text: whoever
hears of it reads the letter itself, as far as the token allows.
"""

from __future__ import annotations

import base64
import binascii

from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop
from mukatabat.portal.rules import Scope


class EventType(Vocabulary):
    """What happened, in the words of the feed and of the webhooks."""

    ISSUED = "letter.issued", gettext_noop("A letter was issued"), "صدر كتاب"
    VOIDED = "letter.voided", gettext_noop("A number became void"), "أُلغي رقم كتاب"
    DISPATCHED = "letter.dispatched", gettext_noop("A letter was dispatched"), "أُرسل كتاب"
    LAID_OUT = "letter.on-paper", gettext_noop("A letter waits for paper delivery"), "كتاب بانتظار التسليم الورقي"
    HANDED = "letter.handed-over", gettext_noop("A letter was handed over on paper"), "سُلّم كتاب ورقيًا"
    DELIVERED = "letter.delivered", gettext_noop("A letter was delivered"), "سُلّم كتاب"
    REGISTERED = "letter.registered", gettext_noop("A recipient registered a letter"), "قيّدت جهة كتابًا"
    OPENED = "letter.opened", gettext_noop("A recipient opened a letter"), "فتحت جهة كتابًا"
    ANSWERED = "letter.answered", gettext_noop("A letter was answered"), "رُدّ على كتاب"
    RETURNED = "letter.returned", gettext_noop("A recipient returned a letter"), "أعادت جهة كتابًا"
    REDIRECTED = "letter.redirected", gettext_noop("A recipient redirected a letter"), "حوّلت جهة كتابًا"
    FAILED = "letter.failed", gettext_noop("A letter could not be delivered"), "تعذّر تسليم كتاب"
    HELD = "letter.held", gettext_noop("A recipient could not open a letter"), "تعذّر على جهة فتح كتاب"
    WITHDRAWN = "letter.withdrawn", gettext_noop("A letter was withdrawn"), "سُحب كتاب"
    ARRIVED = "arrival.received", gettext_noop("A letter arrived"), "وصل كتاب"
    ACCEPTED = "arrival.registered", gettext_noop("An arrival was registered"), "قُيّد كتاب وارد"
    SENT_BACK = "arrival.returned", gettext_noop("An arrival was returned"), "أُعيد كتاب وارد"
    PASSED_ON = "arrival.redirected", gettext_noop("An arrival was redirected"), "حُوّل كتاب وارد"
    TAKEN_BACK = "arrival.withdrawn", gettext_noop("An arrival was withdrawn by its sender"), "سحبت الجهة المرسلة كتابًا"


_T = EventType
PUBLISHED: dict[str, EventType] = {
    "letters.signed": _T.ISSUED,
    "letters.unsigned": _T.VOIDED,
    "exchange.consignment-dispatched": _T.DISPATCHED,
    "exchange.consignment-paper": _T.LAID_OUT,
    "exchange.consignment-handed": _T.HANDED,
    "exchange.consignment-delivered": _T.DELIVERED,
    "exchange.consignment-registered": _T.REGISTERED,
    "exchange.consignment-opened": _T.OPENED,
    "exchange.consignment-answered": _T.ANSWERED,
    "exchange.consignment-returned": _T.RETURNED,
    "exchange.consignment-redirected": _T.REDIRECTED,
    "exchange.consignment-failed": _T.FAILED,
    "exchange.consignment-held": _T.HELD,
    "exchange.consignment-withdrawn": _T.WITHDRAWN,
    "exchange.arrival-received": _T.ARRIVED,
    "exchange.arrival-accepted": _T.ACCEPTED,
    "exchange.arrival-returned": _T.SENT_BACK,
    "exchange.arrival-redirected": _T.PASSED_ON,
    "exchange.arrival-withdrawn": _T.TAKEN_BACK,
}
"""The acts of the trail that become events. Nothing else of the trail leaves the house."""

ARRIVALS = frozenset(one for one in EventType if one.startswith("arrival."))
LETTERS = frozenset(EventType) - ARRIVALS


def told_to(scopes: frozenset[Scope]) -> frozenset[EventType]:
    """The kinds of events that a token with these scopes hears of."""
    letters = LETTERS if Scope.FOLLOW in scopes else frozenset()
    return letters | (ARRIVALS if Scope.RECEIVE in scopes else frozenset())


def cursor_of(number: int) -> str:
    """The place after an event, as the client keeps it: opaque, and safe in a URL."""
    return base64.urlsafe_b64encode(number.to_bytes(8, "big")).decode("ascii").rstrip("=")


def number_at(cursor: str) -> int | None:
    """The number of the last event before a place; 0 for no cursor, None for what is none of ours."""
    if not cursor:
        return 0
    try:
        read = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    number = int.from_bytes(read, "big")
    return number if len(read) == 8 and number < 2**63 else None
