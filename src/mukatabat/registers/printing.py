# SPDX-License-Identifier: EUPL-1.2
"""A body's paper, and the printed extract of one day of a book on it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body
from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.vocabulary import Realm, RegisterKind, Secrecy
from mukatabat.press.actions import render_register_extract
from mukatabat.press.digits import Digits
from mukatabat.press.rules import Letterhead, Look, RegisterExtract, RegisterRow, Standing
from mukatabat.registers.models import Entry
from mukatabat.registers.rules import EntryState, void_reason
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import under_seal

SEALED_AS = "مستخرج من السجل"
"""Why the body's seal stands under a print of a book, as the seal itself states it."""
STANDINGS = {
    EntryState.ISSUED: Standing.ENTERED,
    EntryState.ISSUING: Standing.ISSUING,
    EntryState.VOID: Standing.VOID,
}


def extract_sheet(
    body: Body, kind: RegisterKind, *, day: date, entries: Sequence[Entry], hidden: Collection[UUID], drawn_at: datetime
) -> RegisterExtract:
    """The sheet of a day's entries in the order of their numbers; of ``hidden`` letters the number alone is named."""
    rows = tuple(_row(one, hidden=one.object_id in hidden) for one in entries)
    return RegisterExtract(
        letterhead=letterhead_of(body), register=kind, day=day, hijri=hijri_of(body, day, entries), rows=rows,
        drawn_at=drawn_at, source=_source(body, kind, day, rows), look=look_of(body),
    )  # fmt: skip


def print_sealed(actor: Actor, sheet: RegisterExtract) -> bytes:
    """Print a sheet of a book under the seal of the actor's body; see :func:`~mukatabat.vault.actions.under_seal`."""
    return under_seal(actor, lambda sealed: render_register_extract(replace(sheet, sealed=sealed)), reason=SEALED_AS)


def hijri_of(body: Body, day: date, entries: Sequence[Entry]) -> HijriDate:
    """The Hijri date of a day as its entries carry it; of a day without entries, as it stands now."""
    return entries[0].hijri_date if entries else directory.hijri_on(body.realm, day)


def list_sheet(
    body: Body, kind: RegisterKind, *, day: date, rows: tuple[RegisterRow, ...], listed: str, drawn_at: datetime
) -> RegisterExtract:
    """The sheet of a filtered list of a book, newest first; ``listed`` says in words what was asked for."""
    return RegisterExtract(
        letterhead=letterhead_of(body), register=kind, day=day, hijri=hijri_of(body, day, ()), rows=rows,
        drawn_at=drawn_at,
        source=_source(body, kind, day, rows), look=look_of(body), listed=listed,
    )  # fmt: skip


def _row(entry: Entry, *, hidden: bool) -> RegisterRow:
    sealed = Secrecy(entry.secrecy).is_sealed
    silent = hidden or sealed
    return RegisterRow(
        serial=entry.serial, at=entry.at, counterpart="" if silent else entry.counterpart_ar,
        their_reference="" if silent else entry.their_reference, their_date=None if silent else entry.their_date,
        subject="" if silent else entry.subject, secrecy=Secrecy(entry.secrecy),
        standing=STANDINGS[EntryState(entry.state)], void_reason=void_reason(entry.void_reason)[0],
        digest=entry.content_digest.removeprefix("sha256:"),
    )  # fmt: skip


def letterhead_of(body: Body) -> Letterhead:
    """The lines at the head of a body's paper; without own lines, the State's and the body's names."""
    label = directory.body_names([body.id])[body.id]
    arabic = tuple(line for line in body.letterhead_ar.splitlines() if line.strip())
    english = tuple(line for line in body.letterhead_en.splitlines() if line.strip())
    return Letterhead(arabic=arabic or ("دولة الكويت", label.ar), english=english or ("State of Kuwait", label.en))


def look_of(body: Body) -> Look:
    """How a body writes: its digits and its realm."""
    return Look(digits=Digits(body.letter_digits), realm=Realm(body.realm))


def _source(body: Body, kind: RegisterKind, day: date, rows: Sequence[RegisterRow]) -> bytes:
    said = {
        "body": body.code, "realm": body.realm, "register": str(kind), "day": day.isoformat(),
        "entries": [
            {
                "serial": row.serial, "at": row.at.isoformat(), "standing": str(row.standing),
                "secrecy": str(row.secrecy), "counterpart": row.counterpart, "subject": row.subject,
                "their_reference": row.their_reference, "void_reason": row.void_reason, "digest": row.digest,
                "their_date": row.their_date.isoformat() if row.their_date else None,
            }
            for row in rows
        ],
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
