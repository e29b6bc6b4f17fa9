# SPDX-License-Identifier: EUPL-1.2
"""The feed: what happened to a body's letters and arrivals, in an order in which nothing is ever skipped."""

from __future__ import annotations

import time

from django.db import connection
from django.http import HttpRequest
from ninja import Query, Router

from mukatabat.portal.api.schemas import EventOut, EventPage, FeedIn
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.errors import CursorExpired
from mukatabat.portal.events import cursor_of, number_at, told_to
from mukatabat.portal.listening import listener
from mukatabat.portal.queries import Caller, caller_again
from mukatabat.portal.queries.feed import FeedPage, Told, page_of
from mukatabat.portal.rules import Scope

router = Router(auth=NeedsToken(Scope.FOLLOW, Scope.RECEIVE))
ASK_AGAIN = 5
"""Seconds after which a client asks again that was not let wait."""


@router.get("", response=EventPage, url_name="events", summary="What happened since")
def events(request: HttpRequest, asked: Query[FeedIn]) -> dict[str, object]:
    """The events after ``after``, oldest first; without any, waits up to ``wait`` seconds for the first.

    Keep ``next`` and ask with it again, at once where ``ask_again_in`` is 0. A cursor that is older than what is kept
    is refused with 410: read the lists anew, then begin without a cursor.
    """
    mine = caller(request)
    number = number_at(asked.after)
    if number is None:
        raise CursorExpired
    page, pause = _page(mine, number, asked), 0
    if not page.events and not page.more and asked.wait:
        page, pause = _after_waiting(mine, page.after, asked)
    return {
        "items": [event_out(one) for one in page.events], "next": cursor_of(page.after),
        "ask_again_in": 0 if page.more else pause,
    }  # fmt: skip


def _after_waiting(mine: Caller, number: int, asked: FeedIn) -> tuple[FeedPage, int]:
    """The first news within the time that the client waits, and the seconds after which it asks again."""
    ends = time.monotonic() + asked.wait
    page = FeedPage((), number, more=False)
    with listener.place(mine.token_id) as may_wait:
        if not may_wait:
            return page, ASK_AGAIN
        _let_go()
        while (left := ends - time.monotonic()) > 0:
            since = listener.mark(mine.actor.body_id, left)
            page = _page(caller_again(mine), page.after, asked)
            if page.events or page.more:
                break
            _let_go()
            listener.wait(mine.actor.body_id, since, ends - time.monotonic())
    return page, 0


def _page(mine: Caller, number: int, asked: FeedIn) -> FeedPage:
    return page_of(mine.actor, told_to(mine.scopes), after=number, limit=asked.limit)


def _let_go() -> None:
    """Give the connection back to the pool while waiting; a test's transaction keeps its own."""
    if not connection.in_atomic_block:
        connection.close()


def event_out(one: Told) -> EventOut:
    """An event as the feed and the webhooks tell it."""
    return EventOut(
        id=one.id, cursor=cursor_of(one.number), type=one.type, at=one.at, letter=one.letter, arrival=one.arrival,
        consignment=one.consignment, reference=one.reference, their_reference=one.their_reference, body=one.body,
    )  # fmt: skip
