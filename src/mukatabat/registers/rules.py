# SPDX-License-Identifier: EUPL-1.2
"""The states of a number and what moves it, and the invariant of a register: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from uuid import UUID

from mukatabat.kernel.vocabulary import RegisterKind, Secrecy, Vocabulary, gettext_noop


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


class VoidReason(Vocabulary):
    """Why a number became void without a person's words; stored as its code, shown in the reader's language."""

    DECLINED = "signing.declined", gettext_noop("The signer declined to sign"), "رفض الموقّع التوقيع"
    EXPIRED = "signing.expired", gettext_noop("The time to sign ran out"), "انقضت المهلة دون توقيع"
    LATE = "signing.late", gettext_noop("The signature came after its time"), "ورد التوقيع بعد انقضاء المهلة"
    UNABLE = "signing.unable", gettext_noop("The device could not sign"), "تعذّر التوقيع على الجهاز"
    INVALID = "signing.invalid", gettext_noop("The signature does not fit the letter"), "توقيع غير مطابق للكتاب"
    DAMAGED = (
        "signing.damaged", gettext_noop("The copy made ready for signing was damaged"),
        "تلفت نسخة الكتاب المعدّة للتوقيع",
    )  # fmt: skip


def void_reason(stored: str) -> tuple[str, str]:
    """A stored reason as it is read, in Arabic and English: a code in words, what a person typed as it was typed.

    Numbers that became void before reasons had codes keep their Arabic words, which are recognised.
    """
    known = next((one for one in VoidReason if stored in {one.value, one.label_ar}), None)
    return (known.label_ar, known.label_en) if known else (stored, stored)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewCommand:
    """A view that a person saves: what is typed into the filter and which columns stand, under a name of their own."""

    book: str
    name: str
    query: str = ""
    columns: tuple[str, ...] = ()
    is_default: bool = False


COLUMNS: dict[str, tuple[str, ...]] = {
    "incoming": ("serial", "at", "from", "theirs", "subject", "secrecy", "urgency", "referred", "due", "status"),
    "outgoing": ("serial", "ours", "at", "to", "subject", "secrecy", "urgency", "status", "answered"),
    "memo": ("serial", "ours", "at", "to", "subject", "secrecy", "urgency", "status", "answered"),
}
"""The columns of a book in their order (DESIGN 8.3); those of FIXED are never hidden."""

FIXED = frozenset({"serial", "subject"})
NARROWEST, WIDEST = 48, 900
"""A column is dragged to no less than a target and no more than a screen, in pixels."""


def sound_widths(book: str, widths: object) -> dict[str, int]:
    """The widths that a page sent, those of unknown columns left out and the others brought within bounds."""
    if not isinstance(widths, dict):
        return {}
    known = COLUMNS.get(book, ())
    return {
        code: max(NARROWEST, min(WIDEST, round(width)))
        for code, width in widths.items()
        if code in known and isinstance(width, int | float) and not isinstance(width, bool) and isfinite(width)
    }


def sound_columns(book: str, chosen: Iterable[str]) -> tuple[str, ...]:
    """The chosen columns in the book's order, with those that always stand; all when nothing of them was chosen."""
    known, wanted = COLUMNS.get(book, ()), set(chosen)
    if not wanted & set(known):
        return known
    return tuple(code for code in known if code in wanted | FIXED)
