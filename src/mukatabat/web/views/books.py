# SPDX-License-Identifier: EUPL-1.2
"""The incoming, outgoing and memo books as pages, as more rows by htmx, and as a table for a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.rules import Shelf
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.press.dates import gregorian_text
from mukatabat.registers.actions import drop_view, keep_view, keep_widths
from mukatabat.registers.models import BookView
from mukatabat.registers.printing import list_sheet, look_of, print_sealed
from mukatabat.registers.queries import views_of
from mukatabat.registers.rules import COLUMNS, FIXED, ViewCommand, sound_columns
from mukatabat.registers.views.books import BOOK_NAMES, within_the_books
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web.books import REGISTER_OF, Asked, Place, every_row, page_of, place_from
from mukatabat.web.export import as_csv, as_register_rows

MOST_EXPORTED = 5000
MOST_PRINTED = 1000
LABELS: dict[str, str | Promise] = {
    "serial": gettext_lazy("Serial"), "at": gettext_lazy("Received"), "from": gettext_lazy("From"),
    "theirs": gettext_lazy("Their reference"), "subject": gettext_lazy("Subject"), "secrecy": gettext_lazy("Secrecy"),
    "urgency": gettext_lazy("Importance"), "referred": gettext_lazy("Referred to"), "due": gettext_lazy("Due"),
    "status": gettext_lazy("Status"), "ours": gettext_lazy("Reference"), "to": gettext_lazy("To"),
    "answered": gettext_lazy("Answered on"),
}  # fmt: skip
OUTGOING_LABELS = LABELS | {"at": gettext_lazy("Issued on"), "status": gettext_lazy("Delivery")}
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
    """One page of a book, newest first: as a page, as its table while the filter is typed, or as more rows.

    The templates are `registers/list.html`, `_book.html` and `rows.html`, the last two by htmx.
    """
    actor = actor_of_request(request)
    with reading(actor):
        seen = reading_of(request, actor, shelf)
        page = page_of(actor, shelf, seen.asked)
        context: dict[str, Any] = {
            "kind": BOOK_NAMES[REGISTER_OF[shelf]], "entries": page.rows, "heads": heads_of(shelf, seen.columns),
            "more_url": _more_url(shelf, seen, page.after),
        }  # fmt: skip
        if request.headers.get("HX-Request") == "true" and seen.asked.start is not None:
            return render(request, "registers/rows.html", context)
        table = request.headers.get("HX-Target") == "book"
        template = "registers/_book.html" if table else "registers/list.html"
        return render(request, template, context | _frame(actor, shelf, seen))


def heads_of(shelf: Shelf, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The heads of the shown columns, with their names in the reader's language."""
    labels = LABELS if shelf is Shelf.INCOMING else OUTGOING_LABELS
    return [{"code": code, "label": labels[code]} for code in columns]


def _frame(actor: Actor, shelf: Shelf, seen: Reading) -> dict[str, Any]:
    asked, sees, kind = seen.asked, actor.may(Capability.SEE_REGISTERS), REGISTER_OF[shelf]
    day = urlencode({"book": str(kind), "day": (asked.day or clock.today()).isoformat()})
    return {
        "heading": headings()[shelf], "today": clock.today(), "query": asked.query, "day": asked.day,
        "sees_confidential": sees, "csv_url": f"{reverse(EXPORTS[shelf])}?{_filter(seen)}",
        "pdf_url": f"{reverse(EXPORTS[shelf])}?{_filter(seen)}&as=pdf", "book_url": reverse(ROUTES[shelf]),
        "day_url": f"{reverse('registers:day')}?{day}" if sees else None,
        "entry_url": _entry_url(actor, shelf), "empty": _empty(shelf, asked), "views": _views(shelf, seen),
        "widths": json.dumps(seen.widths), "widths_url": reverse("web:widths", args=[shelf]),
    }  # fmt: skip


def _empty(shelf: Shelf, asked: Asked) -> dict[str, str]:
    """What an empty list says: that the day brought nothing, or that the filter lets nothing through."""
    if asked.day is not None and not asked.query:
        today = _("Nothing came in today.") if shelf is Shelf.INCOMING else _("Nothing went out today.")
        return {"title": today if asked.day == clock.today() else _("Nothing was registered on this day.")}
    filtered = bool(asked.query or asked.day)
    reason = _("Only what you may see is listed; take the filter off to see all of it.") if filtered else ""
    return {"reason": reason}


def _views(shelf: Shelf, seen: Reading) -> dict[str, Any]:
    url, known = reverse(ROUTES[shelf]), COLUMNS[shelf]
    saved = [
        {
            "name": one.name, "url": f"{url}?{urlencode({'view': str(one.id)})}", "current": one.id == seen.view_id,
            "is_default": one.is_default, "drop_url": reverse("web:drop_view", args=[shelf, one.id]),
        }
        for one in seen.saved
    ]  # fmt: skip
    return {
        "saved": saved, "all_url": f"{url}?all=1", "current": str(seen.view_id) if seen.view_id else "",
        "keep_url": reverse("web:keep_view", args=[shelf]), "query": seen.asked.query,
        "name": next((one.name for one in seen.saved if one.id == seen.view_id), ""),
        "columns": [
            head | {"shown": head["code"] in seen.columns, "fixed": head["code"] in FIXED}
            for head in heads_of(shelf, known)
        ],
    }  # fmt: skip


def _entry_url(actor: Actor, shelf: Shelf) -> str | None:
    if shelf is Shelf.INCOMING:
        return reverse("registers:tray") if actor.may(Capability.REGISTER_INCOMING) else None
    return reverse("letters:new") if actor.may(Capability.DRAFT) else None


