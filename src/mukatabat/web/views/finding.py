# SPDX-License-Identifier: EUPL-1.2
"""The answers of the find box."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.kernel.find import LONGEST_QUERY, parse_query
from mukatabat.kernel.language import spoken
from mukatabat.letters.queries import rows_of
from mukatabat.letters.queries.lists import LetterRow
from mukatabat.letters.rules import Direction, LetterState
from mukatabat.search.queries import find as find_letters
from mukatabat.search.rules import is_too_short, understood
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.web.statuses import status_of

OFFERED = 7
"""So many letters the command palette offers."""


@access("capability:work_items|see_registers")
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Letters by number, subject or body, newest first (`web/find.html`)."""
    actor = actor_of_request(request)
    text = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    too_short = is_too_short(text)
    with reading(actor):
        found = {"hits": [], "suggestions": []} if too_short else _found(actor, text, request.GET.get("cursor"))
        return render(request, "web/find.html", {"query": text, "too_short": too_short, **found})


@access("capability:work_items|see_registers")
@require_GET
def options(request: HttpRequest) -> HttpResponse:
    """The first few letters for the command palette (`web/_find_options.html`)."""
    actor = actor_of_request(request)
    text = request.GET.get("q", "")[:LONGEST_QUERY].strip()
    with reading(actor):
        hits = [] if is_too_short(text) else _found(actor, text, None)["hits"][:OFFERED]
        return render(request, "web/_find_options.html", {"hits": hits})


def _found(actor: Actor, text: str, cursor: str | None) -> dict[str, Any]:
    page = find_letters(actor, text, cursor=cursor)
    more = urlencode({"q": text, "cursor": page.after}) if page.after else ""
    return {
        "hits": [_hit(row) for row in rows_of(actor, page.ids, sent=True)],
        "understood": understood(parse_query(text), text),
        "more_url": f"{reverse('web:find')}?{more}" if more else None, "suggestions": _looser(text),
    }  # fmt: skip


def _hit(row: LetterRow) -> dict[str, Any]:
    letter = row.letter
    route = "letters:edit" if letter.state == LetterState.DRAFT else "letters:letter"
    return {
        "url": reverse(route, args=[letter.id]), "icon": "mail" if letter.direction == Direction.IN else "send",
        "subject": letter.subject, "reference": letter.reference,
        "other_reference": letter.their_reference if letter.their_reference != letter.reference else "",
        "counterpart": spoken(letter.counterpart_ar, letter.counterpart_en), "at": letter.sort_time,
        "status": status_of(letter, row.item, row.consignments), "secrecy": letter.secrecy, "snippet": "",
    }  # fmt: skip


def _looser(text: str) -> list[dict[str, str]]:
    """Each word of a longer query alone, one click away; says nothing of what it would find."""
    words = parse_query(text).words
    if len(words) < 2:
        return []
    return [{"text": word, "url": f"{reverse('web:find')}?{urlencode({'q': word})}"} for word in words[:5]]
