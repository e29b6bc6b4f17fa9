# SPDX-License-Identifier: EUPL-1.2
"""The audit log (DESIGN 8.17): filtered sentences, the check of the chain, and what leaves the house."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.views.door import place_of
from mukatabat.audit import checking, trail
from mukatabat.audit.actions import record
from mukatabat.audit.trail import Place, Sought
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Person
from mukatabat.exchange.models import Arrival
from mukatabat.kernel import clock
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.ledger.queries import last_reconciliation
from mukatabat.letters.models import Letter
from mukatabat.press.actions import render_trail
from mukatabat.press.rules import TrailSheet
from mukatabat.registers.printing import letterhead_of, look_of
from mukatabat.registers.views.books import start_of
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import under_seal
from mukatabat.web import trail as telling
from mukatabat.web.export import harmless

READ = "capability:read_audit|administer_body"
PAGE = 50
MOST_PEOPLE = 20
LEANING = frozenset(
    {"من", "إلى", "على", "عن", "في", "بعد", "عند", "of", "to", "from", "for", "by", "in", "on", "with", "when"}
)
"""Words that lean on a name."""
MOST_EXPORTED = 5000
MOST_PRINTED = 500
SEALED_AS = "مستخرج من سجل التدقيق"
"""Why the body's seal stands under a print of the trail, as the seal itself states it."""
SEALED = gettext_lazy("Electronically sealed by the body and protected against change; any PDF reader checks it.")
UNSEALED = gettext_lazy(
    "This export bears no seal. Compare it with the audit log itself, whose head is in the transparency log."
)
CHECK_PAUSE = timedelta(minutes=1)
"""A new check is not ordered while the last one is younger."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as it was typed."""

    person: str = ""
    reference: str = ""
    act: str = ""
    since: date | None = None
    until: date | None = None

    def query(self) -> dict[str, str]:
        """The filter as the query of an address, what is empty left out."""
        said = {
            "person": self.person, "reference": self.reference, "act": self.act,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }  # fmt: skip
        return {name: value for name, value in said.items() if value}


def asked_of(request: HttpRequest) -> Asked:
    """Read the filter; what cannot be read is as if it were not there."""
    act = request.GET.get("act", "")
    return Asked(
        person=request.GET.get("person", "").strip()[:120], reference=request.GET.get("reference", "").strip()[:60],
        act=act if act in telling.SENTENCES else "", since=_day(request, "since"), until=_day(request, "until"),
    )  # fmt: skip


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def sought(actor: Actor, asked: Asked) -> Sought:
    """Turn what was typed into identifiers of the own body; a name or reference that fits nothing finds nothing."""
    people, objects = frozenset[UUID](), frozenset[UUID]()
    if asked.person:
        own = Person.objects.filter(body_id=actor.body_id)
        found = directory.people_named(asked.person, own, staff_numbers=True)[:MOST_PEOPLE]
        people = frozenset(one.pk for one in found)
    if asked.reference:
        with reading(actor):
            objects = frozenset(_named(asked.reference.upper()))
    return Sought(
        actors=people, objects=objects, act=asked.act, since=start_of(asked.since) if asked.since else None,
        until=start_of(asked.until + timedelta(days=1)) if asked.until else None,
        nothing=bool((asked.person and not people) or (asked.reference and not objects)),
    )  # fmt: skip


def _named(reference: str) -> set[UUID]:
    letters = Letter.objects.filter(reference=reference) | Letter.objects.filter(their_reference=reference)
    arrivals = Arrival.objects.filter(sender_reference=reference) | Arrival.objects.filter(our_reference=reference)
    return set(letters.values_list("pk", flat=True)[:20]) | set(arrivals.values_list("pk", flat=True)[:20])


def _below(request: HttpRequest) -> Place | None:
    try:
        return Place(datetime.fromisoformat(request.GET["at"]), UUID(request.GET["id"]))
    except (KeyError, ValueError):
        return None


