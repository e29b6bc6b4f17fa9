# SPDX-License-Identifier: EUPL-1.2
"""How long each step takes, beside what it took on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.reader import in_readers_digits
from mukatabat.access.rules import Capability
from mukatabat.work import actions, queries
from mukatabat.work.forms import BaselineForm
from mukatabat.work.queries import StepReport
from mukatabat.work.texts import STEPS, length

PERIODS = (7, 30, 90, 365)


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
