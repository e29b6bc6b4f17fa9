# SPDX-License-Identifier: EUPL-1.2
"""Proposing that somebody reads a sealed letter of which no reader is left; a second person confirms it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory.queries import administration as queries
from mukatabat.letters.actions.recovery import propose_reader
from mukatabat.web.forms import SealedReaderForm
from mukatabat.web.views.directory.pages import FormPage, answer
from mukatabat.web.views.directory.people import ADMINISTER, named, person_url


@access(ADMINISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def name(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Propose a person of the own body as reader of the sealed letter whose number is typed."""
    actor = actor_of_request(request)
    person = queries.access_person(actor, person_id)

    def perform(said: dict[str, Any]) -> str:
        propose_reader(actor, person_id, reference=said["reference"], reason=said["reason"])
        return _("Proposed. It waits for a second person.")

    page = FormPage(
        title=_("Name as reader of a sealed letter"), label=_("Propose"), icon="lock", back=person_url(person_id),
        perform=perform, facts=named(person),
        text=_("For a letter whose readers have all gone. Neither you nor the second person reads it by this."),
    )  # fmt: skip
    return answer(request, SealedReaderForm(request.POST or None), page)
