# SPDX-License-Identifier: EUPL-1.2
"""Documents over HTTP: the signed letter, attachments, the stamp of receipt, the sheet of notes."""

from __future__ import annotations

from typing import BinaryIO
from urllib.parse import quote
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from mukatabat.access.decisions import access, actor_of_request
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.facts import fact
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters import queries
from mukatabat.letters.actions.reading import note_copy_taken, note_original_taken
from mukatabat.letters.copies import copy_name, marked_copy
from mukatabat.letters.errors import ReasonMissing
from mukatabat.letters.queries import Place, PlaceKind, Readable
from mukatabat.letters.rules import Direction
from mukatabat.letters.sheets import incoming_stamp, minute_sheet
from mukatabat.letters.views.shown import refused, where_read
from mukatabat.letters.views.viewer import address, document_address, is_marked, mark_of
from mukatabat.press.actions import (
    render_incoming_sheet,
    render_incoming_stamp,
    render_minute_sheet,
    render_stamped_copy,
)
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import Document
from mukatabat.vault.pages import drawing
from mukatabat.vault.queries import open_document, open_verified
from mukatabat.work import queries as work

PDF = "application/pdf"
SHOWN = frozenset({PDF, "image/png", "image/jpeg"})
"""What a browser may show in place; everything else is saved to the device, whatever was asked."""

# A document may load and run nothing. A browser's own PDF viewer obeys the document's policy: a sandbox, or no styles
# and objects, would leave the page blank.
LOCKED = "default-src 'none'; frame-ancestors 'none'; sandbox"
LOCKED_PDF = "default-src 'none'; frame-ancestors 'none'; style-src 'unsafe-inline'; object-src 'self'; img-src data:"


def disposition(name: str, *, attachment: bool) -> str:
    """Content-Disposition with the name in RFC 5987 form, and an ASCII fallback for clients that know no other."""
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "._-") else "_" for one in name)
    kind = "attachment" if attachment else "inline"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def guarded(response: HttpResponseBase, media_type: str, *, name: str, download: bool) -> HttpResponseBase:
    """Give a response of foreign bytes the headers by which a browser does no more with it than it should."""
    shown = media_type in SHOWN and not download
    response.headers["Content-Type"] = media_type if shown else "application/octet-stream"
    response.headers["Content-Disposition"] = disposition(name, attachment=not shown)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = LOCKED_PDF if media_type == PDF else LOCKED
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def pdf(data: bytes, *, name: str) -> HttpResponse:
    """A PDF of our own, shown in place."""
    response = HttpResponse(data)
    guarded(response, PDF, name=name, download=False)
    return response


def sent(request: HttpRequest, actor: Actor, document: Document) -> HttpResponseBase:
    """A document that the caller found visible, guarded; ``?download`` saves it."""
    return _streamed(document, open_verified(actor, document), download="download" in request.GET)


def _sent(request: HttpRequest, actor: Actor, place: Place, document_id: UUID) -> HttpResponseBase:
    readable = queries.access_readable(actor, place, document_id)
    if is_marked(actor, readable.secrecy):
        return _marked(request, actor, readable)
    document, stream = open_document(actor, document_id)
    download = "download" in request.GET
    if download:
        note_copy_taken(actor, readable, how="download")
    return _streamed(document, stream, download=download)


def _marked(request: HttpRequest, actor: Actor, readable: Readable) -> HttpResponseBase:
    """A copy with the reader's mark; what cannot be drawn leaves the house as the original alone, with a reason."""
    if not drawing.can_be_drawn(readable.document):
        return redirect(address("original", readable.place, readable.document.id))
    copy = marked_copy(actor, readable.document, mark_of(actor, readable.secrecy))
    note_copy_taken(actor, readable, how="download")
    response = HttpResponse(copy)
    guarded(response, PDF, name=copy_name(readable.document), download="download" in request.GET)
    return response


def _streamed(document: Document, stream: BinaryIO, *, download: bool) -> HttpResponseBase:
    response = FileResponse(stream)
    response.headers["Content-Length"] = str(document.size)
    return guarded(response, document.media_type, name=document.name, download=download)


