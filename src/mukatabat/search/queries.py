# SPDX-License-Identifier: EUPL-1.2
"""The find box: what a person may see, by number in any digits, by words of the subject, by the other body's name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from mukatabat.access.grants.queries import PAGE
from mukatabat.access.grants.rules import Page, Shelf, decode_cursor, encode_cursor
from mukatabat.directory import queries as directory
from mukatabat.kernel import clock
from mukatabat.kernel.find import parse_query
from mukatabat.search.rules import ask
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))
LETTERS = (Shelf.INCOMING, Shelf.OUTGOING, Shelf.MEMO, Shelf.CIRCULAR, Shelf.DRAFT)
NOTHING = Page(ids=(), after=None)


def find(
    actor: Actor, text: str, *, shelves: Iterable[Shelf] = LETTERS, since: datetime | None = None,
    cursor: str | None = None, limit: int = PAGE,
) -> Page:  # fmt: skip
    """The letters that a line asks for and the actor may see, newest first, in the lists ``shelves``.

    ``since`` (aware) leaves out what is older. Nothing that the actor may not see changes the answer or its length.
    """
    query = parse_query(text)
    asked = ask(query, _names(actor) if query.words else {})
    if not asked:
        return NOTHING
    start = decode_cursor(cursor)
    before = (_EPOCH + timedelta(microseconds=start[0]), start[1]) if start else _LAST
    with reading(actor):
        found = rows("search", "find", {
            "asked": json.dumps(asked.as_json()), "grantees": list(actor.grantees),
            "shelves": [str(shelf) for shelf in shelves], "now": clock.now(), "since": since or _EPOCH,
            "before_time": before[0], "before_id": before[1], "most": limit + 1,
        })  # fmt: skip
    page = found[:limit]
    after = encode_cursor(page[-1][1], page[-1][0]) if len(found) > limit else None
    return Page(ids=tuple(row[0] for row in page), after=after)


def _names(actor: Actor) -> dict[UUID, str]:
    labels = directory.addressable_bodies(actor.realm)
    return {one.id: f"{one.ar} {one.en} {one.code}" for one in labels if one.id != actor.body_id}
