# SPDX-License-Identifier: EUPL-1.2
"""Undoing the last step, and how long each step takes beside what it took on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.rules import Capability
from mukatabat.kernel.errors import MukatabatError
from mukatabat.work import actions, queries
from mukatabat.work.forms import BaselineForm
from mukatabat.work.queries import StepReport
from mukatabat.work.texts import STEPS, length
from mukatabat.work.undoing import Undoable, undo

PERIODS = (7, 30, 90, 365)
KEPT = "work_undo"
"""The session's key: the steps of the last act as `Undoable.as_dict` gives them."""


def offer_undo(request: HttpRequest, text: str, steps: Sequence[Undoable]) -> None:
    """Tell what was done, with a way back while the message stands; only the last act has one."""
    request.session[KEPT] = [one.as_dict() for one in steps]
    messages.success(request, text, extra_tags="undo")


@access("capability:work_items|refer")
@require_POST
def undo_last(request: HttpRequest) -> HttpResponse:
    """Undo the last act of this session, item by item, and go back to the page where it was told."""
    actor, kept = actor_of_request(request), request.session.pop(KEPT, [])
    refusals = dict[str, None]()
    for one in kept:
        try:
            undo(actor, Undoable.of(one))
        except MukatabatError as error:
            refusals[f"{error.happened} {error.safe} {error.do}"] = None
    for refusal in refusals:
        messages.warning(request, refusal)
    if kept and not refusals:
        messages.success(request, _("Undone."))
    place = request.POST.get("next", "")
    return redirect(place if url_has_allowed_host_and_scheme(place, allowed_hosts=None) else "work:queue")


@access("capability:review|approve|see_registers|administer_body")
@require_GET
def times(request: HttpRequest) -> HttpResponse:
    """The measured steps of the own body (`work/times.html`)."""
    return _page(request, BaselineForm(), status=200)


@access("capability:administer_body")
@require_POST
def baseline(request: HttpRequest) -> HttpResponse:
    """State how long a step took on paper; a refused form comes back with what was typed."""
    form = BaselineForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    actions.state_baseline(actor_of_request(request), form.baseline())
    messages.success(request, _("The paper baseline was saved."))
    return redirect("work:times")


def _page(request: HttpRequest, form: BaselineForm, *, status: int) -> HttpResponse:
    actor = actor_of_request(request)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(period) for period in PERIODS} else 30
    write = partial(in_readers_digits, request)
    periods = [(str(one), length(timedelta(days=one), write)) for one in PERIODS]
    context: dict[str, Any] = {
        "rows": [_row(report, write) for report in queries.cycle_times(actor, days=days)],
        "form": form if actor.may(Capability.ADMINISTER_BODY) else None,
        "filters": [{"name": "days", "label": _("Period"), "value": str(days), "choices": periods}],
    }
    return render(request, "work/times.html", context, status=status)


def _row(report: StepReport, write: Callable[[str], str]) -> dict[str, Any]:
    """``shorter`` is by how many per cent the median lies under the paper baseline, where it does."""
    shorter = None
    if report.paper and report.median is not None and report.median < report.paper:
        shorter = round(100 * (1 - report.median / report.paper))
    return {
        "step": STEPS[report.step], "count": report.count, "median": length(report.median, write),
        "p90": length(report.p90, write), "paper": length(report.paper, write), "shorter": shorter,
    }  # fmt: skip
