# SPDX-License-Identifier: EUPL-1.2
"""Lists of letters, read from the actor's grants in order: the cost follows the page, not the size of the body."""

from __future__ import annotations

from dataclasses import dataclass

from mukatabat.access.grants.queries import PAGE, newest
from mukatabat.access.grants.rules import Shelf
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.work import queries as work
from mukatabat.work.models import Item


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One line of a list: the letter without its text, its item, and what became of it at each recipient."""

    letter: Letter
    item: Item | None
    consignments: tuple[Consignment, ...]


@dataclass(frozen=True, slots=True)
class LetterPage:
    """The rows of one page, newest first, and the cursor of the next or None."""

    rows: tuple[LetterRow, ...]
    after: str | None


def page_of(actor: Actor, shelf: Shelf, *, cursor: str | None = None, limit: int = PAGE) -> LetterPage:
    """One page of a shelf in four queries at most, whatever the shelf holds."""
    with reading(actor):
        page = newest(actor, shelf, cursor=cursor, limit=limit)
        if not page.ids:
            return LetterPage((), None)
        letters = Letter.objects.defer("content").in_bulk(list(page.ids))
        items = work.items_of(actor, page.ids)
        sent = exchange.consignments_of(actor, page.ids) if shelf is not Shelf.INCOMING else {}
    rows = (
        LetterRow(letters[one], items.get(one), tuple(sent.get(one, ()))) for one in page.ids if one in letters
    )
    return LetterPage(tuple(rows), page.after)
