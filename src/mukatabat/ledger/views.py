# SPDX-License-Identifier: EUPL-1.2
"""The log for everybody: it shows how many leaves there are, and nothing of whom they are about."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from mukatabat.access.decisions import access
from mukatabat.access.limits import Limit
from mukatabat.ledger import queries
from mukatabat.ledger.policy import witness_policy
from mukatabat.ledger.rules import parse_tile_path
from mukatabat_verify.log.tiles import WIDTH

TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
READERS = Limit("ledger", 6000)
"""A reader fetches a large log tile by tile."""


@access("public", limit=READERS)
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint that has its quorum, with the witnesses' lines."""
    found = queries.published(witness_policy())
    if found is None:
        raise Http404
    return HttpResponse(found.note, content_type=TEXT, headers={"Cache-Control": "no-store"})


@access("public", limit=READERS)
@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """Give the log's public key. Whoever relies on it compares it with one that came another way."""
    log = queries.the_log()
    if log is None:
        raise Http404
    return HttpResponse(f"{log.note_key}\n", content_type=TEXT, headers={"Cache-Control": "no-store"})


@access("public", limit=READERS)
@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """Give a tile of hashes or a bundle of entries; what it holds never changes."""
    place = parse_tile_path(path)
    data = queries.tile(*place) if place is not None else None
    if place is None or data is None:
        raise Http404
    kept = "public, max-age=31536000, immutable" if place[2] == WIDTH else "public, max-age=3600"
    return HttpResponse(data, content_type=BYTES, headers={"Cache-Control": kept})
