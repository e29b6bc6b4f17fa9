# SPDX-License-Identifier: EUPL-1.2
"""Which word of the status vocabulary (DESIGN §7) a letter shows in a list."""

from __future__ import annotations

from collections.abc import Sequence

from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import Direction, LetterState
from mukatabat.work.models import Item
from mukatabat.work.rules import Act, ItemState

_S = ConsignmentState
NEEDS_A_PERSON = (_S.HELD, _S.FAILED, _S.RETURNED)
PROGRESS = (
    _S.ORDERED, _S.DISPATCHED, _S.PAPER, _S.HANDED, _S.DELIVERED, _S.REGISTERED, _S.OPENED, _S.ANSWERED,
)  # fmt: skip
OVER = (_S.REDIRECTED, _S.WITHDRAWN)

_OWN = {
    LetterState.DRAFT: "draft",
    LetterState.REVIEW: "in_approval",
    LetterState.APPROVED: "awaiting_signature",
    LetterState.ISSUING: "issuing",
    LetterState.ISSUED: "issued",
}


def status_of(letter: Letter, item: Item | None, consignments: Sequence[Consignment] = ()) -> str:
    """The code of a letter's status, as the template tag ``status`` knows it."""
    if letter.direction == Direction.IN:
        return incoming_status(item)
    if letter.state == LetterState.ISSUED and consignments:
        return delivery_status([_S(one.state) for one in consignments])
    return _OWN.get(LetterState(letter.state), "issued")


def incoming_status(item: Item | None) -> str:
    """In the register, referred, in study, or done."""
    if item is None:
        return "entered"
    if item.state == ItemState.DONE:
        return "done"
    if item.act == Act.REFER:
        return "entered"
    return "referred" if item.seen_at is None else "in_study"


def delivery_status(states: Sequence[ConsignmentState]) -> str:
    """One word for many recipients: what needs a person, else the recipient who is furthest behind."""
    for state in NEEDS_A_PERSON:
        if state in states:
            return str(state)
    under_way = [state for state in PROGRESS if state in states]
    if under_way:
        return "issued" if under_way[0] is _S.ORDERED else str(under_way[0])
    return next((str(state) for state in OVER if state in states), "issued")
