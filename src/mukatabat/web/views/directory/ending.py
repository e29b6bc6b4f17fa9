# SPDX-License-Identifier: EUPL-1.2
"""The end of a unit or a post: what still depends on it stands on the page, and stands in the way until it is moved."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.access.grants.rules import Grantee
from mukatabat.directory.actions import EndPost, EndUnit
from mukatabat.directory.queries import depending as queries
from mukatabat.directory.vocabulary import MandateKind
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.kernel.language import spoken
from mukatabat.letters.actions import ending
from mukatabat.web.forms import LastDayForm
from mukatabat.web.views.directory.pages import FormPage, answer

ADMINISTER = "capability:administer_body"
_form = require_http_methods(["GET", "POST"])


@access(ADMINISTER)
@_form
def unit(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Give a unit its last day; units and posts under it and open work in its tray are shown, and refuse it."""
    actor = actor_of_request(request)
    ended = queries.access_unit(actor, unit_id)
    today = clock.today()
    facts = [
        fact(_("Unit"), spoken(ended.ar, ended.en), "name"),
        *(fact(_("Unit under it"), spoken(one.ar, one.en), "name") for one in queries.units_under(ended, today)),
        *(fact(_("Post in it"), spoken(one.ar, one.en), "name") for one in queries.posts_in(ended, today)),
    ]
    waiting = ending.open_items(actor, Grantee.unit(unit_id))

    def perform(said: dict[str, Any]) -> str:
        ending.end_unit(actor, EndUnit(unit_id=unit_id, last_day=said["last_day"]))
        return _("The unit ends on that day.")

    page = FormPage(
        title=_("End a unit"), label=_("End"), icon="circle-slash", danger=True, perform=perform,
        back=reverse("directory:structure"), facts=[*facts, _count(waiting)],
        text=_told(len(facts) > 1 or waiting > 0),
    )  # fmt: skip
    return answer(request, LastDayForm(request.POST or None), page)


@access(ADMINISTER)
@_form
def post(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Give a post its last day; its holders, mandates on its power and open work are shown, and refuse it."""
    actor = actor_of_request(request)
    ended = queries.access_post(actor, post_id)
    today = clock.today()
    facts = [
        fact(_("Post"), spoken(ended.ar, ended.en), "name"),
        fact(_("Unit"), spoken(ended.unit.ar, ended.unit.en), "name"),
    ]
    held = [
        fact(_("Held by"), spoken(one.person.ar, one.person.en), "name") for one in queries.holders_after(ended, today)
    ]
    held.extend(
        fact(str(MandateKind(one.kind).label), spoken(one.person.ar, one.person.en), "name")
        for one in queries.mandates_after(ended, today)
    )
    waiting = ending.open_items(actor, Grantee.post(post_id)) + ending.steps_before(actor, post_id)

    def perform(said: dict[str, Any]) -> str:
        ending.end_post(actor, EndPost(post_id=post_id, last_day=said["last_day"]))
        return _("The post ends on that day.")

    page = FormPage(
        title=_("End a post"), label=_("End"), icon="circle-slash", danger=True, perform=perform,
        back=reverse("directory:structure"), facts=[*facts, *held, _count(waiting)],
        text=_told(bool(held) or waiting > 0),
    )  # fmt: skip
    return answer(request, LastDayForm(request.POST or None), page)


def _count(waiting: int) -> dict[str, Any]:
    return fact(_("Letters waiting there"), waiting, "number")


def _told(depends: bool) -> str:
    """The sentence above the facts."""
    if depends:
        return _("What is listed here still depends on it. Move or end it first; the last day is refused until then.")
    return _("Nothing depends on it. Past letters keep its name.")
