# SPDX-License-Identifier: EUPL-1.2
"""Reading the books: a day, the entries of some letters, the voids between them, and the invariant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from mukatabat.kernel.vocabulary import RegisterKind
from mukatabat.registers.models import Entry, Register
from mukatabat.registers.rules import EntryState, faults
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor


def entries_of_day(actor: Actor, kind: RegisterKind, on: date) -> list[Entry]:
    """Every number taken on a day in one book, in order, voids included."""
    with reading(actor):
        return list(
            Entry.objects.filter(register__kind=kind, register__year=on.year, on=on).order_by("serial")
        )


def voids_between(actor: Actor, kind: RegisterKind, *, year: int, first: int, last: int) -> list[Entry]:
    """The struck numbers of a book from ``first`` to ``last``, newest first."""
    with reading(actor):
        return list(
            Entry.objects.filter(
                register__kind=kind, register__year=year, serial__range=(first, last), state=EntryState.VOID
            ).order_by("-serial")
        )


def entries_of(actor: Actor, object_ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """The standing (not void) entry of each letter that has one."""
    with reading(actor):
        found = Entry.objects.filter(object_id__in=list(object_ids)).exclude(state=EntryState.VOID)
        return {entry.object_id: entry for entry in found}


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
