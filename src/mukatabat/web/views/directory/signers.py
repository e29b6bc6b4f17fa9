# SPDX-License-Identifier: EUPL-1.2
"""A person's key at the trust service provider: proposing it, which a second person confirms, and taking it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.directory.queries import administration as queries
from mukatabat.kernel.facts import fact
from mukatabat.signing import enrolment, service
from mukatabat.web.forms import ReasonForm, SignerForm
from mukatabat.web.views.directory.pages import FormPage, answer
from mukatabat.web.views.directory.people import ADMINISTER, named, person_url


@access(ADMINISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Propose the key that signs for a person of the own body from now on."""
    actor, provider = actor_of_request(request), service.trust_service()
    person = queries.access_person(actor, person_id)
    if provider is None:
        raise Http404

    def perform(said: dict[str, Any]) -> str:
        enrolment.propose_signer(actor, person_id, user_id=said["user_id"], reason=said["reason"], provider=provider)
        return _("Proposed. It waits for a second person.")

    page = FormPage(
        title=_("Record a signing key"), label=_("Propose"), icon="pen-line", back=person_url(person_id),
        perform=perform, facts=named(person),
        text=_(
            "The provider is asked whose key it is. A second person compares the name in the certificate with this one."
        ),
    )  # fmt: skip
    return answer(request, SignerForm(request.POST or None), page)


@access(ADMINISTER)
@never_cache
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take the key away; the person signs nothing here until another one is recorded."""
    actor = actor_of_request(request)
    person = queries.access_person(actor, person_id)
    held = enrolment.identity_of(actor, person_id)
    if held is None:
        raise Http404

    def perform(said: dict[str, Any]) -> str:
        enrolment.end_signer(actor, person_id, said["reason"])
        return _("The signing key was taken away.")

    page = FormPage(
        title=_("Take the signing key away"), label=_("Take away"), icon="trash-2", danger=True,
        back=person_url(person_id), perform=perform,
        facts=[*named(person), fact(_("Name in the certificate"), held.name, "name")],
        text=_("The person signs nothing here until another key is recorded. What was signed stays valid."),
    )  # fmt: skip
    return answer(request, ReasonForm(request.POST or None), page)
