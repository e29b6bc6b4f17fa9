# SPDX-License-Identifier: EUPL-1.2
"""Reading the books: a day, the entries of some letters, the voids between them, and the invariant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from mukatabat.kernel.vocabulary import RegisterKind
from mukatabat.registers.models import BookView, Entry, Register
from mukatabat.registers.rules import EntryState, faults
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

SHOWN_BETWEEN = 200
"""A page of a book shows no more unissued numbers than this; they are rare, and the day's extract has them all."""


def entries_of_day(actor: Actor, kind: RegisterKind, on: date) -> list[Entry]:
    """Every number taken on a day in one book, in order, voids included."""
    with reading(actor):
        return list(Entry.objects.filter(register__kind=kind, register__year=on.year, on=on).order_by("serial"))


def unissued_between(actor: Actor, kind: RegisterKind, *, year: int, first: int, last: int) -> list[Entry]:
    """The numbers of a book from ``first`` to ``last`` that stand for no issued letter: void ones and running ones."""
    with reading(actor):
        return list(
            Entry.objects.filter(register__kind=kind, register__year=year, serial__range=(first, last))
            .exclude(state=EntryState.ISSUED)
            .order_by("-serial")[:SHOWN_BETWEEN]
        )


def entries_before(
    actor: Actor, kind: RegisterKind, *, year: int, before: int | None = None, limit: int = 50
) -> list[Entry]:
    """The newest numbers of a book below ``before``, whatever they stand for."""
    with reading(actor):
        found = Entry.objects.filter(register__kind=kind, register__year=year)
        if before is not None:
            found = found.filter(serial__lt=before)
        return list(found.order_by("-serial")[:limit])


def views_of(actor: Actor, book: str) -> list[BookView]:
    """How the actor reads a book: the saved views by name, and the row with the empty name that holds the widths."""
    with reading(actor):
        return list(BookView.objects.filter(person_id=actor.person, book=book).order_by("name"))


def entry(actor: Actor, entry_id: UUID) -> Entry:
    """One entry of the actor's own body."""
    with reading(actor):
        return Entry.objects.get(id=entry_id)


def check(actor: Actor) -> dict[str, Sequence[str]]:
    """Prove the invariant of every book of the body: book name to its faults; a sound book has none."""
    with reading(actor):
        return {
            f"{book.kind}-{book.year}": faults(
                (
                    (serial, EntryState(state), reason)
                    for serial, state, reason in book.entries.values_list("serial", "state", "void_reason")
                ),
                book.last,
            )
            for book in Register.objects.order_by("year", "kind")
        }
