# SPDX-License-Identifier: EUPL-1.2
"""Lists of letters, read from the actor's grants in order: the cost follows the page, not the size of the body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

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
        return LetterPage(rows_of(actor, page.ids, sent=shelf is not Shelf.INCOMING), page.after)


def rows_of(actor: Actor, ids: Sequence[UUID], *, sent: bool) -> tuple[LetterRow, ...]:
    """The lines of letters that were already found visible, in the given order, in three queries at most.

    ``sent`` asks for what became of them at their recipients as well.
    """
    if not ids:
        return ()
    with reading(actor):
        letters = Letter.objects.defer("content").in_bulk(list(ids))
        items = work.items_of(actor, ids)
        carried = exchange.consignments_of(actor, ids) if sent else {}
    return tuple(LetterRow(letters[one], items.get(one), tuple(carried.get(one, ()))) for one in ids if one in letters)
