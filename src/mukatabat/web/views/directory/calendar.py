# SPDX-License-Identifier: EUPL-1.2
"""The Hijri calendar for the central operator: what was announced, and the proposal of a month's beginning."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory import actions
from mukatabat.directory import queries as shared
from mukatabat.directory.actions import AnnounceMonth
from mukatabat.directory.errors import NoSuchHijriMonth
from mukatabat.directory.models import HijriAdjustment
from mukatabat.directory.queries import administration
from mukatabat.directory.vocabulary import ChangeKind
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import hijri, month_begins, month_name, shift_of, weekday
from mukatabat.kernel.days import written
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.language import spoken
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import MonthForm
from mukatabat.web.views.directory.frame import administration_tabs

OPERATE = "capability:operate"
_DAY = timedelta(days=1)


@access(OPERATE)
@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """The months that may be announced now, and what was announced before (`directory/months.html`)."""
    actor = actor_of_request(request)
    announced = shared.months_announced(actor)
    shifts = [(one.valid_from, one.days) for one in announced]
    own = {one.valid_from: one for one in announced}
    waiting = {
        (one.content["year"], one.content["month"]): one.pk
        for one in administration.changes_waiting(actor) if one.kind == ChangeKind.CALENDAR
    }  # fmt: skip
    coming = [_row(year, month, shifts=shifts, own=own) for year, month in shared.months_offered(clock.today())]
    context = {
        "coming": [row | {"waiting": waiting.get((row["year"], row["month"]))} for row in coming],
        "past": [_past(one) for one in announced if one.valid_from not in {row["table"] for row in coming}],
        "tabs": administration_tabs(actor, "directory:months"),
    }  # fmt: skip
    return render(request, "directory/months.html", context)


def _row(year: int, month: int, *, shifts: list[tuple[Any, int]], own: dict[Any, HijriAdjustment]) -> dict[str, Any]:
    table = month_begins(year, month)
    days = shift_of(table, shifts)
    said = own.get(table)
    return {
        "year": year, "month": month, "name": month_name(year, month), "table": table, "begins": table - days * _DAY,
        "days": days, "said": said.announcement if said else "", "url": reverse("directory:month", args=[year, month]),
    }  # fmt: skip


def _past(one: HijriAdjustment) -> dict[str, Any]:
    moon = hijri(one.valid_from)
    return {
        "name": month_name(moon.year, moon.month), "table": one.valid_from, "begins": one.valid_from - one.days * _DAY,
        "said": one.announcement,
    }  # fmt: skip


@access(OPERATE)
@require_http_methods(["GET", "POST"])
def month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show which dates a month's beginning moves; POST `act` "propose" hands it to a second person."""
    actor = actor_of_request(request)
    if (year, month) not in shared.months_offered(clock.today()):
        raise NoSuchHijriMonth
    form = MonthForm(request.POST or None, choices={"days": _beginnings(year, month)})
    status, moved = 200, None
    if request.method == "POST":
        if form.is_valid():
            days = int(form.cleaned_data["days"])
            try:
                if request.POST.get("act") == "propose":
                    return _proposed(
                        request, AnnounceMonth(year=year, month=month, **form.cleaned_data | {"days": days})
                    )
            except MukatabatError as error:
                form.add_error(None, f"{error.happened} {error.do}")
                status = error.http_status
            moved = shared.dates_moved(actor.realm, year, month, days)
        else:
            status = 400
    context = _page(actor, year, month) | {"form": form, "moved": moved}
    return render(request, "directory/month.html", context, status=status)


def _proposed(request: HttpRequest, command: AnnounceMonth) -> HttpResponse:
    actions.propose_month(actor_of_request(request), command)
    messages.success(request, _("Proposed. It waits for a second person."))
    return redirect("directory:months")


def _page(actor: Actor, year: int, month: int) -> dict[str, Any]:
    return {
        "title": month_name(year, month), "back": {"url": reverse("directory:months")},
        "tabs": administration_tabs(actor, "directory:months"),
    }  # fmt: skip


def _beginnings(year: int, month: int) -> list[tuple[str, str]]:
    """What the operator chooses between: the Gregorian day on which the month begins, in words."""
    table = month_begins(year, month)
    words = (("1", _("a day before the table")), ("0", _("as in the table")), ("-1", _("a day after the table")))
    language = spoken("ar", "en")
    return [
        (days, f"{weekday(day, language)} {written(day, language)} — {word}")
        for days, word in words
        for day in [table - int(days) * _DAY]
    ]
