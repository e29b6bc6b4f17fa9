# SPDX-License-Identifier: EUPL-1.2
"""Leave on screen: one's own, that of the people one leads, and for an administrator anyone's of the body."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access import actions as leaving
from mukatabat.access.decisions import SIGNED_IN, access, actor_of_request
from mukatabat.access.queries import deputies
from mukatabat.access.rules import Capability
from mukatabat.directory import actions
from mukatabat.directory.actions import EndAbsence, RecordAbsence
from mukatabat.directory.models import Absence, Person
from mukatabat.directory.queries import absences as queries
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import spoken
from mukatabat.tenancy.rules import Actor
from mukatabat.web.forms import AbsenceForm, ReturnForm
from mukatabat.web.views.directory.pages import FormPage, answer
from mukatabat.web.views.directory.people import named, person_url

_form = require_http_methods(["GET", "POST"])


@access(SIGNED_IN)
@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """One's own leave, and that of the people one leads, from today on (`directory/leave.html`)."""
    actor = actor_of_request(request)
    led = queries.people_led(actor)
    standing = queries.absences_standing([actor.person, *(one.pk for one in led)])
    own = standing.get(actor.person, [])
    today = clock.today()
    context = {
        "own_id": actor.person, "own": own, "today": today,
        "now": next((one for one in own if one.starts <= today), None),
        "led": [{"id": one.pk, "name": spoken(one.ar, one.en), "absences": standing.get(one.pk, [])} for one in led],
    }  # fmt: skip
    return render(request, "directory/leave.html", context)


@access(SIGNED_IN)
@_form
def absence(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record that a person is away."""
    actor = actor_of_request(request)
    shown = queries.access_absent(actor, person_id)

    def perform(said: dict[str, Any]) -> str:
        deputy = said.pop("deputy")
        command = RecordAbsence(person_id=person_id, deputy_id=UUID(deputy) if deputy else None, **said)
        leaving.record_absence(actor, command)
        return _("The leave was recorded.")

    others = [(str(one.pk), spoken(one.ar, one.en)) for one in deputies(actor.body_id, person_id)]
    form = AbsenceForm(request.POST or None, choices={"deputy": [("", "—"), *others]})
    page = FormPage(
        title=_("Record a leave"), label=_("Record a leave"), icon="calendar", back=_back(actor, shown),
        perform=perform, facts=named(shown),
        text=_("The deputy sees the tray of the person who is away; only who signs in and holds a post can be one. "
               "The power to sign moves to nobody."),
    )  # fmt: skip
    return answer(request, form, page)


@access(SIGNED_IN)
@_form
def end(request: HttpRequest, absence_id: UUID) -> HttpResponse:
    """Say on which day a person is back at work; a leave that would not begin is withdrawn."""
    actor = actor_of_request(request)
    found = queries.access_absence(actor, absence_id)

    def perform(said: dict[str, Any]) -> str:
        ended = actions.end_absence(actor, EndAbsence(absence_id=absence_id, back_on=said["back_on"]))
        return _("The leave was withdrawn.") if ended.withdrawn_at else _("The leave ends before that day.")

    page = FormPage(
        title=_("End the leave"), label=_("End the leave"), icon="undo-2", back=_back(actor, found.person),
        perform=perform, facts=[*named(found.person), *_period(found)],
        text=_("From that day on the deputy no longer sees the tray, and the person signs again."),
    )  # fmt: skip
    return answer(request, ReturnForm(request.POST or None), page)


def _back(actor: Actor, person: Person) -> str:
    cares = actor.may(Capability.ADMINISTER_BODY) and person.pk != actor.person_id
    return person_url(person.pk) if cares else reverse("directory:leave")


def _period(found: Absence) -> list[dict[str, Any]]:
    facts: list[dict[str, Any]] = [
        fact(_("First day"), found.starts, "date"),
        fact(_("Last day"), found.ends, "date"),
    ]  # fmt: skip
    if found.deputy:
        deputy = spoken(found.deputy.ar, found.deputy.en)
        facts.append(fact(_("Deputy"), deputy, "name"))
    return facts
