# SPDX-License-Identifier: EUPL-1.2
"""The only writers of the registers. All of them join the transaction of the letter's own act."""

from __future__ import annotations

from uuid import UUID

from mukatabat.directory.models import Body
from mukatabat.directory.queries import hijri_on
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.references import Reference
from mukatabat.kernel.text import clean_line
from mukatabat.kernel.vocabulary import Realm, RegisterKind
from mukatabat.registers.errors import NumberAlreadyDecided, ReasonMissing, TooManyViews, ViewNameMissing
from mukatabat.registers.models import BookView, Entry, Register
from mukatabat.registers.rules import (
    EntryState,
    Particulars,
    ViewCommand,
    register_for,
    sound_columns,
    sound_widths,
)
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows

VIEW_LIMIT = 20


def take_number(actor: Actor, kind: RegisterKind, particulars: Particulars, *, state: EntryState) -> Entry:
    """Take the next number of the actor's body for today, whatever date the letter itself bears.

    The year is that of today in Kuwait, so that a back-dated letter moves no counter (HANDBOOK §1.2). Take it late in
    the transaction: other takers of the same book wait for its end.
    """
    now = clock.now()
    today = now.astimezone(clock.KUWAIT).date()  # of the same moment: midnight must not fall between the two
    book = register_for(kind, particulars.secrecy)
    with scope(actor):
        moon = hijri_on(actor.realm, today)
        register_id, serial = _next(actor.body_id, book, today.year)
        body = Body.objects.only("code", "realm").get(id=actor.body_id)
        reference = Reference(body.code, book, today.year, serial, training=body.realm == Realm.TRAINING)
        return Entry.objects.create(
            register_id=register_id, serial=serial, reference=str(reference), state=state, at=now, on=today,
            hijri=str(moon),
            object_id=particulars.object_id, subject="" if particulars.secrecy.is_sealed else particulars.subject,
            counterpart_id=particulars.counterpart_id, counterpart_ar=particulars.counterpart_ar,
            counterpart_en=particulars.counterpart_en, secrecy=particulars.secrecy,
            attachments=particulars.attachments, their_reference=particulars.their_reference,
            their_date=particulars.their_date, taken_by=actor.name_ar,
            decided_at=None if state is EntryState.ISSUING else now,
        )  # fmt: skip


def _next(body_id: UUID, kind: RegisterKind, year: int) -> tuple[UUID, int]:
    parameters = {"body": body_id, "kind": str(kind), "year": year}
    taken = rows("registers", "take_number", parameters)
    if not taken:  # the first letter of the year opens the book; a simultaneous opener finds it already there
        Register.objects.bulk_create([Register(kind=kind, year=year)], ignore_conflicts=True)
        taken = rows("registers", "take_number", parameters)
    return taken[0]


def confirm_number(actor: Actor, entry_id: UUID, *, content_digest: str) -> None:
    """Make an issuing number an issued one, with the digest of the signed document."""
    _decide(actor, entry_id, state=EntryState.ISSUED, content_digest=content_digest)


def void_number(actor: Actor, entry_id: UUID, *, reason: str) -> None:
    """Strike an issuing number through, with its reason; it stays visible for good."""
    if not reason.strip():
        raise ReasonMissing
    _decide(actor, entry_id, state=EntryState.VOID, void_reason=reason.strip())


def keep_widths(actor: Actor, book: str, widths: object) -> None:
    """Remember how wide the columns of a book are on this person's screens; what is senseless is left out."""
    with scope(actor):
        BookView.objects.update_or_create(
            person_id=actor.person, book=book, name="", defaults={"widths": sound_widths(book, widths)}
        )


def keep_view(actor: Actor, command: ViewCommand) -> BookView:
    """Keep a view under its name; the same name again replaces it, and a new default takes the place of the old."""
    name = clean_line(command.name, 60)
    if not name:
        raise ViewNameMissing
    with scope(actor):
        own = BookView.objects.filter(person_id=actor.person, book=command.book)
        if own.exclude(name__in=["", name]).count() >= VIEW_LIMIT:
            raise TooManyViews(limit=VIEW_LIMIT)
        if command.is_default:
            own.update(is_default=False)
        kept, _new = BookView.objects.update_or_create(
            person_id=actor.person, book=command.book, name=name,
            defaults={
                "query": clean_line(command.query, 200), "is_default": command.is_default,
                "columns": list(sound_columns(command.book, command.columns)),
            },
        )  # fmt: skip
    return kept


def drop_view(actor: Actor, book: str, view_id: UUID) -> None:
    """Forget one of the person's own views; another's, and one that is gone already, is "not found"."""
    with scope(actor):
        own = BookView.objects.filter(id=view_id, person_id=actor.person, book=book).exclude(name="")
        if not own.delete()[0]:
            raise NotFoundOrForbidden


def _decide(actor: Actor, entry_id: UUID, **changes: object) -> None:
    with scope(actor):
        changed = Entry.objects.filter(id=entry_id, state=EntryState.ISSUING).update(decided_at=clock.now(), **changes)
        if changed != 1:
            reference = Entry.objects.filter(id=entry_id).values_list("reference", flat=True).first()
            raise NumberAlreadyDecided(reference=reference or "")
