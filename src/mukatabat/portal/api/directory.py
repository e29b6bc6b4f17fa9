# SPDX-License-Identifier: EUPL-1.2
"""The signed directory (ADR 0025), for whoever seals parcels outside or watches what is listed for a body."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.ledger import queries as ledger
from mukatabat.ledger.policy import witness_policy
from mukatabat.portal.api.schemas import Code
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.rules import Scope
from mukatabat.vault.actions import signed_directory
from mukatabat.vault.queries import newest_directory

router = Router(auth=NeedsToken(Scope.DIRECTORY))
JSON = "application/json"


@router.get("", url_name="directory", summary="The signed directory")
def whole(request: HttpRequest) -> HttpResponse:
    """All bodies of the realm with their public keys, as the node signed them; canonical JSON, to be checked."""
    return HttpResponse(signed_directory(caller(request).actor).to_bytes(), content_type=JSON)


@router.get("/log-proof", url_name="directory_proof", summary="The signed directory in the log")
def log_proof(request: HttpRequest) -> HttpResponse:
    """The place of the newest signed statement in the transparency log (C2SP tlog-proof).

    Its leaf is the SHA-256 of the statement's canonical bytes. A statement of the last seconds is not there yet.
    """
    newest = newest_directory(caller(request).actor)
    proven = ledger.prove([newest], witness_policy()) if newest is not None else None
    if newest is None or proven is None:
        raise NotFoundOrForbidden
    return HttpResponse(proven.proofs[newest].to_bytes(), content_type="text/plain; charset=utf-8")


@router.get("/{code}", url_name="directory_entry", summary="One body in the signed directory")
def entry(request: HttpRequest, code: Code) -> HttpResponse:
    """A body's entry with the path that proves it to stand in the signed directory."""
    extract = signed_directory(caller(request).actor).extract(code.upper())
    if extract is None:
        raise NotFoundOrForbidden
    return HttpResponse(extract.to_bytes(), content_type=JSON)
