# SPDX-License-Identifier: EUPL-1.2
"""The audit trail in sentences: every act of the code has one, with who did it and to what (DESIGN 8.17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mukatabat.access.models import Account
from mukatabat.audit.models import AuditEntry
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Appointment, Change, HijriAdjustment, Holiday, Mandate, Person, Post, Unit
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.exchange.models import Arrival
from mukatabat.kernel.calendar import hijri, month_name
from mukatabat.kernel.errors import isolated
from mukatabat.kernel.language import spoken
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor, ActorKind
from mukatabat.web.templatetags.mk import named
from mukatabat.web.trail_sentences import GROUPS, SENTENCES, SYSTEMS

__all__ = ["GROUPS", "SENTENCES", "Row", "rows"]

NUMBERLESS = _("(no number)")
"""What a draft is called, which has none and whose subject no trail may tell."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as a reader sees it; ``what`` is a reference, a name or "", ``said`` may be a reason."""

    id: UUID
    at: datetime
    act: str
    sentence: str | Promise
    who: str
    what: str
    place: str
    said: str
    system: bool

    @property
    def html(self) -> SafeString:
        """The sentence for a page, who and what isolated."""
        return format_html(str(self.sentence), who=named(self.who), what=named(self.what or str(NUMBERLESS)))

    @property
    def bare(self) -> str:
        """The sentence with its names left open, for a sheet on which they stand beside it."""
        return str(self.sentence).format(who="…", what="…")

    @property
    def text(self) -> str:
        """The sentence for a table or a printed sheet, who and what isolated."""
        return str(self.sentence).format(who=isolated(self.who), what=isolated(self.what or str(NUMBERLESS)))


def rows(actor: Actor, entries: Sequence[AuditEntry]) -> list[Row]:
    """Tell entries of the actor's body in the reader's language; names are looked up by kind, one query for each kind.

    A letter is named by its reference and never by its subject: whoever may read the trail may not read every letter.
    """
    with reading(actor):
        names = _names(entries)
    return [_row(one, names) for one in entries]


def _row(entry: AuditEntry, names: Mapping[UUID, str]) -> Row:
    known = SENTENCES.get(entry.act)
    system = entry.actor_kind == ActorKind.SYSTEM
    who = str(SYSTEMS.get(entry.actor_name.partition(".")[0], _("The system"))) if system else ""
    if not system:
        who = names.get(entry.actor_id, "") if entry.actor_id else ""
    return Row(
        id=entry.id, at=entry.at, act=entry.act, sentence=known or entry.act.replace("{", "").replace("}", ""),
        who=who or entry.actor_name, what=_what(entry, names), place=entry.place,
        said=str(entry.detail.get("reason") or "")[:200], system=system,
    )  # fmt: skip


def _what(entry: AuditEntry, names: Mapping[UUID, str]) -> str:
    if entry.object_id is not None and entry.object_id in names:
        return names[entry.object_id]
    detail = entry.detail
    for name in ("our_reference", "sender_reference", "reference", "code", "ar", "route", "book", "kind", "on", "url"):
        if detail.get(name):
            return spoken(str(detail["ar"]), str(detail.get("en") or "")) if name == "ar" else str(detail[name])
    return ""


def _names(entries: Iterable[AuditEntry]) -> dict[UUID, str]:
    """Name what the entries are about, and who acted, in the reader's language."""
    kinds: dict[str, set[UUID]] = {}
    people: set[UUID] = set()
    for one in entries:
        if one.object_id is not None:
            kinds.setdefault(one.object_kind, set()).add(one.object_id)
        if one.actor_id is not None:
            people.add(one.actor_id)
    names: dict[UUID, str] = {}
    for kind, look_up in _LOOK_UPS.items():
        if kinds.get(kind):
            names |= look_up(kinds[kind])
    people |= kinds.get("person", set())
    if people:
        names |= {one.pk: spoken(one.ar, one.en) for one in Person.objects.filter(pk__in=people)}
    return names


def _letters(ids: set[UUID]) -> dict[UUID, str]:
    found = Letter.objects.filter(pk__in=ids).values_list("pk", "reference", "their_reference")
    return {pk: own or theirs for pk, own, theirs in found if own or theirs}


def _arrivals(ids: set[UUID]) -> dict[UUID, str]:
    found = Arrival.objects.filter(pk__in=ids).values_list("pk", "our_reference", "sender_reference")
    return {pk: own or theirs for pk, own, theirs in found}


def _accounts(ids: set[UUID]) -> dict[UUID, str]:
    return dict(Account.objects.filter(pk__in=ids).values_list("pk", "login"))


def _two_names(model: Any, ids: set[UUID]) -> dict[UUID, str]:
    return {pk: spoken(ar, en) for pk, ar, en in model.objects.filter(pk__in=ids).values_list("pk", "ar", "en")}


def _appointments(ids: set[UUID]) -> dict[UUID, str]:
    found = Appointment.objects.filter(pk__in=ids).values_list("pk", "post__ar", "post__en")
    return {pk: spoken(ar, en) for pk, ar, en in found}


def _mandates(ids: set[UUID]) -> dict[UUID, str]:
    return dict(Mandate.objects.filter(pk__in=ids).values_list("pk", "instrument_number"))


def _changes(ids: set[UUID]) -> dict[UUID, str]:
    """A change is told by what it is and for whom, one of the calendar by its month."""
    found = list(Change.objects.filter(pk__in=ids).values_list("pk", "kind", "person_id", "content"))
    people = Person.objects.in_bulk({person for _pk, _kind, person, _content in found if person})
    about = {
        pk: spoken(people[who].ar, people[who].en) if who else month_name(content["year"], content["month"])
        for pk, _kind, who, content in found
    }
    return {pk: f"{ChangeKind(kind).label} — {about[pk]}" for pk, kind, _who, _content in found}


def _months(ids: set[UUID]) -> dict[UUID, str]:
    found = HijriAdjustment.objects.filter(pk__in=ids).values_list("pk", "valid_from")
    months = {pk: hijri(begins) for pk, begins in found}
    return {pk: month_name(moon.year, moon.month) for pk, moon in months.items()}


def _bodies(ids: set[UUID]) -> dict[UUID, str]:
    return {pk: spoken(label.ar, label.en) for pk, label in directory.body_names(ids).items()}


_LOOK_UPS: dict[str, Any] = {
    "letter": _letters, "arrival": _arrivals, "account": _accounts, "appointment": _appointments,
    "mandate": _mandates, "change": _changes, "body": _bodies, "unit": lambda ids: _two_names(Unit, ids),
    "post": lambda ids: _two_names(Post, ids), "holiday": lambda ids: _two_names(Holiday, ids), "hijri": _months,
}  # fmt: skip
