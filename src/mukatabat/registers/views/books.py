# SPDX-License-Identifier: EUPL-1.2
"""The registry's tray, a day of a book with its printed extract, and the confidential book."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.queries import granted, walled
from mukatabat.audit.actions import record
from mukatabat.directory.models import Body
from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Arrival
from mukatabat.exchange.rules import ArrivalState
from mukatabat.kernel import clock
from mukatabat.kernel.language import spoken
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.registers import queries
from mukatabat.registers.models import Entry
from mukatabat.registers.printing import extract_sheet, print_sealed
from mukatabat.registers.rules import EntryState, void_reason
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

PAGE = 50
FIRST_DAY = date(1990, 1, 1)
BOOK_NAMES = {
    RegisterKind.INCOMING: "incoming",
    RegisterKind.OUTGOING: "outgoing",
    RegisterKind.MEMO: "memo",
    RegisterKind.CIRCULAR: "circular",
    RegisterKind.CONFIDENTIAL: "confidential",
}
"""How the templates call the books."""

HEADINGS = {RegisterKind.CIRCULAR: gettext_lazy("Circulars")}
"""What stands above a whole book where the name of its kind is that of one letter."""


@access("capability:register_incoming")
@require_GET
def tray(request: HttpRequest) -> HttpResponse:
    """What was delivered and is not yet in the register, the longest waiting first (`registers/tray.html`)."""
    actor = actor_of_request(request)
    with reading(actor):
        arrivals, after = exchange.waiting(actor, cursor=request.GET.get("cursor"))
        context = {
            "arrivals": [_arrival_row(one) for one in arrivals], "today": clock.today(), "count": len(arrivals),
            "more_url": f"{reverse('registers:tray')}?{urlencode({'cursor': after})}" if after else None,
            "registry_hours": "", "empty": {},
        }  # fmt: skip
        return render(request, "registers/tray.html", context)


def _arrival_row(arrival: Arrival) -> dict[str, Any]:
    sealed = Secrecy(arrival.secrecy).is_sealed
    attached = sum(part == "attachment" for part, _document in arrival.documents)
    return {
        "url": reverse("letters:arrival", args=[arrival.id]),
        "counterpart": spoken(arrival.sender_ar, arrival.sender_en), "reference": arrival.sender_reference,
        "subject": "" if sealed else arrival.subject, "sealed": sealed,
        "secrecy": arrival.secrecy, "urgency": arrival.urgency, "delivered_at": arrival.arrived_at,
        "attachments": attached, "recalled": arrival.state == ArrivalState.WITHDRAWN,
    }  # fmt: skip


@access("capability:see_registers")
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """Every number taken on one day in one book, struck ones included (`registers/day.html`)."""
    actor, kind, on = actor_of_request(request), chosen_book(request), chosen_day(request)
    with reading(actor):
        entries = queries.entries_of_day(actor, kind, on)
        rows = entry_rows(actor, entries)
    voids = sum(one.state == EntryState.VOID for one in entries)
    context = {
        "heading": kind.label, "book": kind.label, "day": on, "kind": BOOK_NAMES[kind], "entries": rows,
        "heads": day_heads(kind), "counts": {"entries": len(entries) - voids, "voids": voids},
        "first": entries[0].serial if entries else None, "last": entries[-1].serial if entries else None,
        "tabs": [
            {"label": one.label, "url": _day_url(one, on), "current": one is kind, "count": None}
            for one in RegisterKind
        ],
        "previous_url": _day_url(kind, on - timedelta(days=1)),
        "next_url": _day_url(kind, on + timedelta(days=1)) if on < clock.today() else None,
        "print_url": f"{reverse('registers:day_extract')}?{_place(kind, on)}",
    }  # fmt: skip
    return render(request, "registers/day.html", context)


@access("capability:see_registers")
@require_GET
def day_extract(request: HttpRequest) -> HttpResponse:
    """The same day as an archival PDF under the body's seal; that it left the system is audited."""
    actor, kind, on = actor_of_request(request), chosen_book(request), chosen_day(request)
    with reading(actor):
        entries = queries.entries_of_day(actor, kind, on)
        hidden = walled(actor, [one.object_id for one in entries])
        body = Body.objects.get(id=actor.body_id)
    sheet = extract_sheet(body, kind, day=on, entries=entries, hidden=hidden, drawn_at=clock.now())
    document = print_sealed(actor, sheet)
    detail = {"book": str(kind), "day": on.isoformat(), "entries": len(entries)}
    record(actor, act="registers.extract-printed", object_kind="register", detail=detail)
    response = HttpResponse(document, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{body.code}-{kind}-{on.isoformat()}.pdf"'
    return response


@access("capability:see_registers")
@require_GET
def confidential(request: HttpRequest) -> HttpResponse:
    """The confidential book: number, date and mark, and nothing else (`registers/list.html`)."""
    reason = _("Each confidential letter stands here by number, day and mark, and by nothing else.")
    return _whole_book(request, RegisterKind.CONFIDENTIAL, url=reverse("registers:confidential"), reason=reason)


@access("capability:see_registers")
@require_GET
def circulars(request: HttpRequest) -> HttpResponse:
    """The book of circulars, with the numbers that became void (`registers/list.html`)."""
    reason = _("Each circular of your body stands here from the moment in which it takes its number.")
    return _whole_book(request, RegisterKind.CIRCULAR, url=reverse("registers:circulars"), reason=reason)


def _whole_book(request: HttpRequest, kind: RegisterKind, *, url: str, reason: str) -> HttpResponse:
    """A book as it was numbered, without a filter: every number of a year, the newest first."""
    actor = actor_of_request(request)
    year, before = _number(request, "year", clock.today().year), _number(request, "before", None)
    with reading(actor):
        found = queries.entries_before(actor, kind, year=year or 0, before=before, limit=PAGE + 1)
        rows = entry_rows(actor, found[:PAGE])
    more = urlencode({"year": year, "before": found[PAGE - 1].serial}) if len(found) > PAGE else ""
    context = {
        "kind": BOOK_NAMES[kind], "heading": HEADINGS.get(kind, kind.label), "today": clock.today(), "entries": rows,
        "query": "", "heads": day_heads(kind), "more_url": f"{url}?{more}" if more else None,
        "day_url": _day_url(kind, clock.today()), "plain": True, "sees_confidential": True,
        "empty": {"reason": reason},
    }  # fmt: skip
    partial = request.headers.get("HX-Request") == "true" and before is not None
    return render(request, "registers/rows.html" if partial else "registers/list.html", context)


def day_heads(kind: RegisterKind) -> list[dict[str, Any]]:
    """The columns of a day's page: what the book itself says, without what became of the letters since."""
    if kind is RegisterKind.INCOMING:
        heads = [
            _("Serial"),
            _("Received"),
            _("From"),
            _("Their reference"),
            _("Subject"),
            _("Secrecy"),
            _("State of the entry"),
        ]
        codes = ["serial", "at", "from", "theirs", "subject", "secrecy", "status"]
    else:
        heads = [
            _("Serial"),
            _("Reference"),
            _("Issued on"),
            _("To"),
            _("Subject"),
            _("Secrecy"),
            _("State of the entry"),
        ]
        codes = ["serial", "ours", "at", "to", "subject", "secrecy", "status"]
    return [{"code": code, "label": label} for code, label in zip(codes, heads, strict=True)]


def chosen_book(request: HttpRequest) -> RegisterKind:
    """The book that a request names by its letter; the incoming one otherwise."""
    asked = request.GET.get("book", "")
    return RegisterKind(asked) if asked in set(RegisterKind) else RegisterKind.INCOMING


def chosen_day(request: HttpRequest) -> date:
    """The day that a request names in ISO form, never a later one than today in Kuwait, which is also the default."""
    try:
        asked = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return clock.today()
    return within_the_books(asked)


def within_the_books(day: date) -> date:
    """The day itself, or the nearest one on which a number can have been taken."""
    return max(FIRST_DAY, min(day, clock.today()))


def entry_rows(actor: Actor, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Entries as the rows of a book; a letter that the actor may open has a link, a walled one only its number."""
    ids = [one.object_id for one in entries]
    open_to, hidden = granted(actor, ids), walled(actor, ids)
    return [_row(one, open_to=open_to, hidden=hidden) for one in entries]


def _row(entry: Entry, *, open_to: Collection[UUID], hidden: Collection[UUID]) -> dict[str, Any]:
    silent = Secrecy(entry.secrecy).is_sealed or entry.object_id in hidden
    standing = entry.state if entry.state != EntryState.ISSUED else "entered" if entry.is_incoming else "issued"
    return {
        "state": entry.state, "incoming": entry.is_incoming, "serial": entry.serial,
        "reference": entry.reference, "at": entry.at,
        "url": reverse("letters:letter", args=[entry.object_id]) if entry.object_id in open_to else "",
        "counterpart": "" if silent else spoken(entry.counterpart_ar, entry.counterpart_en),
        "their_reference": "" if silent else entry.their_reference, "subject": "" if silent else entry.subject,
        "sealed": silent, "secrecy": entry.secrecy, "status": standing,
        "reason": spoken(*void_reason(entry.void_reason)),
    }  # fmt: skip


def _day_url(kind: RegisterKind, on: date) -> str:
    return f"{reverse('registers:day')}?{_place(kind, on)}"


def _place(kind: RegisterKind, on: date) -> str:
    return urlencode({"book": str(kind), "day": on.isoformat()})


def _number(request: HttpRequest, name: str, otherwise: int | None) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else otherwise


def start_of(day: date) -> datetime:
    """The instant (UTC) at which a day begins in Kuwait."""
    return datetime.combine(day, datetime.min.time(), tzinfo=clock.KUWAIT).astimezone(UTC)
