# SPDX-License-Identifier: EUPL-1.2
"""Taking the bundle of evidence of one delivery."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.letters.proofs import proof_of
from mukatabat.letters.views.documents import disposition
from mukatabat.letters.views.pages import UNKEPT


@access("signed-in")
@require_GET
def proof(request: HttpRequest, letter_id: UUID, consignment_id: UUID) -> HttpResponseBase:
    """The bundle, written while it is sent."""
    name, container = proof_of(actor_of_request(request), letter_id, consignment_id)
    response = StreamingHttpResponse(container.pieces(), content_type="application/zip")
    response.headers["Content-Disposition"] = disposition(name, attachment=True)
    response.headers["Content-Length"] = str(container.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = UNKEPT
    return response