@access(READ)
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """One page of the trail (`audit/log.html`; `audit/rows.html` by htmx); that it was read is recorded once a page."""
    actor, asked, below = actor_of_request(request), asked_of(request), _below(request)
    found = trail.entries(actor, sought(actor, asked), below=below, limit=PAGE + 1)
    context: dict[str, Any] = {"rows": telling.rows(actor, found[:PAGE]), "more_url": None}
    if len(found) > PAGE:
        place = {"at": found[PAGE - 1].at.isoformat(), "id": found[PAGE - 1].id}
        context["more_url"] = f"{reverse('audit:log')}?{urlencode(asked.query() | place)}"
    if request.headers.get("HX-Request") == "true" and below is not None:
        return render(request, "audit/rows.html", context)
    if below is None:
        said = {"filter": asked.query()}
        record(actor, act="audit.trail-read", object_kind="trail", place=place_of(request), detail=said)
    filters = urlencode(asked.query())
    context |= {
        "asked": asked, "groups": _choices(), "check": _check(),
        "logged": last_reconciliation(actor), "csv_url": f"{reverse('audit:csv')}?{filters}",
        "pdf_url": f"{reverse('audit:pdf')}?{filters}", "filtered": bool(asked.query()), "today": clock.today(),
    }  # fmt: skip
    return render(request, "audit/log.html", context)


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The acts by their groups, each in the words of its sentence."""
    return [(str(title), [(act, _words(str(one))) for act, one in acts.items()]) for title, acts in telling.GROUPS]


def _words(sentence: str) -> str:
    """A sentence without its names; one that a preposition asks for is left open, or goes with it at the end."""
    words = sentence.format(who="…", what="…").removesuffix("(…)").rstrip(" …:،,").split()
    kept = [word for before, word in pairwise(["", *words]) if word != "…" or before in LEANING]
    while kept and kept[-1] in LEANING:
        kept.pop()
    bare = " ".join(kept)
    return bare[:1].upper() + bare[1:]


def _check() -> dict[str, Any]:
    """The newest result of the chain's check, and when it was last walked from its first link."""
    newest, whole = checking.last_check(), checking.last_check(full=True)
    return {
        "newest": newest, "whole": whole, "intact": newest is not None and not newest.faults,
        "faults": len(newest.faults) if newest else 0, "head_text": bytes(newest.head).hex()[:16] if newest else "",
    }  # fmt: skip


@access(READ)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Order a check of the whole chain in the background."""
    actor = actor_of_request(request)
    newest = checking.last_check(full=True)
    if newest is None or clock.now() - newest.ended_at > CHECK_PAUSE:
        with scope(actor):
            record(actor, act="audit.check-ordered", object_kind="trail", place=place_of(request))
            enqueue("web.check_trail", lock="web.check_trail", full=1)
    messages.success(request, _("The check was ordered; its result appears here."))
    return redirect("audit:log")


# ── what leaves the house ───────────────────────────────────────────────────────────────────────────────────────────


@access(READ)
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The filtered trail as a table for a spreadsheet (CSV, UTF-8 with BOM); its last row names the chain's head."""
    actor, asked = actor_of_request(request), asked_of(request)
    found = trail.entries(actor, sought(actor, asked), limit=MOST_EXPORTED + 1)
    rows = telling.rows(actor, found[:MOST_EXPORTED])
    detail = {"filter": asked.query(), "rows": len(rows)}
    record(actor, act="audit.trail-exported", object_kind="trail", place=place_of(request), detail=detail)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_("Time"), _("Sentence"), _("Act"), _("Who"), _("What"), _("Place"), _("Reason"), _("Entry")])
    for row in rows:
        cells = [
            row.at.astimezone(clock.KUWAIT).strftime("%Y-%m-%d %H:%M:%S"), row.text, row.act, row.who, row.what,
            row.place, row.said, str(row.id),
        ]  # fmt: skip
        writer.writerow([harmless(cell) for cell in cells])
    for note in (*notes(request, most=MOST_EXPORTED, goes_on=len(found) > MOST_EXPORTED), UNSEALED):
        writer.writerow([harmless(str(note))])
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{clock.today().isoformat()}.csv"'
    return response


@access(READ)
@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """The filtered trail on the body's paper (PDF/A-3a) under its seal, with the head of the chain below it."""
    actor, asked = actor_of_request(request), asked_of(request)
    found = trail.entries(actor, sought(actor, asked), limit=MOST_PRINTED + 1)
    rows = telling.rows(actor, found[:MOST_PRINTED])
    detail = {"filter": asked.query(), "rows": len(rows)}
    record(actor, act="audit.trail-printed", object_kind="trail", place=place_of(request), detail=detail)
    body = directory.body(actor.body_id)
    language = "ar" if reads_arabic() else "en"
    said = notes(request, most=MOST_PRINTED, goes_on=len(found) > MOST_PRINTED)
    sheet = TrailSheet(
        letterhead=letterhead_of(body), drawn_at=clock.now(), drawn_by=spoken(actor.name_ar, actor.name_en),
        rows=tuple((row.at, row.bare, row.what, row.who, row.place) for row in rows),
        filter_text="، ".join(asked.query().values()) if language == "ar" else ", ".join(asked.query().values()),
        look=replace(look_of(body), language=language),
    )  # fmt: skip

    def render(sealed: bool) -> bytes:
        return render_trail(replace(sheet, notes=(*said, str(SEALED if sealed else UNSEALED))))

    response = HttpResponse(under_seal(actor, render, reason=SEALED_AS), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="audit-{clock.today().isoformat()}.pdf"'
    return response


def notes(request: HttpRequest, *, most: int, goes_on: bool) -> list[str]:
    """What stands below an export: what it leaves out, and the head of the chain."""
    said = []
    if goes_on:
        said.append(
            _("The newest %(n)s entries; narrow the filter for older ones.") % {"n": in_readers_digits(request, most)}
        )
    newest = checking.last_check()
    if newest is not None:
        said.append(
            _("Head of the chain: link %(number)s, SHA-256 %(digest)s.")
            % {"number": newest.last, "digest": bytes(newest.head).hex()}
        )
    return said
