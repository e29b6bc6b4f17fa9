# SPDX-License-Identifier: EUPL-1.2
"""Delivery and evidence over all letters (DESIGN 8.9): first what needs a person, then each recipient's steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from mukatabat.access.grants.queries import newest
from mukatabat.access.grants.rules import Shelf
from mukatabat.directory import queries as directory
from mukatabat.directory.rules import BodyLabel
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState, Role
from mukatabat.kernel.language import spoken
from mukatabat.letters.models import Letter
from mukatabat.letters.queries.lists import LetterRow, rows_of
from mukatabat.letters.texts import refusal_text
from mukatabat.letters.views.panels import VERDICTS, chain, proof_url, retry_url
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work import queries as work
from mukatabat.work.rules import Act

PAGE = 30
"""Letters of one page at most; each has a row for every recipient."""
ROWS = 150
"""Rows of one page, beyond which no further letter begins: a circular to everybody has hundreds."""
STEPS = 5
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Rows as `registers/_deliveries.html` reads them, newest letters first, and where the next page starts."""

    rows: list[Row]
    after: str | None


def to_chase(actor: Actor) -> list[Row]:
    """What stands still without a person: refused, failed, too long on its way or unregistered, returned unanswered.

    A returned letter is here until somebody began its corrected one or ended the item. In three queries.
    """
    with reading(actor):
        found = exchange.to_chase(actor, returned=work.still_asked(Act.CORRECT, "letter_id"))
        letters = Letter.objects.defer("content").in_bulk({one.letter_id for one in found})
        return _rows(actor, [(letters[one.letter_id], one) for one in found if one.letter_id in letters])


def page_of(actor: Actor, *, cursor: str | None = None, limit: int = PAGE) -> DeliveryPage:
    """One page of the outgoing letters that the actor may see, a row for each recipient."""
    with reading(actor):
        page = newest(actor, Shelf.OUTGOING, cursor=cursor, limit=limit)
        letters = rows_of(actor, page.ids, sent=True)
        fitting = _fitting(letters)
        if len(fitting) < len(letters):
            last = page.ids.index(fitting[-1].letter.id)
            page, letters = newest(actor, Shelf.OUTGOING, cursor=cursor, limit=last + 1), fitting
        return DeliveryPage(
            _rows(actor, [(one.letter, sent) for one in letters for sent in one.consignments]), page.after
        )


def _fitting(letters: tuple[LetterRow, ...]) -> tuple[LetterRow, ...]:
    """The letters that have a place on one page together; the first always has."""
    rows = 0
    for place, one in enumerate(letters):
        rows += len(one.consignments)
        if place and rows > ROWS:
            return letters[:place]
    return letters


def _rows(actor: Actor, sent: Sequence[tuple[Letter, Consignment]]) -> list[Row]:
    names = directory.body_names({one.recipient_id for _letter, one in sent}) if sent else {}
    return [_row(actor, letter, one, names=names) for letter, one in sent]


def _row(actor: Actor, letter: Letter, one: Consignment, *, names: dict[UUID, BodyLabel]) -> Row:
    label = names.get(one.recipient_id)
    steps: list[dict[str, Any] | None] = [*chain(letter, one)]
    return {
        "url": f"{reverse('letters:letter', args=[letter.id])}?panel=track", "reference": letter.reference,
        "subject": letter.subject, "secrecy": letter.secrecy, "urgency": letter.urgency,
        "recipient": spoken(label.ar, label.en) if label else "", "is_copy": one.role == Role.COPY,
        "on_paper": one.on_paper, "status": one.state, "known": VERDICTS[ConsignmentState(one.state)].text,
        "why": refusal_text(one.refusal) or one.reason, "steps": steps + [None] * (STEPS - len(steps)),
        "their_number": one.their_reference, "proof_url": proof_url(letter, one),
        "retry_url": retry_url(actor, letter, one),
    }  # fmt: skip
