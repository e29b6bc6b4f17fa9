# SPDX-License-Identifier: EUPL-1.2
"""Choices from the directory while one types, as rows of a combobox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import SIGNED_IN, access, actor_of_request
from mukatabat.directory import queries as directory
from mukatabat.directory.errors import NotAddressable
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.language import spoken
from mukatabat.letters.choices import body_options, referral_groups, unit_options

LONGEST = 80
MOST = 20


@access(SIGNED_IN)
@require_GET
def bodies(request: HttpRequest) -> HttpResponse:
    """Bodies that may be addressed, best first; with few left their posts as well (`directory/options.html`)."""
    return _options(request, body_options(actor_of_request(request), _typed(request)))


@access(SIGNED_IN)
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Units of the own body."""
    return _options(request, unit_options(actor_of_request(request), _typed(request)))


@access(SIGNED_IN)
@require_GET
def posts(request: HttpRequest, body_id: UUID) -> HttpResponse:
    """The posts of a body to which outsiders may write, the highest first."""
    try:
        body = directory.require_addressable(body_id, realm=actor_of_request(request).realm)
    except NotAddressable:
        raise NotFoundOrForbidden from None
    found = [
        {"value": f"{body.id}.{post.id}", "label": spoken(post.ar, post.en)}
        for post in directory.addressable_posts(body.id)
    ]
    return _options(request, [one for one in found if _answers(one["label"], _typed(request))])


@access(SIGNED_IN)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Units and people of the own body, as a referral names them."""
    groups = referral_groups(actor_of_request(request))
    found = {
        choice["value"]: {"value": choice["value"], "label": choice["name"], "detail": choice["post"]}
        for group in groups
        for choice in group["choices"]
    }
    typed = _typed(request)
    return _options(request, [one for one in found.values() if _answers(f"{one['label']} {one['detail']}", typed)])


def _typed(request: HttpRequest) -> str:
    return request.GET.get("q", "")[:LONGEST]


def _answers(name: str, typed: str) -> bool:
    folded = fold(name)
    return all(word in folded for word in fold(typed).split())


def _options(request: HttpRequest, options: list[Any]) -> HttpResponse:
    field = request.GET.get("for", "")
    context = {"options": options[:MOST], "query": _typed(request), "field": field if field.isidentifier() else "to"}
    return render(request, "directory/options.html", context)
