# SPDX-License-Identifier: EUPL-1.2
"""The books as lists (DESIGN §8.3): letters from the reader's grants, and the struck numbers between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from mukatabat.access.grants.queries import PAGE, newest
from mukatabat.access.grants.rules import Page, Shelf, encode_cursor
from mukatabat.access.rules import Capability
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Unit
from mukatabat.exchange.models import Consignment
from mukatabat.kernel import clock
from mukatabat.kernel.language import spoken
from mukatabat.kernel.references import Reference, UnreadableReference
from mukatabat.kernel.vocabulary import RegisterKind
from mukatabat.letters.queries import rows_of
from mukatabat.letters.queries.lists import LetterRow
from mukatabat.letters.rules import Direction
from mukatabat.registers import queries as registers
from mukatabat.registers.models import Entry
from mukatabat.registers.rules import EntryState, void_reason
from mukatabat.registers.views.books import start_of
from mukatabat.search.queries import find
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web.statuses import status_of
from mukatabat.work import queries as work
from mukatabat.work.models import Referral
from mukatabat.work.rules import ItemState

REGISTER_OF = {
    Shelf.INCOMING: RegisterKind.INCOMING,
    Shelf.OUTGOING: RegisterKind.OUTGOING,
    Shelf.MEMO: RegisterKind.MEMO,
}
LAST_SERIAL = 9_999_999
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a book ended: the cursor among the grants, and the lowest number shown with its year."""

    cursor: str
    year: int = 0
    below: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a book is shown: typed text, one day, and the place after which the page starts."""

    query: str = ""
    day: date | None = None
    start: Place | None = None


@dataclass(frozen=True, slots=True)
class BookPage:
    """Rows as the templates read them (`registers/list.html`), newest first, and where the next page starts."""

    rows: list[Row]
    after: Place | None


def page_of(actor: Actor, shelf: Shelf, asked: Asked, *, limit: int = PAGE) -> BookPage:
    """One page of a book in six queries at most; whoever sees the registers sees the unissued numbers as well."""
    with reading(actor):
        page = _ids(actor, shelf, asked, limit)
        letters = rows_of(actor, page.ids, sent=shelf is not Shelf.INCOMING)
        if asked.day is not None and letters and letters[-1].letter.sort_time < start_of(asked.day):
            letters = tuple(one for one in letters if one.letter.sort_time >= start_of(asked.day))
            page = Page(ids=page.ids, after=None)
        rows = _rows(actor, shelf, letters)
        if actor.may(Capability.SEE_REGISTERS) and not asked.query:
            rows = _with_unissued(actor, shelf, asked, rows=rows, is_last=page.after is None)
    return BookPage(rows, _after(page, rows, asked.start))


def every_row(actor: Actor, shelf: Shelf, asked: Asked, *, most: int) -> tuple[list[Row], bool]:
    """The rows of all pages up to ``most``, for an export, and whether the book goes on after them."""
    rows: list[Row] = []
    with reading(actor):
        while True:
            page = page_of(actor, shelf, asked, limit=500)
            rows += page.rows
            if page.after is None or len(rows) >= most:
                return rows[:most], page.after is not None or len(rows) > most
            asked = replace(asked, start=page.after)


def _ids(actor: Actor, shelf: Shelf, asked: Asked, limit: int) -> Page:
    cursor = asked.start.cursor if asked.start else None
    if asked.day is not None and cursor is None:
        cursor = encode_cursor(start_of(asked.day + timedelta(days=1)), UUID(int=0))
    if asked.query:
        since = start_of(asked.day) if asked.day else None
        return find(actor, asked.query, shelves=[shelf], since=since, cursor=cursor, limit=limit)
    return newest(actor, shelf, cursor=cursor, limit=limit)


def _after(page: Page, rows: Sequence[Row], start: Place | None) -> Place | None:
    if page.after is None:
        return None
    numbered = [row for row in rows if row["book"]]
    if not numbered:
        return replace(start, cursor=page.after) if start else Place(page.after)
    return Place(page.after, numbered[-1]["year"], numbered[-1]["serial"])


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows(actor: Actor, shelf: Shelf, letters: Sequence[LetterRow]) -> list[Row]:
    ids = [one.letter.id for one in letters]
    if shelf is Shelf.INCOMING:
        referrals = work.present_referrals(actor, ids) if ids else {}
        return [_incoming(actor, one, referrals.get(one.letter.id)) for one in letters]
    units = _unit_names(letters) if shelf is Shelf.MEMO else {}
    moved = _competent_names(letters)
    return [_outgoing(one, units) | moved.get(one.letter.id, {}) for one in letters]


def _common(one: LetterRow, shelf: Shelf) -> Row:
    """What every row says. It is read from grants: the subject of a sealed letter stands before its readers alone."""
    letter = one.letter
    number = _number(letter.reference)
    of_book = number is not None and number.register is REGISTER_OF[shelf]
    return {
        "state": "issued", "id": letter.id, "url": reverse("letters:letter", args=[letter.id]), "at": letter.sort_time,
        "serial": number.serial if number else "", "year": number.year if number else 0,
        "book": of_book, "series": "" if of_book or number is None else str(number.register),
        "reference": letter.reference, "their_reference": letter.their_reference, "their_date": letter.their_date,
        "counterpart": spoken(letter.counterpart_ar, letter.counterpart_en),
        "subject": letter.subject, "secrecy": letter.secrecy,
        "urgency": letter.urgency, "status": status_of(letter, one.item, one.consignments),
    }  # fmt: skip


def _incoming(actor: Actor, one: LetterRow, referral: Referral | None) -> Row:
    item = one.item
    open_item = item is not None and item.state != ItemState.DONE
    mine = open_item and item is not None and item.holder_id in actor.grantees
    return _common(one, Shelf.INCOMING) | {
        "referred_to": spoken(referral.to_ar, referral.to_en) if referral else "",
        "due": item.due if item is not None and open_item else None,
        "unread": mine and item is not None and item.seen_at is None,
    }


def _outgoing(one: LetterRow, units: dict[UUID, str]) -> Row:
    shelf = Shelf.MEMO if units or one.letter.kind == "memo" else Shelf.OUTGOING
    row = _common(one, shelf)
    if shelf is Shelf.MEMO:
        if one.letter.direction == Direction.IN:
            row["counterpart"] = spoken(one.letter.signer_ar, one.letter.signer_en)
        else:
            named = (units.get(sent.recipient_unit_id) for sent in one.consignments if sent.recipient_unit_id)
            row["counterpart"] = next((name for name in named if name), row["counterpart"])
    answered = [sent.answered_at for sent in one.consignments if sent.answered_at]
    return row | {"others": max(0, len(_recipients(one.consignments)) - 1), "answered": min(answered, default=None)}


def _competent_names(letters: Iterable[LetterRow]) -> dict[UUID, Row]:
    """Where letters stand that their first addressee redirected: the body at the end of the redirections."""
    last: dict[UUID, UUID] = {}
    for one in letters:
        further = {sent.redirected_from_id: sent for sent in one.consignments if sent.redirected_from_id}
        first = next((sent for sent in one.consignments if sent.recipient_id == one.letter.counterpart_id), None)
        while first is not None and first.id in further:
            first = further[first.id]
            last[one.letter.id] = first.recipient_id
    names = directory.body_names(last.values()) if last else {}
    return {
        letter: {"counterpart": spoken(names[body].ar, names[body].en)}
        for letter, body in last.items()
        if body in names
    }


def _recipients(consignments: Iterable[Consignment]) -> set[tuple[UUID, UUID | None]]:
    return {(one.recipient_id, one.recipient_unit_id) for one in consignments if one.redirected_from_id is None}


def _unit_names(letters: Iterable[LetterRow]) -> dict[UUID, str]:
    wanted = {sent.recipient_unit_id for one in letters for sent in one.consignments if sent.recipient_unit_id}
    return {unit.id: spoken(unit.ar, unit.en) for unit in Unit.objects.filter(id__in=wanted)} if wanted else {}


def _number(reference: str) -> Reference | None:
    try:
        return Reference.parse(reference)
    except UnreadableReference:
        return None


# ── struck and running numbers ──────────────────────────────────────────────────────────────────────────────────────


def _with_unissued(actor: Actor, shelf: Shelf, asked: Asked, *, rows: list[Row], is_last: bool) -> list[Row]:
    """Put the numbers that stand for no issued letter between the rows of the same book, where they were taken."""
    numbered = [row for row in rows if row["book"]]
    kind = REGISTER_OF[shelf]
    found: list[Entry] = []
    if asked.day is not None:
        if asked.start is None:
            taken = registers.entries_of_day(actor, kind, asked.day)
            found = [one for one in reversed(taken) if one.state != EntryState.ISSUED]
    else:
        for year, first, last in _spans(asked.start, numbered, is_last=is_last):
            found += registers.unissued_between(actor, kind, year=year, first=first, last=last)
    merged: list[Row] = []
    waiting = [_unissued(one) for one in found]
    for row in rows:
        if row["book"]:
            while waiting and (waiting[0]["year"], waiting[0]["serial"]) > (row["year"], row["serial"]):
                merged.append(waiting.pop(0))
        merged.append(row)
    return merged + waiting


def _spans(start: Place | None, numbered: Sequence[Row], *, is_last: bool) -> list[tuple[int, int, int]]:
    """The stretches of numbers (year, first, last) that a page covers, the newest first.

    A page reaches up to the number that the page before it ended with, and the last page down to 1.
    """
    years = sorted({row["year"] for row in numbered}, reverse=True)
    if start is None and not years:
        years = [clock.today().year]
    elif start is not None and start.year and start.year not in years:
        years.insert(0, start.year)
    spans = []
    for place, year in enumerate(years):
        lowest = min((row["serial"] for row in numbered if row["year"] == year), default=1)
        first = 1 if is_last or place < len(years) - 1 else lowest
        last = start.below - 1 if start is not None and start.year == year else LAST_SERIAL
        spans.append((year, first, last))
    return spans


def _unissued(entry: Entry) -> Row:
    number = _number(entry.reference)
    return {
        "state": entry.state, "serial": entry.serial, "reference": entry.reference, "at": entry.at,
        "year": number.year if number else 0, "book": True, "reason": spoken(*void_reason(entry.void_reason)),
    }  # fmt: skip


def place_from(cursor: str, below: str) -> Place | None:
    """Read a place back from a URL: the cursor, and ``below`` as "year-serial"; None without a cursor."""
    if not cursor:
        return None
    year, _, serial = below.partition("-")
    sound = year.isascii() and year.isdecimal() and serial.isascii() and serial.isdecimal() and len(below) < 13
    return Place(cursor, int(year), int(serial)) if sound else Place(cursor)
