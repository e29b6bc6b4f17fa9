# SPDX-License-Identifier: EUPL-1.2
"""The incoming, outgoing and memo books as pages, as more rows by htmx, and as a table for a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.rules import Shelf
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import RegisterKind
from mukatabat.registers.views.books import BOOK_NAMES, within_the_books
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web.books import REGISTER_OF, Asked, Place, every_row, page_of, place_from
from mukatabat.web.export import as_csv

MOST_EXPORTED = 5000
ROUTES = {Shelf.INCOMING: "web:incoming", Shelf.OUTGOING: "web:outgoing", Shelf.MEMO: "web:memos"}
EXPORTS = {Shelf.INCOMING: "web:incoming_csv", Shelf.OUTGOING: "web:outgoing_csv", Shelf.MEMO: "web:memos_csv"}


def headings() -> dict[Shelf, str]:
    """The names of the books, in the reader's language."""
    return {
        Shelf.INCOMING: pgettext("list", "Incoming"),
        Shelf.OUTGOING: pgettext("list", "Outgoing"),
        Shelf.MEMO: _("Memos"),
    }


@access("capability:work_items|see_registers")
@require_GET
def book(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """One page of a book, newest first; with a cursor by htmx only its rows (`registers/list.html`, `rows.html`)."""
    actor, asked = actor_of_request(request), asked_of(request)
    rows_alone = request.headers.get("HX-Request") == "true" and asked.start is not None
    with reading(actor):
        page = page_of(actor, shelf, asked)
        context: dict[str, Any] = {
            "kind": BOOK_NAMES[REGISTER_OF[shelf]], "entries": page.rows,
            "more_url": _more_url(shelf, asked, page.after),
        }  # fmt: skip
        if rows_alone:
            return render(request, "registers/rows.html", context)
        return render(request, "registers/list.html", context | _frame(actor, shelf, asked))


def _frame(actor: Actor, shelf: Shelf, asked: Asked) -> dict[str, Any]:
    sees = actor.may(Capability.SEE_REGISTERS)
    kind = REGISTER_OF[shelf]
    day = urlencode({"book": str(kind), "day": (asked.day or clock.today()).isoformat()})
    filtered = bool(asked.query or asked.day)
    reason = _("Only what you may see is listed; take the filter off to see all of it.") if filtered else ""
    return {
        "heading": headings()[shelf], "today": clock.today(), "query": asked.query, "day": asked.day,
        "tabs": _tabs(shelf, sees=sees), "csv_url": f"{reverse(EXPORTS[shelf])}?{_filter(asked)}",
        "day_url": f"{reverse('registers:day')}?{day}" if sees else None,
        "entry_url": _entry_url(actor, shelf), "empty": {"reason": reason},
    }  # fmt: skip


def _entry_url(actor: Actor, shelf: Shelf) -> str | None:
    if shelf is Shelf.INCOMING:
        return reverse("registers:tray") if actor.may(Capability.REGISTER_INCOMING) else None
    return reverse("letters:new") if actor.may(Capability.DRAFT) else None


def _tabs(current: Shelf, *, sees: bool) -> list[dict[str, Any]]:
    tabs: list[dict[str, Any]] = [
        {"label": label, "url": reverse(ROUTES[shelf]), "count": None, "current": shelf is current}
        for shelf, label in headings().items()
    ]
    if sees:
        confidential = RegisterKind.CONFIDENTIAL.label
        tabs.append({"label": confidential, "url": reverse("registers:confidential"), "count": None, "current": False})
    return tabs


@access("capability:work_items|see_registers")
@require_GET
def export(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """The filtered book as CSV; that it left the system is audited."""
    actor, asked = actor_of_request(request), asked_of(request)
    rows, goes_on = every_row(actor, shelf, Asked(asked.query, asked.day), most=MOST_EXPORTED)
    most = in_readers_digits(request, MOST_EXPORTED)
    note = _("The newest %(n)s rows; narrow the filter for older ones.") % {"n": most} if goes_on else ""
    detail = {"book": str(shelf), "rows": len(rows), "day": asked.day.isoformat() if asked.day else ""}
    record(actor, act="registers.book-exported", object_kind="register", detail=detail)
    data = as_csv(rows, incoming=shelf is Shelf.INCOMING, note=note)
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{shelf}-{clock.today().isoformat()}.csv"'
    return response


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks of a book; what cannot be read is as if it were not there."""
    try:
        day = within_the_books(date.fromisoformat(request.GET.get("day", "")))
    except ValueError:
        day = None
    start = place_from(request.GET.get("cursor", ""), request.GET.get("below", ""))
    return Asked(request.GET.get("q", "").strip(), day, start)


def _filter(asked: Asked) -> str:
    return urlencode({"q": asked.query, "day": asked.day.isoformat() if asked.day else ""})


def _more_url(shelf: Shelf, asked: Asked, after: Place | None) -> str | None:
    if after is None:
        return None
    place = urlencode({"cursor": after.cursor, "below": f"{after.year}-{after.below}"})
    return f"{reverse(ROUTES[shelf])}?{_filter(asked)}&{place}"
