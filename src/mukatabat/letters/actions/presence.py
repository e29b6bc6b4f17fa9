# SPDX-License-Identifier: EUPL-1.2
"""One writer at a time: a draft is leased to whoever writes it, and handed over on request.

The author may always write a draft that nobody holds. Somebody else who may see it writes only while it was handed
over. Another window of the same person is the same writer; what it overwrites is told by the version
(`DraftChanged`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.language import spoken
from mukatabat.letters.errors import DraftHeld
from mukatabat.letters.models import Lease, Letter
from mukatabat.letters.rules import Guard, LetterState
from mukatabat.letters.transitions import locked
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

LASTS = timedelta(seconds=75)
"""A lease outlives two missed beats of its page (presence.js, every 25 seconds)."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Who writes a draft, as one of its readers sees it: ``by`` is empty for oneself and for nobody."""

    mine: bool
    by: str = ""
    asked_by: str = ""


def writer_guard(actor: Actor, letter: Letter) -> set[Guard]:
    """The guard AUTHOR, if the actor writes the draft now: its author while nobody holds it, or who holds it.

    Raises `DraftHeld` for the author of a draft that somebody else was given and still writes.
    """
    lease = _living(letter)
    if lease is not None and lease.person_id == actor.person_id:
        return {Guard.AUTHOR}
    if not actor.person_id or letter.author_id != actor.person_id:
        return set()
    if lease is not None:
        raise DraftHeld(name=spoken(lease.person_ar, lease.person_en))
    return {Guard.AUTHOR}


def hold(actor: Actor, letter: Letter) -> None:
    """Note inside an open scope that the actor writes a draft now, and for a while to come."""
    until = clock.now() + LASTS
    own = Lease.objects.filter(letter=letter, person_id=actor.person).update(until=until)
    if not own:
        Lease.objects.filter(letter=letter).delete()
        _lease(actor, letter, until)


def beat(actor: Actor, letter_id: UUID) -> Presence:
    """The page of a draft is open: its writer goes on holding it; everybody else is told who does."""
    with scope(actor):
        letter = locked(actor, letter_id)
        lease = _living(letter)
        if letter.state == LetterState.DRAFT and actor.may(Capability.DRAFT) and _may_take(actor, letter, lease):
            hold(actor, letter)
            lease = Lease.objects.get(letter=letter)
        return _seen(actor, lease)


def ask(actor: Actor, letter_id: UUID) -> Presence:
    """Ask whoever writes a draft to hand it over; a draft that nobody writes goes to its author at once."""
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        letter = locked(actor, letter_id)
        lease = _living(letter)
        if lease is not None and lease.person_id != actor.person_id:
            lease.asked_id, lease.asked_ar, lease.asked_en = actor.person_id, actor.name_ar, actor.name_en
            lease.save(update_fields=["asked_id", "asked_ar", "asked_en"])
            record(actor, act="letters.editing-asked-for", object_kind="letter", object_id=letter.id)
    return beat(actor, letter_id)


def hand_over(actor: Actor, letter_id: UUID, *, agree: bool) -> Presence:
    """Answer a request: give the draft to whoever asked, or keep it. Without a request nothing changes."""
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        letter = locked(actor, letter_id)
        lease = _living(letter)
        if lease is not None and lease.person_id == actor.person_id and lease.asked_id is not None:
            if agree:
                lease.person_id, lease.person_ar, lease.person_en = lease.asked_id, lease.asked_ar, lease.asked_en
                lease.until = clock.now() + LASTS
            lease.asked_id, lease.asked_ar, lease.asked_en = None, "", ""
            lease.save()
            record(
                actor, act="letters.editing-handed-over" if agree else "letters.editing-kept",
                object_kind="letter", object_id=letter.id,
            )  # fmt: skip
        return _seen(actor, lease)


def presence(actor: Actor, letter: Letter) -> Presence:
    """Who writes a draft now, inside an open scope or reading; changes nothing."""
    return _seen(actor, _living(letter))


def _living(letter: Letter) -> Lease | None:
    return Lease.objects.filter(letter=letter, until__gt=clock.now()).first()


def _may_take(actor: Actor, letter: Letter, lease: Lease | None) -> bool:
    if lease is not None:
        return lease.person_id == actor.person_id
    return letter.author_id is not None and letter.author_id == actor.person_id


def _lease(actor: Actor, letter: Letter, until: datetime) -> Lease:
    return Lease.objects.create(
        letter=letter, person_id=actor.person, person_ar=actor.name_ar, person_en=actor.name_en, until=until
    )


def _seen(actor: Actor, lease: Lease | None) -> Presence:
    if lease is None:
        return Presence(mine=False)
    mine = lease.person_id == actor.person_id
    return Presence(
        mine=mine, by="" if mine else spoken(lease.person_ar, lease.person_en),
        asked_by=spoken(lease.asked_ar, lease.asked_en) if lease.asked_id else "",
    )  # fmt: skip
