# SPDX-License-Identifier: EUPL-1.2
"""The signed directory (ADR 0025), for whoever seals parcels outside or watches what is listed for a body."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.ledger import queries as ledger
from mukatabat.ledger.policy import witness_policy
from mukatabat.portal.api.schemas import Code
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.rules import Scope
from mukatabat.vault.actions import signed_directory
from mukatabat.vault.queries import directory_statement
from mukatabat_verify.canonical import LARGEST_NUMBER

router = Router(auth=NeedsToken(Scope.DIRECTORY))
JSON = "application/json"
Number = Annotated[int | None, Query(ge=1, le=LARGEST_NUMBER)]


@router.get("", url_name="directory", summary="The signed directory")
def whole(request: HttpRequest) -> HttpResponse:
    """All bodies of the realm with their public keys, as the node signed them; canonical JSON, to be checked."""
    return HttpResponse(signed_directory(caller(request).actor).to_bytes(), content_type=JSON)


@router.get("/log-proof", url_name="directory_proof", summary="The signed directory in the log")
def log_proof(request: HttpRequest, number: Number = None) -> HttpResponse:
    """The place of a signed statement in the transparency log (C2SP tlog-proof): of that ``number``, else the newest.

    Ask by the number of the statement that you hold: the newest may be another by then. Its leaf is the SHA-256 of the
    statement's canonical bytes. A statement of the last seconds is not there yet.
    """
    stated = directory_statement(caller(request).actor, number)
    proven = ledger.prove([stated], witness_policy()) if stated is not None else None
    if stated is None or proven is None:
        raise NotFoundOrForbidden
    return HttpResponse(proven.proofs[stated].to_bytes(), content_type="text/plain; charset=utf-8")


@router.get("/{code}", url_name="directory_entry", summary="One body in the signed directory")
def entry(request: HttpRequest, code: Code) -> HttpResponse:
    """A body's entry with the path that proves it to stand in the signed directory."""
    extract = signed_directory(caller(request).actor).extract(code.upper())
    if extract is None:
        raise NotFoundOrForbidden
    return HttpResponse(extract.to_bytes(), content_type=JSON)
