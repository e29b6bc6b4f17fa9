# SPDX-License-Identifier: EUPL-1.2
"""The kept versions of a draft, and two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.kernel.language import spoken
from mukatabat.letters.actions.versions import name_version
from mukatabat.letters.models import DraftVersion, Letter
from mukatabat.letters.queries import access_letter, content_of, versions_of
from mukatabat.letters.rules import LetterState, VersionReason
from mukatabat.letters.views.shown import letter_url
from mukatabat.press.content import to_plain_text, validate
from mukatabat.press.content.compare import compare
from mukatabat.tenancy.rules import Actor

NOW = "now"


@access("signed-in")
@require_http_methods(["GET", "POST"])
def versions(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Two versions compared (?from=&to=, numbers or "now"; the last two where nothing is said); a POST keeps one."""
    actor = actor_of_request(request)
    letter = access_letter(actor, letter_id)
    kept = versions_of(actor, letter)
    if request.method == "POST":
        name_version(actor, letter_id, request.POST.get("name", ""))
        messages.success(request, gettext("The version was kept."))
        return redirect("letters:versions", letter_id)
    return render(request, "letters/versions.html", _page(actor, letter, kept, request))


def _page(actor: Actor, letter: Letter, kept: Sequence[DraftVersion], request: HttpRequest) -> dict[str, Any]:
    texts = {NOW: (letter.subject, to_plain_text(content_of(letter)))}
    texts |= {str(one.number): (one.subject, to_plain_text(validate(one.content))) for one in kept}
    choices = list(texts)
    newer = _asked(request.GET.get("to"), choices, NOW)
    older = _asked(request.GET.get("from"), choices, _before(newer, choices, texts))
    (old_subject, old_text), (new_subject, new_text) = texts[older], texts[newer]
    lines = compare(old_text, new_text)
    return {
        "letter": {"subject": letter.subject, "url": letter_url(letter.id), "secrecy": letter.secrecy},
        "edit_url": reverse("letters:edit", args=[letter.id])
        if letter.state == LetterState.DRAFT and letter.author_id == actor.person_id
        else "",
        "versions": [_row(one) for one in kept], "older": older, "newer": newer,
        "older_number": "" if older == NOW else older, "newer_number": "" if newer == NOW else newer,
        "subject_lines": compare(old_subject, new_subject), "lines": lines,
        "same": old_subject == new_subject and old_text == new_text,
        "changes": sum(run.change != "same" for line in lines for run in line),
    }  # fmt: skip


def _asked(text: str | None, choices: Sequence[str], otherwise: str) -> str:
    return text if text is not None and text in choices else otherwise


def _before(newer: str, choices: Sequence[str], texts: dict[str, tuple[str, str]]) -> str:
    """The newest version before that one which says something else; ``choices`` run from the newest on."""
    later = choices[choices.index(newer) + 1 :]
    return next((one for one in later if texts[one] != texts[newer]), later[0] if later else newer)


def _row(one: DraftVersion) -> dict[str, Any]:
    return {
        "number": one.number, "name": one.name, "reason": VersionReason(one.reason).label,
        "by": spoken(one.kept_by_ar, one.kept_by_en), "at": one.kept_at,
    }  # fmt: skip
