# SPDX-License-Identifier: EUPL-1.2
"""Errors as application/problem+json (RFC 9457): a stable code, and what to do in both languages."""

from __future__ import annotations

import json
import logging
import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden, Unexpected
from mukatabat.portal.errors import RequestInvalid, TokenRefused, TooManyRequests
from mukatabat.tenancy.errors import OUTAGE, DatabaseAway

logger = logging.getLogger("mukatabat.portal")
LONGEST_REASON = 200
MOST_PLACES = 20
TRACE = "X-Trace"


def problem(error: MukatabatError, **more: Any) -> HttpResponse:
    """The answer to an error: type, title, status, trace, and the three texts in Arabic and English."""
    texts = {}
    for language in ("ar", "en"):
        with translation.override(language):
            texts[language] = {name: _plain(text) for name, text in error.as_dict().items() if name != "code"}
    status, trace = type(error).http_status, "E-" + secrets.token_hex(3).upper()
    body = {
        "type": f"urn:mukatabat:problem:{error.code}", "title": texts["en"]["happened"], "status": status,
        "code": error.code, "trace": trace, **texts, **more,
    }  # fmt: skip
    logger.info("%s %s", trace, error.code)
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), status=status, content_type="application/problem+json; charset=utf-8"
    )
    response.headers[TRACE] = trace
    if isinstance(error, TokenRefused):
        response.headers["WWW-Authenticate"] = 'Bearer realm="mukatabat"'
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.params["seconds"])
    if isinstance(error, DatabaseAway):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def explain(api: NinjaAPI) -> None:
    """Let every way of failing end in such an answer; a crash says no more than its trace."""

    @api.exception_handler(MukatabatError)
    def typed(request: HttpRequest, error: MukatabatError) -> HttpResponse:
        return problem(error)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        places = [
            {"place": "/".join(map(str, one["loc"])), "reason": _reason(one["msg"])}
            for one in error.errors[:MOST_PLACES]
        ]
        return problem(RequestInvalid(), places=places)

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(RequestInvalid(), places=[{"place": "body", "reason": _reason(error)}])

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(NotFoundOrForbidden())

    @api.exception_handler(Exception)
    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        answer = problem(DatabaseAway() if isinstance(error, OUTAGE) else Unexpected())
        logger.error("%s", answer.headers[TRACE], exc_info=error)
        return answer


def _reason(said: object) -> str:
    """What the form's check said, cut to a line: it repeats what was sent, whatever and however long that was."""
    return " ".join("".join(one for one in str(said) if one.isprintable() or one == " ")[:LONGEST_REASON].split())


def _plain(text: str) -> str:
    """Without bidi isolates: a program shows the texts in a form of its own."""
    return text.replace("\u2068", "").replace("\u2069", "")