@access("capability:work_items|see_registers")
@require_GET
def export(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """The filtered book as CSV, or with ``as=pdf`` printed; that it left the system is audited."""
    actor, printed = actor_of_request(request), request.GET.get("as") == "pdf"
    with reading(actor):
        asked = replace(reading_of(request, actor, shelf).asked, start=None)
    most = MOST_PRINTED if printed else MOST_EXPORTED
    rows, goes_on = every_row(actor, shelf, asked, most=most)
    detail = {
        "book": str(shelf), "rows": len(rows), "day": asked.day.isoformat() if asked.day else "",
        "form": "pdf" if printed else "csv",
    }  # fmt: skip
    record(actor, act="registers.book-exported", object_kind="register", detail=detail)
    name = f"{shelf}-{clock.today().isoformat()}"
    if printed:
        response = HttpResponse(_printed(actor, shelf, asked, rows), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
        return response
    shown = in_readers_digits(request, most)
    note = _("The newest %(n)s rows; narrow the filter for older ones.") % {"n": shown} if goes_on else ""
    data = as_csv(rows, incoming=shelf is Shelf.INCOMING, note=note)
    response = HttpResponse(data, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _printed(actor: Actor, shelf: Shelf, asked: Asked, rows: Sequence[dict[str, Any]]) -> bytes:
    with reading(actor):
        body = Body.objects.get(id=actor.body_id)
    day = asked.day or clock.today()
    of_day = gregorian_text(asked.day, "ar", look_of(body).digits) if asked.day else ""
    said = "، ".join(part for part in (asked.query, of_day) if part)
    return print_sealed(actor, list_sheet(
        body, REGISTER_OF[shelf], day=day, rows=as_register_rows(rows), listed=said or "الكل", drawn_at=clock.now()
    ))  # fmt: skip


# ── how a person reads a book ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What of a book is shown and how: the filter, the columns and their widths, and the saved views."""

    asked: Asked
    columns: tuple[str, ...]
    widths: dict[str, int]
    saved: tuple[BookView, ...]
    view_id: UUID | None = None


def reading_of(request: HttpRequest, actor: Actor, shelf: Shelf) -> Reading:
    """How this person reads the book: the address says it, a view fills in what it does not say.

    Opened without any word, the book shows the person's default view.
    """
    asked, known = asked_of(request), views_of(actor, str(shelf))
    saved = tuple(one for one in known if one.name)
    widths: dict[str, int] = next((one.widths for one in known if not one.name), {})
    named = request.GET.get("view", "")
    view = next((one for one in saved if str(one.id) == named), None)
    if view is None and not request.GET:
        view = next((one for one in saved if one.is_default), None)
    if view is None:
        return Reading(asked=asked, columns=COLUMNS[shelf], widths=widths, saved=saved)
    if "q" not in request.GET:
        asked = replace(asked, query=view.query)
    columns = sound_columns(str(shelf), view.columns)
    return Reading(asked=asked, columns=columns, widths=widths, saved=saved, view_id=view.id)


@access("capability:work_items|see_registers")
@require_POST
def widths(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """Keep how wide the columns are on this person's screens."""
    try:
        said = json.loads(request.POST.get("widths", "")[:2000])
    except ValueError:
        said = {}
    keep_widths(actor_of_request(request), str(shelf), said)
    return HttpResponse(status=204)


@access("capability:work_items|see_registers")
@require_POST
def save_view(request: HttpRequest, shelf: Shelf) -> HttpResponse:
    """Keep the filter and the chosen columns under a name."""
    command = ViewCommand(
        book=str(shelf), name=request.POST.get("name", ""), query=request.POST.get("q", ""),
        columns=tuple(request.POST.getlist("column")), is_default=request.POST.get("default") == "yes",
    )  # fmt: skip
    try:
        kept = keep_view(actor_of_request(request), command)
    except MukatabatError as error:
        messages.warning(request, f"{error.happened} {error.safe} {error.do}")
        return redirect(f"{reverse(ROUTES[shelf])}?all=1")
    messages.success(request, _("The view was saved."))
    return redirect(f"{reverse(ROUTES[shelf])}?{urlencode({'view': str(kept.id)})}")


@access("capability:work_items|see_registers")
@require_POST
def forget_view(request: HttpRequest, shelf: Shelf, view_id: UUID) -> HttpResponse:
    """Delete one of the person's own views."""
    drop_view(actor_of_request(request), str(shelf), view_id)
    messages.success(request, _("The view was deleted."))
    return redirect(f"{reverse(ROUTES[shelf])}?all=1")


def asked_of(request: HttpRequest) -> Asked:
    """What the address asks of a book; what cannot be read is as if it were not there."""
    try:
        day = within_the_books(date.fromisoformat(request.GET.get("day", "")))
    except ValueError:
        day = None
    start = place_from(request.GET.get("cursor", ""), request.GET.get("below", ""))
    return Asked(request.GET.get("q", "").strip(), day, start)


def _filter(seen: Reading) -> str:
    day = seen.asked.day.isoformat() if seen.asked.day else ""
    view = {"view": str(seen.view_id)} if seen.view_id else {}
    return urlencode({"q": seen.asked.query, "day": day, **view})


def _more_url(shelf: Shelf, seen: Reading, after: Place | None) -> str | None:
    if after is None:
        return None
    place = urlencode({"cursor": after.cursor, "below": f"{after.year}-{after.below}"})
    return f"{reverse(ROUTES[shelf])}?{_filter(seen)}&{place}"
