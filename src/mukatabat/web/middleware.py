# SPDX-License-Identifier: EUPL-1.2
"""What surrounds every request: headers, the reader's language, its size, refusals in the trail, errors as pages."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import translation

from mukatabat.access.views.door import place_of
from mukatabat.audit.actions import record
from mukatabat.kernel.errors import MukatabatError
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.rules import DEFAULT_LIMIT
from mukatabat.web.errors import TOO_MUCH, TooMuchSent, error_page, new_trace

Handler = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("mukatabat.web")

POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def security_headers(get_response: Handler) -> Handler:
    """Set the content policy without any exception; nothing is framed, by nobody."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response

    return handle


def packed(get_response: Handler) -> Handler:
    """Send pages compressed to whoever takes that, each a random bit longer (BREACH); files go as they lie."""
    packer = GZipMiddleware(get_response)

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            packer.process_response(request, response)  # in place
        return response

    return handle


def interface(get_response: Handler) -> Handler:
    """Speak the reader's language: the account's choice, else the session's, else Arabic."""

    def handle(request: HttpRequest) -> HttpResponse:
        account = request.user
        chosen = account.language if account.is_authenticated else request.session.get("language", "ar")
        with translation.override("en" if chosen == "en" else "ar"):
            request.LANGUAGE_CODE = translation.get_language()
            response = get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        response.headers.setdefault("Content-Language", "en" if chosen == "en" else "ar")
        return response

    return handle


MOST_SENT = 4 * DEFAULT_LIMIT
"""Bytes of one request: a few attachments of the greatest size at once."""


def bounded(get_response: Handler) -> Handler:
    """Refuse what no form of ours sends before a byte of it is read: files would be kept on disk while they come."""

    def handle(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal()) or len(length) > 15 or int(length) > MOST_SENT:
            return error_page(request, TooMuchSent(), trace=new_trace())
        return get_response(request)

    return handle


REFUSED = frozenset({403, 404})


def refusals(get_response: Handler) -> Handler:
    """Keep in the trail that somebody was refused an act, by whatever part of the house."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST":
            match = request.resolver_match
            named = [one for one in match.kwargs.values() if isinstance(one, UUID)] if match else []
            note_refusal(request, named[0] if named else None, response.status_code)
        return response

    return handle


def note_refusal(request: HttpRequest, object_id: UUID | None, status: int) -> None:
    """Keep that an act on one object was refused to the person of a request; a mistake or a late step is not kept.

    An act on many objects answers with a page, so it tells of each refused one itself.
    """
    actor, match = getattr(request, "actor", None), request.resolver_match
    if status not in REFUSED or not isinstance(actor, Actor):
        return
    detail = {"route": match.view_name if match else "", "status": status}
    try:
        record(
            actor, act="web.act-refused", object_kind="route", object_id=object_id,
            place=place_of(request), detail=detail,
        )  # fmt: skip
    except DatabaseError:
        logger.exception("a refusal could not be recorded")


class typed_errors:  # noqa: N801 - Django names middleware by its path
    """Turn a typed error, "not found" and a crash into a page of three parts with a trace code."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for an exception that a view raised; the log gets the trace code and no letter text."""
        if isinstance(exception, Http404):
            return None
        trace = new_trace()
        if isinstance(exception, MukatabatError):
            logger.info("%s %s", trace, exception.code)
            return error_page(request, exception, trace=trace)
        if isinstance(exception, TOO_MUCH):
            return error_page(request, TooMuchSent(), trace=trace)
        logger.error("%s", trace, exc_info=exception)
        return error_page(request, exception, trace=trace)
