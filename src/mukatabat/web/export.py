# SPDX-License-Identifier: EUPL-1.2
"""A book as a table for a spreadsheet: UTF-8 with its mark, no cell that is a formula, references as they are.

No bidi isolates stand in it. A spreadsheet (Excel, LibreOffice) lays every cell out as a paragraph of its own, so a
value has no neighbour from which it must be kept apart; an isolate would show nothing, stay in the cell, and go along
when a reference is copied, looked up or compared, where it then equals no other writing of the same reference.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.press.rules import RegisterRow, Standing
from mukatabat.web.templatetags import words

_UNSEEN = " \u00a0\u200b\u200e\u200f\u2066\u2067\u2068\u2069\ufeff"
_DIGITS_ALONE = re.compile(r"[\d\s./:,–-]+")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet computes a cell that begins so (OWASP, CSV injection); the wide forms count as well."""


def as_csv(rows: Iterable[dict[str, Any]], *, incoming: bool, note: str = "") -> bytes:
    """Write the rows of a book (`web.books`); a ``note`` stands alone in a last row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_heads(incoming=incoming))
    for row in rows:
        writer.writerow([harmless(cell) for cell in _cells(row, incoming=incoming)])
    if note:
        writer.writerow([harmless(note)])
    return text.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute, also behind spaces and marks that show nothing."""
    return f"'{cell}" if cell.lstrip(_UNSEEN).startswith(FORMULA_STARTS) else cell


def as_written(reference: str) -> str:
    """Put an apostrophe before a reference of digits, which a spreadsheet would make a date (12/2026) or shorten (007).

    The sign is seen and can be taken off; a number that was silently turned into another cannot be brought back.
    """
    return f"'{reference}" if _DIGITS_ALONE.fullmatch(reference) else reference


def _heads(*, incoming: bool) -> list[str]:
    first = [_("Serial"), _("Reference"), _("Received") if incoming else _("Issued on")]
    middle = [_("From"), _("Their reference"), _("Their date")] if incoming else [_("To")]
    last = [_("Referred to"), _("Due")] if incoming else [_("Answered on")]
    return [*first, *middle, _("Subject"), _("Secrecy"), _("Importance"), *last, _("Status"), _("Reason")]


def _cells(row: dict[str, Any], *, incoming: bool) -> Sequence[str]:
    number = [str(row["serial"]), row["reference"], _moment(row["at"])]
    if row["state"] != "issued":
        blank = [""] * (8 if incoming else 5)
        return [*number, *blank, str(words.status(row["state"]).word), row["reason"]]
    subject = words.sealed_subject() if Secrecy(row["secrecy"]).is_sealed else row["subject"]
    middle = [row["counterpart"]]
    last = [_day(row.get("answered"))]
    if incoming:
        middle += [as_written(row["their_reference"]), _day(row["their_date"])]
        last = [row["referred_to"], _day(row["due"])]
    degree = [str(Secrecy(row["secrecy"]).label), str(Urgency(row["urgency"]).label)]
    return [*number, *middle, subject, *degree, *last, str(words.status(row["status"]).word), ""]


def _moment(at: datetime) -> str:
    return at.astimezone(clock.KUWAIT).strftime("%Y-%m-%d %H:%M")


def _day(day: date | datetime | None) -> str:
    if day is None:
        return ""
    return (day.astimezone(clock.KUWAIT).date() if isinstance(day, datetime) else day).isoformat()


def as_register_rows(rows: Iterable[dict[str, Any]]) -> tuple[RegisterRow, ...]:
    """The rows of a book for the press, which leaves out what is sealed; voids with their reason in Arabic."""
    return tuple(_register_row(row) for row in rows)


def _register_row(row: dict[str, Any]) -> RegisterRow:
    standing = {"issued": Standing.ENTERED, "void": Standing.VOID}.get(row["state"], Standing.ISSUING)
    serial = row["serial"] or 0
    if row["state"] != "issued":
        return RegisterRow(serial=serial, at=row["at"], standing=standing, void_reason=row["reason"])
    return RegisterRow(
        serial=serial, at=row["at"], counterpart=row["counterpart"], their_reference=row["their_reference"],
        their_date=row["their_date"], subject=row["subject"], secrecy=Secrecy(row["secrecy"]), standing=standing,
    )  # fmt: skip
