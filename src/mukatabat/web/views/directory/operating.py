# SPDX-License-Identifier: EUPL-1.2
"""The central operator's pages: the bodies of the directory, and the State's holidays."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory import actions
from mukatabat.directory import queries as shared
from mukatabat.directory.actions import AddBody, AddHoliday, CloseBody, RenameBody
from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Holiday
from mukatabat.directory.queries import administration as queries
from mukatabat.directory.rules import BodyKind, BodyLabel, Channel, match_strength
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import spoken
from mukatabat.kernel.vocabulary import Realm
from mukatabat.web.forms import BodyForm, CloseForm, HolidayForm, NothingForm, RenameForm
from mukatabat.web.views.directory.frame import administration_tabs
from mukatabat.web.views.directory.pages import FormPage, answer

OPERATE = "capability:operate"
_form = require_http_methods(["GET", "POST"])


@access(OPERATE)
@require_GET
def bodies(request: HttpRequest) -> HttpResponse:
    """The bodies of the realm with what may be done to them (`directory/bodies.html`)."""
    actor, query = actor_of_request(request), request.GET.get("q", "").strip()[:120]
    rows = [
        {
            "name": spoken(name.ar, name.en), "code": name.body.code, "kind": BodyKind(name.body.kind).label,
            "channel": Channel(name.body.channel).label, "id": name.body_id, "since": name.body.valid_from,
        }
        for name in shared.bodies_in_order(actor.realm)
        if not query or match_strength(
            BodyLabel(id=name.body_id, code=name.body.code, realm=actor.realm, ar=name.ar, en=name.en), query
        )
    ]  # fmt: skip
    context = {"rows": rows, "query": query, "tabs": administration_tabs(actor, "directory:bodies")}
    return render(request, "directory/bodies.html", context)


@access(OPERATE)
@_form
def add(request: HttpRequest) -> HttpResponse:
    """Add a body with its registry."""
    actor = actor_of_request(request)

    def perform(said: dict[str, Any]) -> str:
        kind, channel = BodyKind(said.pop("kind")), Channel(said.pop("channel"))
        actions.add_body(actor, AddBody(**said, kind=kind, channel=channel, realm=Realm(actor.realm)))
        return _("The body was added.")

    page = FormPage(
        title=_("Add a body"), label=_("Add"), icon="plus", back=reverse("directory:bodies"), perform=perform
    )  # fmt: skip
    return answer(request, BodyForm(request.POST or None, initial={"kind": "authority"}), page)


def _fact_of(body_id: UUID, realm: str) -> list[dict[str, Any]]:
    shared.listed_body(body_id, realm)
    label = shared.body_names([body_id])[body_id]
    return [fact(_("Body"), spoken(label.ar, label.en), "name")]


@access(OPERATE)
@_form
def rename(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """Give a body new names from a day on."""
    actor = actor_of_request(request)
    facts = _fact_of(body_id, actor.realm)

    def perform(said: dict[str, Any]) -> str:
        actions.rename_body(actor, RenameBody(body_id=body_id, **said))
        return _("The body was renamed; older letters keep the name of their day.")

    page = FormPage(
        title=_("Rename a body"), label=_("Rename"), icon="pen-line", back=reverse("directory:bodies"),
        perform=perform, facts=facts,
    )  # fmt: skip
    return answer(request, RenameForm(request.POST or None), page)


@access(OPERATE)
@_form
def close(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """Give a body its last day."""
    actor = actor_of_request(request)
    facts = _fact_of(body_id, actor.realm)

    def perform(said: dict[str, Any]) -> str:
        actions.close_body(actor, CloseBody(body_id=body_id, **said))
        return _("The body ends on that day; its letters remain.")

    page = FormPage(
        title=_("Close a body"), label=_("Close"), icon="circle-slash", danger=True, back=reverse("directory:bodies"),
        perform=perform, facts=facts,
    )  # fmt: skip
    return answer(request, CloseForm(request.POST or None), page)


@access(OPERATE)
@require_GET
def holidays(request: HttpRequest) -> HttpResponse:
    """The announced holidays of the realm (`directory/holidays.html`)."""
    actor = actor_of_request(request)
    rows = [
        {"id": one.pk, "on": one.on, "name": spoken(one.ar, one.en)} for one in queries.announced_holidays(actor.realm)
    ]  # fmt: skip
    context = {"rows": rows, "today": clock.today(), "tabs": administration_tabs(actor, "directory:holidays")}
    return render(request, "directory/holidays.html", context)


@access(OPERATE)
@_form
def add_holiday(request: HttpRequest) -> HttpResponse:
    """Enter a holiday; whatever counts working days counts with it from then on."""
    actor = actor_of_request(request)

    def perform(said: dict[str, Any]) -> str:
        actions.add_holiday(actor, AddHoliday(**said))
        return _("The holiday was entered.")

    page = FormPage(
        title=_("Enter a holiday"), label=_("Enter a holiday"), icon="calendar", back=reverse("directory:holidays"),
        perform=perform, text=_("Due dates that are set from now on leave this day out."),
    )  # fmt: skip
    return answer(request, HolidayForm(request.POST or None), page)


@access(OPERATE)
@_form
def withdraw_holiday(request: HttpRequest, holiday_id: UUID) -> HttpResponse:
    """Take an announced holiday back."""
    actor = actor_of_request(request)
    found = Holiday.objects.filter(pk=holiday_id, realm=actor.realm).first()
    if found is None:
        raise NotInDirectory

    def perform(_said: dict[str, Any]) -> str:
        actions.withdraw_holiday(actor, holiday_id)
        return _("The holiday was withdrawn.")

    facts: list[dict[str, Any]] = [
        fact(_("Day"), found.on, "date"),
        fact(_("Name"), spoken(found.ar, found.en), "name"),
    ]  # fmt: skip
    page = FormPage(
        title=_("Withdraw a holiday"), label=_("Withdraw"), icon="undo-2", danger=True, perform=perform, facts=facts,
        back=reverse("directory:holidays"),
    )  # fmt: skip
    return answer(request, NothingForm(request.POST if request.method == "POST" else None), page)
