# SPDX-License-Identifier: EUPL-1.2
"""Pages of a document over HTTP: pictures, words, hits, the print, all documents at once, the report of a broken one.

Every address decides as the document's own does: what may not be seen is missing.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters import queries
from mukatabat.letters.actions.reading import note_copy_taken, note_page_opened, report_broken
from mukatabat.letters.bundle import contents_of, zipped
from mukatabat.letters.queries import Place, PlaceKind, Readable
from mukatabat.letters.views.documents import LOCKED, disposition
from mukatabat.letters.views.shown import letter_or_list, place
from mukatabat.letters.views.viewer import address, document_address, is_marked, mark_of
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import VaultError
from mukatabat.vault.pages import drawing
from mukatabat.vault.pages.rules import SCALES, THUMBNAIL, WEBP

MOST_PRINTED = 200
REVALIDATED = "private, no-cache"
"""The browser may keep a page, and asks each time whether it may still show it."""

UNKEPT = "private, no-store"


def _place(ids: dict[str, UUID]) -> Place:
    ((name, identifier),) = ids.items()
    return Place(PlaceKind(name.removesuffix("_id")), identifier)


def _readable(request: HttpRequest, document_id: UUID, ids: dict[str, UUID]) -> tuple[Actor, Readable]:
    actor = actor_of_request(request)
    return actor, queries.access_readable(actor, _place(ids), document_id)


def _guarded(response: HttpResponse, tag: str) -> HttpResponse:
    """Headers of what is drawn from foreign bytes; kept by the browser only under a tag."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = LOCKED
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = REVALIDATED if tag else UNKEPT
    if tag:
        response.headers["ETag"] = tag
    return response


def _tag(actor: Actor, readable: Readable, *what: object) -> str:
    """A tag for what is the same for every reader; what carries a reader's mark or is secret is never kept."""
    if is_marked(actor, readable.secrecy):
        return ""
    return f'"{readable.document.digest[7:39]}-{"-".join(map(str, what))}"'


def _refused(error: VaultError) -> HttpResponse:
    response = HttpResponse(error.code, status=error.http_status, content_type="text/plain")
    response.headers["Cache-Control"] = UNKEPT
    if error.http_status == 503:
        response.headers["Retry-After"] = "2"
    return response


@access("signed-in")
@require_GET
def picture(request: HttpRequest, /, document_id: UUID, page: int, percent: int, **ids: UUID) -> HttpResponse:
    """One page as a picture in one of the steps; a secret one is recorded with its number."""
    actor, readable = _readable(request, document_id, ids)
    if percent not in SCALES:
        raise NotFoundOrForbidden
    tag = _tag(actor, readable, page, percent)
    if tag and request.headers.get("If-None-Match") == tag:
        return _guarded(HttpResponse(status=304), tag)
    try:
        mark = mark_of(actor, readable.secrecy)
        data = drawing.page_picture(actor, readable.document, page, percent=percent, mark=mark)
    except VaultError as error:
        return _refused(error)
    if percent != THUMBNAIL:
        note_page_opened(actor, readable, page)
    return _guarded(HttpResponse(data, content_type=WEBP), tag)


@access("signed-in")
@require_GET
def words(request: HttpRequest, /, document_id: UUID, page: int, **ids: UUID) -> HttpResponse:
    """The words of one page with their boxes, where its text can be believed; else what it is worth."""
    actor, readable = _readable(request, document_id, ids)
    tag = _tag(actor, readable, page, "words")
    if tag and request.headers.get("If-None-Match") == tag:
        return _guarded(HttpResponse(status=304), tag)
    try:
        text = drawing.page_text(actor, readable.document, page)
    except VaultError as error:
        return _refused(error)
    lines = [
        [[word.text, *(round(edge, 1) for edge in word[1:])] for word in line]
        for line in (text.lines if text.layer == "good" else ())
    ]
    answer = {"layer": str(text.layer), "recognised": text.recognised, "lines": lines}
    return _guarded(JsonResponse(answer, json_dumps_params={"ensure_ascii": False}), tag)


@access("signed-in")
@require_GET
def find(request: HttpRequest, /, document_id: UUID, **ids: UUID) -> HttpResponse:
    """Where the words of ``?q=`` stand from page ``?from=`` on, however they are spelt."""
    actor, readable = _readable(request, document_id, ids)
    start = request.GET.get("from", "1")
    first = int(start) if start.isascii() and start.isdecimal() and len(start) < 7 else 1
    try:
        found = drawing.find(actor, readable.document, request.GET.get("q", ""), start=max(first, 1))
    except VaultError as error:
        return _refused(error)
    answer: dict[str, Any] = {
        "hits": [{"page": hit.page, "boxes": hit.boxes} for hit in found.hits],
        "after": found.after, "unread": found.unread,
    }  # fmt: skip
    return _guarded(JsonResponse(answer), "")


@access("signed-in")
@require_GET
def printed(request: HttpRequest, /, document_id: UUID, **ids: UUID) -> HttpResponseBase:
    """The document for the printer: its own bytes, or pages with the reader's mark where one must be on them."""
    actor, readable = _readable(request, document_id, ids)
    note_copy_taken(actor, readable, how="print")
    if not is_marked(actor, readable.secrecy) or not drawing.can_be_drawn(readable.document):
        return redirect(document_address(readable.place, document_id))  # of a marked one that goes on to its original
    outline = drawing.outline(actor, readable.document)
    sizes = enumerate(outline.sizes(1, MOST_PRINTED), 1)
    pages = [
        {
            "number": number, "width": round(width), "height": round(height),
            "url": address("page", readable.place, document_id, number, 200),
        }
        for number, (width, height) in sizes
    ]  # fmt: skip
    page = {"name": readable.document.name, "pages": pages, "left_out": max(0, outline.pages - MOST_PRINTED)}
    return render(request, "letters/print.html", page)


@access("signed-in")
@require_GET
def everything(request: HttpRequest, /, **ids: UUID) -> HttpResponseBase:
    """All documents of the place as one ZIP with an index in both languages, written while it is sent."""
    actor = actor_of_request(request)
    contents = contents_of(actor, _place(ids))
    for one in contents.entries:
        note_copy_taken(actor, one.readable, how="all")
    mark = mark_of(actor, contents.entries[0].readable.secrecy) if contents.entries else b""
    response = StreamingHttpResponse(zipped(actor, contents, mark=mark), content_type="application/zip")
    response.headers["Content-Disposition"] = disposition(f"{contents.reference or 'letter'}.zip", attachment=True)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = UNKEPT
    return response


@access("signed-in")
@require_POST
def report(request: HttpRequest, /, document_id: UUID, **ids: UUID) -> HttpResponseBase:
    """A reader reports that a document is not what was signed."""
    actor, readable = _readable(request, document_id, ids)
    report_broken(actor, readable)
    messages.success(request, gettext("Reported. The administrator sees it in the audit trail."))
    if readable.place.kind is PlaceKind.LETTER:
        return redirect(letter_or_list(actor, readable.place.id))
    return redirect(place("letters:scans" if readable.place.kind is PlaceKind.SCAN else "registers:tray"))
