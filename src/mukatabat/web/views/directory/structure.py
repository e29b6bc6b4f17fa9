# SPDX-License-Identifier: EUPL-1.2
"""Units and posts of the own body, and what the body says of itself."""

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
from mukatabat.directory.actions import AddPost, AddUnit, StateParticulars
from mukatabat.directory.queries import administration as queries
from mukatabat.directory.rules import Honorific, LetterDigits, Level, PostRole, UnitKind
from mukatabat.kernel.language import spoken
from mukatabat.web.forms import PostForm, SettingsForm, UnitForm
from mukatabat.web.views.directory.frame import administration_tabs
from mukatabat.web.views.directory.pages import FormPage, answer

ADMINISTER = "capability:administer_body"
_form = require_http_methods(["GET", "POST"])


@access(ADMINISTER)
@require_GET
def structure(request: HttpRequest) -> HttpResponse:
    """The units of the own body in their order, each with its posts (`directory/structure.html`)."""
    actor = actor_of_request(request)
    posts: dict[UUID, list[dict[str, Any]]] = {}
    for post in queries.open_posts(actor.body_id):
        posts.setdefault(post.unit_id, []).append(
            {
                "id": post.pk,
                "name": spoken(post.ar, post.en),
                "role": PostRole(post.role).label,
                "receives": post.receives_letters,
                "until": post.valid_to,
            }
        )
    units = [
        {
            "id": unit.pk, "name": spoken(unit.ar, unit.en), "code": unit.code, "kind": UnitKind(unit.kind).label,
            "registry": unit.is_registry, "posts": posts.get(unit.pk, []), "until": unit.valid_to,
        }
        for unit in queries.open_units(actor.body_id)
    ]  # fmt: skip
    return render(
        request, "directory/structure.html",
        {"units": units, "tabs": administration_tabs(actor, "directory:structure")},
    )  # fmt: skip


@access(ADMINISTER)
@_form
def add_unit(request: HttpRequest) -> HttpResponse:
    """Add a unit to the own body."""
    actor = actor_of_request(request)

    def perform(said: dict[str, Any]) -> str:
        parent = said.pop("parent")
        kind = UnitKind(said.pop("kind"))
        actions.add_unit(actor, AddUnit(**said, kind=kind, parent_id=UUID(parent) if parent else None))
        return _("The unit was added.")

    units = [(str(unit.pk), spoken(unit.ar, unit.en)) for unit in queries.open_units(actor.body_id)]
    form = UnitForm(request.POST or None, choices={"parent": [("", "—"), *units]})
    page = FormPage(
        title=_("Add a unit"), label=_("Add"), icon="plus", back=reverse("directory:structure"), perform=perform
    )  # fmt: skip
    return answer(request, form, page)


@access(ADMINISTER)
@_form
def add_post(request: HttpRequest) -> HttpResponse:
    """Add a post to a unit of the own body; whoever holds it later is another act."""
    actor = actor_of_request(request)

    def perform(said: dict[str, Any]) -> str:
        command = AddPost(
            unit_id=UUID(said["unit"]), ar=said["ar"], en=said["en"], role=PostRole(said["role"]),
            honorific=Honorific(said["honorific"]), level=Level(int(said["level"])),
            receives_letters=said["receives_letters"], valid_from=said["valid_from"],
        )  # fmt: skip
        actions.add_post(actor, command)
        return _("The post was added.")

    units = [(str(unit.pk), spoken(unit.ar, unit.en)) for unit in queries.open_units(actor.body_id)]
    page = FormPage(
        title=_("Add a post"), label=_("Add"), icon="plus", back=reverse("directory:structure"), perform=perform
    )  # fmt: skip
    return answer(request, PostForm(request.POST or None, choices={"unit": units}), page)


@access(ADMINISTER)
@_form
def particulars(request: HttpRequest) -> HttpResponse:
    """Letterhead, digits, and the registry's hours and contact of the own body."""
    actor = actor_of_request(request)
    body = shared.body(actor.body_id)

    def perform(said: dict[str, Any]) -> str:
        digits = LetterDigits(said.pop("letter_digits"))
        actions.state_particulars(actor, StateParticulars(**said, letter_digits=digits))
        return _("The particulars were saved; issued letters keep theirs.")

    initial = {
        "letterhead_ar": body.letterhead_ar, "letterhead_en": body.letterhead_en, "letter_digits": body.letter_digits,
        "phone": body.registry_phone, "email": body.registry_email, "opens": body.registry_opens,
        "closes": body.registry_closes,
    }  # fmt: skip
    page = FormPage(
        title=_("Particulars of the body"), label=_("Save"), back=reverse("directory:particulars"), perform=perform,
        text=_("They stand on every letter that is issued from now on, and in the directory."),
        tabs=administration_tabs(actor, "directory:particulars"),
    )  # fmt: skip
    return answer(request, SettingsForm(request.POST or None, initial=initial), page)
