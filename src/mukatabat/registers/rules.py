# SPDX-License-Identifier: EUPL-1.2
"""The states of a number and what moves it, and the invariant of a register: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from mukatabat.kernel.vocabulary import RegisterKind, Secrecy


class EntryState(StrEnum):
    """What a number of the register stands for."""

    ISSUING = "issuing"
    ISSUED = "issued"
    VOID = "void"


TRANSITIONS: frozenset[tuple[EntryState, EntryState]] = frozenset(
    {
        (EntryState.ISSUING, EntryState.ISSUED),
        (EntryState.ISSUING, EntryState.VOID),
    }
)
"""An issued and a void number are final; no number returns to the free ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What the book says of a letter beside its number.

    ``subject`` stays empty in the confidential register. ``counterpart_id`` is the other body; the name is written
    as it was on that day.
    """

    object_id: UUID
    subject: str
    counterpart_id: UUID
    counterpart_ar: str
    counterpart_en: str
    secrecy: Secrecy = Secrecy.NORMAL
    attachments: int = 0
    their_reference: str = ""
    their_date: date | None = None


def register_for(kind: RegisterKind, secrecy: Secrecy) -> RegisterKind:
    """The book in which a letter is numbered: confidential letters have their own (HANDBOOK §1.2, §1.6)."""
    return RegisterKind.CONFIDENTIAL if secrecy.is_sealed else kind


def faults(serials: Iterable[tuple[int, EntryState, str]], last: int) -> Sequence[str]:
    """Check the invariant over one register of one year: (serial, state, void reason) rows against its counter.

    Every number from 1 to ``last`` stands exactly once, nothing stands beyond, and a void states its reason.
    """
    found: list[str] = []
    seen: set[int] = set()
    for serial, state, reason in serials:
        if serial in seen:
            found.append(f"{serial} stands twice")
        if not 1 <= serial <= last:
            found.append(f"{serial} lies outside 1 to {last}")
        if state is EntryState.VOID and not reason.strip():
            found.append(f"{serial} is void without a reason")
        seen.add(serial)
    found.extend(f"{serial} is missing" for serial in range(1, last + 1) if serial not in seen)
    return found