@access("signed-in")
@require_GET
def document(request: HttpRequest, letter_id: UUID, document_id: UUID) -> HttpResponseBase:
    """The signed document or an attachment of a letter; ``?download`` saves it."""
    return _sent(request, actor_of_request(request), Place(PlaceKind.LETTER, letter_id), document_id)


@access("signed-in")
@require_GET
def arrival_document(request: HttpRequest, arrival_id: UUID, document_id: UUID) -> HttpResponseBase:
    """A document of an arrival that is not sealed."""
    return _sent(request, actor_of_request(request), Place(PlaceKind.ARRIVAL, arrival_id), document_id)


@access("signed-in")
@require_http_methods(["GET", "POST"])
def original(request: HttpRequest, /, document_id: UUID, **ids: UUID) -> HttpResponseBase:
    """The very bytes of a secret document (الأصل الموقّع), for a reason that the trail keeps; POST gives them."""
    actor = actor_of_request(request)
    ((name, identifier),) = ids.items()
    where = Place(PlaceKind(name.removesuffix("_id")), identifier)
    readable = queries.access_readable(actor, where, document_id)
    if not is_marked(actor, readable.secrecy):
        return redirect(document_address(where, document_id) + "?download")
    page = {
        "title": gettext("The signed original") if readable.is_letter else gettext("The original file"),
        "text": gettext(
            "It is saved as it is, without your name on its pages. The trail keeps that you took it, and why."
        ),
        "facts": [fact(gettext("Document"), readable.document.name, "file")],
        "post_url": request.path, "act_label": gettext("Save the original"), "act_icon": "download",
        "saved": gettext("The original was handed to your browser, which saves it. The trail keeps that you took it."),
        "reason": gettext("Why you need it; do not write words of the letter here"),
        "back": {"url": where_read(where)}, "errors": [], "typed": {"reason": request.POST.get("reason", "")},
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "web/confirm.html", page)
    document, stream = open_document(actor, document_id)
    try:
        note_original_taken(actor, readable, request.POST.get("reason", ""))
    except ReasonMissing as error:
        stream.close()
        return refused(request, "web/confirm.html", page, error)
    return _streamed(document, stream, download=True)


@access("signed-in")
@require_GET
def stamp(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The stamp of receipt (ختم الوارد) as a sheet before the letter; ``?label`` as a label for a paper original."""
    actor = actor_of_request(request)
    with reading(actor):
        letter = queries.access_letter(actor, letter_id)
        if letter.direction != Direction.IN or not letter.entry_id:
            raise NotFoundOrForbidden
        sheet = incoming_stamp(actor, letter)
    printed = render_incoming_stamp(sheet) if "label" in request.GET else render_incoming_sheet(sheet)
    return pdf(printed, name=f"{letter.reference}-stamp.pdf")


@access("signed-in")
@require_GET
def stamped(request: HttpRequest, letter_id: UUID) -> HttpResponseBase:
    """A copy to print (نسخة مختومة): the sheet with the stamp and the pages of the letter as they came."""
    actor = actor_of_request(request)
    with reading(actor):
        letter = queries.access_letter(actor, letter_id)
        if letter.direction != Direction.IN or not letter.entry_id or letter.document_id is None:
            raise NotFoundOrForbidden
        document = queries.access_letter_document(actor, letter_id, letter.document_id)
        sheet = incoming_stamp(actor, letter)
    place = Place(PlaceKind.LETTER, letter_id)
    if is_marked(actor, Secrecy(letter.secrecy)):  # its print is made of pages with the reader's mark
        return redirect(address("print", place, document.id))
    _, original = open_document(actor, document.id)
    with original:
        copy = render_stamped_copy(sheet, original)
    return pdf(copy, name=f"{letter.reference}-stamped.pdf")


@access("signed-in")
@require_GET
def minutes(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The sheet of notes (ورقة شروح), for the own body alone."""
    actor = actor_of_request(request)
    with reading(actor):
        letter = queries.access_letter(actor, letter_id)
        if not letter.reference:
            raise NotFoundOrForbidden
        sheet = minute_sheet(
            actor, letter, item=work.item_of(actor, letter_id), referrals=work.referrals_of(actor, letter_id)
        )
    return pdf(render_minute_sheet(sheet), name=f"{letter.reference}-notes.pdf")
