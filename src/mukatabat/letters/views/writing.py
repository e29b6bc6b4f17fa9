# SPDX-License-Identifier: EUPL-1.2
"""What the letter editor asks for while somebody writes: letters to cite, templates and canned paragraphs, in JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory.models import Body
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.find import LONGEST_QUERY
from mukatabat.kernel.language import reads_arabic, spoken
from mukatabat.letters.actions.keeping import forget_text, keep_text
from mukatabat.letters.canned import PARAGRAPHS, TEMPLATES, Canned, usual
from mukatabat.letters.forms import uuid_or_none
from mukatabat.letters.models import CannedText, Letter
from mukatabat.letters.queries.writing import citable, kept_texts, number_of
from mukatabat.letters.rules import Direction, LetterKind
from mukatabat.letters.views.shown import in_json
from mukatabat.press.content import from_plain_text, to_json, to_plain_text, validate
from mukatabat.press.dates import gregorian_text
from mukatabat.press.digits import Digits
from mukatabat.registers.printing import look_of
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

MAY_DRAFT = "capability:draft"
DETAIL = 90


@in_json
@access(MAY_DRAFT)
@require_GET
def citations(request: HttpRequest) -> HttpResponse:
    """Earlier letters that answer what was typed: {citations: [{reference, subject, with, date, way, dated}]}."""
    actor = actor_of_request(request)
    found = citable(actor, request.GET.get("q", "")[:LONGEST_QUERY].strip())
    with reading(actor):
        digits = look_of(Body.objects.get(id=actor.body_id)).digits
    return JsonResponse({"citations": [_citation(one, digits) for one in found]})


def _citation(letter: Letter, digits: Digits) -> dict[str, str]:
    language = "ar" if reads_arabic() else "en"
    day = letter.their_date or letter.sort_time.date()
    dated = "المؤرخة" if letter.kind == LetterKind.MEMO else "المؤرخ"
    return {
        "reference": number_of(letter), "subject": letter.subject,
        "with": spoken(letter.counterpart_ar, letter.counterpart_en),
        "date": gregorian_text(day, language, Digits.LATN), "dated": f"{dated} {gregorian_text(day, 'ar', digits)}",
        "way": gettext("incoming") if letter.direction == Direction.IN else gettext("outgoing"),
    }  # fmt: skip


@in_json
@access(MAY_DRAFT)
@require_http_methods(["GET", "POST"])
def phrases(request: HttpRequest) -> HttpResponse:
    """Templates and paragraphs with their content; a POST keeps a paragraph (content, for) or drops one (forget)."""
    actor = actor_of_request(request)
    if request.method == "POST":
        return _kept(request, actor)
    with reading(actor):
        code = Body.objects.values_list("code", flat=True).get(id=actor.body_id)
    return JsonResponse(
        {
            "templates": [_standard(one) for one in usual(TEMPLATES, code)],
            "paragraphs": [
                *(_own(one) for one in kept_texts(actor)), *(_standard(one) for one in usual(PARAGRAPHS, code))
            ],
        }
    )  # fmt: skip


def _kept(request: HttpRequest, actor: Actor) -> HttpResponse:
    dropped = uuid_or_none(request.POST.get("forget"))
    if dropped is not None:
        forget_text(actor, dropped)
        return JsonResponse({"message": gettext("The paragraph was dropped.")})
    try:
        keep_text(actor, validate(request.POST.get("content", "")), for_unit=request.POST.get("for") == "unit")
    except MukatabatError as error:
        told = error.as_dict()
        return JsonResponse(
            {**told, "message": f"{told['happened']} {told['safe']} {told['do']}"}, status=error.http_status
        )
    return JsonResponse({"message": gettext("The paragraph was kept.")})


def _standard(one: Canned) -> dict[str, Any]:
    content = from_plain_text(one.text)
    return {
        "title": one.title(arabic=reads_arabic()), "types": list(one.types), "detail": _detail(one.text),
        "content": to_json(content), "id": "",
    }  # fmt: skip


def _own(one: CannedText) -> dict[str, Any]:
    owner = gettext("my own") if one.person_id else gettext("of my unit")
    text = to_plain_text(validate(one.content))
    return {
        "title": one.title,
        "types": [],
        "detail": f"{owner} — {_detail(text)}",
        "content": one.content,
        "id": str(one.id),
    }


def _detail(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= DETAIL else f"{line[:DETAIL]}…"
