# SPDX-License-Identifier: EUPL-1.2
"""Reading a body's feed: what happened since a place in it, as far as the reader may see the letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Max, Min

from mukatabat.access.grants.queries import visible
from mukatabat.directory.queries import body_names
from mukatabat.exchange.models import Arrival, Consignment
from mukatabat.kernel import clock
from mukatabat.letters.models import Letter
from mukatabat.portal.errors import CursorExpired
from mukatabat.portal.events import ARRIVALS, EventType
from mukatabat.portal.models import Event, Feed
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

LOOKED_AT = 1000
"""Events of a feed that one call looks at, seen by its reader or not; the cursor goes on behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event in words for a program. ``reference`` is the letter's own, ``body`` the other side's code."""

    id: UUID
    number: int
    type: EventType
    at: datetime
    letter: UUID | None
    arrival: UUID | None
    consignment: UUID | None
    reference: str
    their_reference: str
    body: str


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events in order, the number after which the next page begins, and whether it has something already."""

    events: tuple[Told, ...]
    after: int
    more: bool


def page_of(actor: Actor, types: frozenset[EventType], *, after: int, limit: int) -> FeedPage:
    """The events after a number; 0 is the beginning of what is kept. Raises CursorExpired.

    The end of the feed is read before its events, so that the cursor never goes beyond what was looked at.
    """
    with reading(actor):
        feed = Feed.objects.first()
        last, forgotten = (feed.last_number, feed.forgotten) if feed else (0, 0)
        if after > last or 0 < after < forgotten:
            raise CursorExpired
        until = min(last, max(after, forgotten) + LOOKED_AT)
        found = Event.objects.filter(visible(actor), number__gt=after, number__lte=until, type__in=types)
        events = list(found.order_by("number")[:limit])
        reached = events[-1].number if len(events) == limit else until
        return FeedPage(described(actor, events), reached, more=reached < last)


def described(actor: Actor, events: Sequence[Event]) -> tuple[Told, ...]:
    """The events with what their letters and arrivals are called, in four queries."""
    with reading(actor):
        letters = _letters([one.object_id for one in events if one.object_kind == "letter"])
        arrivals = _arrivals([one.object_id for one in events if one.object_kind == "arrival"])
        sent = _consignments([one.consignment_id for one in events if one.consignment_id])
    bodies = {one.recipient_id for one in sent.values()} | {one.sender_id for one in arrivals.values()}
    codes = {body_id: label.code for body_id, label in body_names(bodies).items()}
    return tuple(
        _told(one, letters, arrivals.get(one.object_id), sent.get(one.consignment_id), codes) for one in events
    )


def _told(
    event: Event, letters: dict[UUID, str], arrival: Arrival | None, sent: Consignment | None, codes: dict[UUID, str]
) -> Told:
    type_ = EventType(event.type)
    if type_ in ARRIVALS:
        return Told(
            id=event.id, number=event.number, type=type_, at=event.at, arrival=event.object_id, consignment=None,
            letter=arrival.letter_id if arrival else None, reference=arrival.our_reference if arrival else "",
            their_reference=arrival.sender_reference if arrival else "",
            body=codes.get(arrival.sender_id, "") if arrival else "",
        )  # fmt: skip
    return Told(
        id=event.id, number=event.number, type=type_, at=event.at, letter=event.object_id, arrival=None,
        consignment=event.consignment_id, reference=letters.get(event.object_id, ""),
        their_reference=sent.their_reference if sent else "", body=codes.get(sent.recipient_id, "") if sent else "",
    )  # fmt: skip


def _letters(ids: list[UUID]) -> dict[UUID, str]:
    return dict(Letter.objects.filter(id__in=ids).values_list("id", "reference")) if ids else {}


def _arrivals(ids: list[UUID]) -> dict[UUID, Arrival]:
    wanted = Arrival.objects.only("id", "sender_id", "sender_reference", "our_reference", "letter_id")
    return {one.id: one for one in wanted.filter(id__in=ids)} if ids else {}


def _consignments(ids: list[UUID]) -> dict[UUID | None, Consignment]:
    wanted = Consignment.objects.only("id", "recipient_id", "their_reference")
    return {one.id: one for one in wanted.filter(id__in=ids)} if ids else {}


def numbers_between(actor: Actor, first: date, last: date) -> tuple[int, int]:
    """The numbers of the feed around the events of some days in Kuwait: after the first and up to the second."""
    begin = datetime.combine(first, time.min, tzinfo=clock.KUWAIT)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=clock.KUWAIT)
    with reading(actor):
        found = Event.objects.filter(at__gte=begin, at__lt=end).aggregate(first=Min("number"), last=Max("number"))
    return ((found["first"] or 1) - 1, found["last"] or 0)
