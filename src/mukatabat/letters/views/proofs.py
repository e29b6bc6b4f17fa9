# SPDX-License-Identifier: EUPL-1.2
"""Taking the bundle of evidence of one delivery."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.letters.proofs import proof_of, proof_of_arrival
from mukatabat.letters.views.arrivals import MAY_TAKE_IN
from mukatabat.letters.views.documents import disposition
from mukatabat.letters.views.pages import UNKEPT
from mukatabat_verify.asic.building import Container


@access("signed-in")
@require_GET
def proof(request: HttpRequest, letter_id: UUID, consignment_id: UUID) -> HttpResponseBase:
    """The bundle of one delivery of a letter, sent or received."""
    return given(*proof_of(actor_of_request(request), letter_id, consignment_id))


@access(MAY_TAKE_IN)
@require_GET
def arrival_proof(request: HttpRequest, arrival_id: UUID) -> HttpResponseBase:
    """The bundle of what lies in the registry's tray."""
    return given(*proof_of_arrival(actor_of_request(request), arrival_id))


def given(name: str, container: Container) -> HttpResponseBase:
    """A bundle, written while it is sent."""
    response = StreamingHttpResponse(container.pieces(), content_type="application/zip")
    response.headers["Content-Disposition"] = disposition(name, attachment=True)
    response.headers["Content-Length"] = str(container.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = UNKEPT
    return response
