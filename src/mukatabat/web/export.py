# SPDX-License-Identifier: EUPL-1.2
"""A book as a table for a spreadsheet: UTF-8 with its mark, free text isolated, and no cell that is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from mukatabat.kernel import clock
from mukatabat.kernel.errors import isolated
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.web.templatetags import words

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
    """Put an apostrophe before what a spreadsheet would compute, also behind an isolate or spaces."""
    return f"'{cell}" if cell.lstrip(" \u2068\u00a0").startswith(FORMULA_STARTS) else cell


def _heads(*, incoming: bool) -> list[str]:
    first = [_("Serial"), _("Reference"), _("Received") if incoming else _("Issued on")]
    middle = [_("From"), _("Their reference"), _("Their date")] if incoming else [_("To")]
    last = [_("Referred to"), _("Due")] if incoming else [_("Answered on")]
    return [*first, *middle, _("Subject"), _("Secrecy"), _("Importance"), *last, _("Status"), _("Reason")]


def _cells(row: dict[str, Any], *, incoming: bool) -> Sequence[str]:
    number = [str(row["serial"]), row["reference"], _moment(row["at"])]
    if row["state"] != "issued":
        blank = [""] * (8 if incoming else 5)
        return [*number, *blank, str(words.status(row["state"]).word), _free(row["reason"])]
    subject = words.sealed_subject() if row["sealed"] else row["subject"]
    middle = [_free(row["counterpart"])]
    last = [_day(row.get("answered"))]
    if incoming:
        middle += [row["their_reference"], _day(row["their_date"])]
        last = [_free(row["referred_to"]), _day(row["due"])]
    degree = [str(Secrecy(row["secrecy"]).label), str(Urgency(row["urgency"]).label)]
    return [*number, *middle, _free(subject), *degree, *last, str(words.status(row["status"]).word), ""]


def _free(text: str) -> str:
    return isolated(text) if text else ""


def _moment(at: datetime) -> str:
    return at.astimezone(clock.KUWAIT).strftime("%Y-%m-%d %H:%M")


def _day(day: date | datetime | None) -> str:
    if day is None:
        return ""
    return (day.astimezone(clock.KUWAIT).date() if isinstance(day, datetime) else day).isoformat()
