# SPDX-License-Identifier: EUPL-1.2
"""Who writes a draft now, asked by its page every half minute; and the draft handed over on request."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.letters.actions.presence import ask, beat, hand_over
from mukatabat.letters.views.shown import in_json


@in_json
@access("capability:draft")
@require_POST
def presence(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Answer {mine, by, asked_by}; ``do`` is "ask", "give", "keep", or anything else for the beat of an open page."""
    actor = actor_of_request(request)
    match request.POST.get("do", ""):
        case "ask":
            now = ask(actor, letter_id)
        case "give" | "keep" as answer:
            now = hand_over(actor, letter_id, agree=answer == "give")
        case _:
            now = beat(actor, letter_id)
    return JsonResponse(asdict(now))
