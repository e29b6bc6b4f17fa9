# SPDX-License-Identifier: EUPL-1.2
"""Large attachments in parts, by the IETF's Resumable Uploads for HTTP (draft-ietf-httpbis-resumable-upload-12).

Creation names the length; HEAD tells the offset; PATCH appends a part of media type ``application/partial-upload`` with
its ``Content-Digest`` (RFC 9530), which we demand; DELETE cancels. A part that was cut off is sent again as a whole.
"""

from __future__ import annotations

import base64
import binascii
import re
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.kernel.errors import MukatabatError
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import access_upload, append_part, begin_upload, end_upload
from mukatabat.vault.errors import DigestMismatch, WrongOffset
from mukatabat.vault.rules import PART_LIMIT

_PARTIAL = "application/partial-upload"
_NUMBER = re.compile(r"[0-9]{1,15}")
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")
_MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"


def uploads_of(posted: QueryDict) -> list[UUID]:
    """The uploads that a form names; what is no identifier is none."""
    found = []
    for value in posted.getlist("uploads"):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


@access("capability:draft")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Open an upload: ``name`` in the form, its length in ``Upload-Length``; 201 with its address."""
    length = request.headers.get("Upload-Length", "")
    if not _NUMBER.fullmatch(length):
        return HttpResponse(status=400)
    try:
        session = begin_upload(actor_of_request(request), name=request.POST.get("name", ""), size=int(length))
    except MukatabatError as error:
        return _problem(error)
    response = _at(HttpResponse(status=201), 0, length=session.size)
    response.headers["Location"] = reverse("letters:upload", args=[session.id])
    response.headers["Upload-Limit"] = f"max-append-size={PART_LIMIT}"
    return response


@access("capability:draft")
@require_http_methods(["HEAD", "PATCH", "DELETE"])
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Tell where an upload stands, append to it, or cancel it."""
    actor = actor_of_request(request)
    try:
        if request.method == "DELETE":
            access_upload(actor, upload_id)
            end_upload(actor, upload_id)
            return HttpResponse(status=204)
        if request.method == "PATCH":
            return _append(request, actor, upload_id)
        session = access_upload(actor, upload_id)
    except MukatabatError as error:
        return _problem(error)
    return _at(HttpResponse(status=204), session.received, length=session.size)


def _append(request: HttpRequest, actor: Actor, upload_id: UUID) -> HttpResponse:
    offset, digest = request.headers.get("Upload-Offset", ""), _digest(request)
    if request.content_type != _PARTIAL:
        return HttpResponse(status=415)
    if not _NUMBER.fullmatch(offset) or digest is None:
        return HttpResponse(status=400)
    received = append_part(actor, upload_id, offset=int(offset), stream=request, digest=digest)  # type: ignore[arg-type]
    return _at(HttpResponse(status=204), received)


def _digest(request: HttpRequest) -> bytes | None:
    found = _DIGEST.search(request.headers.get("Content-Digest", ""))
    try:
        return base64.b64decode(found.group(1)) if found else None
    except binascii.Error:
        return None


def _at(response: HttpResponse, offset: int, *, length: int | None = None) -> HttpResponse:
    response.headers["Upload-Offset"] = str(offset)
    if length is not None:
        response.headers["Upload-Length"] = str(length)
        response.headers["Upload-Complete"] = "?1" if offset == length else "?0"
    response.headers["Cache-Control"] = "no-store"
    return response


def _problem(error: MukatabatError) -> HttpResponse:
    """A typed error as problem details (RFC 9457), with the offset where the upload stands."""
    shown = error.as_dict() | {"title": str(error.happened), "status": error.http_status}
    if isinstance(error, WrongOffset):
        shown["type"] = _MISMATCH
    response = JsonResponse(shown, status=error.http_status, content_type="application/problem+json")
    if isinstance(error, WrongOffset | DigestMismatch):
        response.headers["Upload-Offset"] = str(error.params["offset"])
    return response
