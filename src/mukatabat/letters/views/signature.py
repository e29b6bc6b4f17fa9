# SPDX-License-Identifier: EUPL-1.2
"""The picture of one's signature: how it is given, how it looks, how it stands on a letter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory.models import Body, Post
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.letters.actions.pictures import set_picture, take_picture_away
from mukatabat.letters.queries.pictures import drawn_signature_of, picture_of
from mukatabat.letters.sheets import specimen_sheet
from mukatabat.press.actions import render_specimen
from mukatabat.press.drawn import MOST_OFFERED
from mukatabat.tenancy.rules import Actor

SIGN = "capability:sign"


class PictureForm(forms.Form):
    """A picture of a signature."""

    picture = forms.FileField(
        label=gettext_lazy("Picture of the signature"), widget=forms.FileInput(attrs={"accept": "image/png"})
    )


@access(SIGN)
@require_http_methods(["GET", "POST"])
def picture(request: HttpRequest) -> HttpResponse:
    """One's own picture and its place on a letter (`letters/signature.html`); POST takes a new one."""
    actor = actor_of_request(request)
    form = PictureForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                set_picture(actor, form.cleaned_data["picture"].read(MOST_OFFERED + 1))
            except MukatabatError as error:
                form.add_error("picture", f"{error.happened} {error.do}")
                status = error.http_status
            else:
                messages.success(request, gettext("The picture was kept. It stands on what you sign from now on."))
                return redirect("letters:signature")
    context: dict[str, Any] = {"form": form, "picture": picture_of(actor, actor.person), "own_id": actor.person}
    return render(request, "letters/signature.html", context, status=status)


@access(SIGN)
@require_GET
def shown(request: HttpRequest) -> HttpResponse:
    """One's own picture as PNG."""
    actor = actor_of_request(request)
    drawn = drawn_signature_of(actor, actor.person)
    if drawn is None:
        raise Http404
    return HttpResponse(drawn.data, content_type="image/png")


@access(SIGN)
@require_GET
def specimen(request: HttpRequest) -> HttpResponse:
    """A letter that is none, with one's picture where it will stand, as PNG."""
    actor = actor_of_request(request)
    drawn = drawn_signature_of(actor, actor.person)
    body = Body.objects.get(pk=actor.body_id)
    sheet = specimen_sheet(body, _office(actor), actor.name_ar, drawn=drawn is not None)
    return HttpResponse(render_specimen(sheet, drawn, at=clock.now()), content_type="image/png")


@access("capability:sign|administer_body")
@require_POST
def take_away(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take a picture away: one's own, or as an administrator anybody's of the body."""
    actor = actor_of_request(request)
    take_picture_away(actor, person_id)
    messages.success(request, gettext("The picture was taken away. Issued letters keep theirs."))
    return redirect("letters:signature") if actor.person_id == person_id else redirect("directory:person", person_id)


def _office(actor: Actor) -> str:
    post = Post.objects.filter(pk__in=actor.post_ids).order_by("level").first()
    return post.ar if post else ""
