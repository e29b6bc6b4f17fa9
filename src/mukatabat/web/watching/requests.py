# SPDX-License-Identifier: EUPL-1.2
"""One log line and one count for every request, by the name of its route."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from mukatabat.kernel.tracing import HEADER, going_on, traced
from mukatabat.tenancy.rules import Actor
from mukatabat.web.watching.logs import say
from mukatabat.web.watching.metrics import count_request

Handler = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = "X-Request-Id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_UNHEARD = frozenset({"web:ready", "web:metrics", "web:health"})

logger = logging.getLogger("mukatabat.requests")


def observed(get_response: Handler) -> Handler:
    """Give each request a name and a trace that its log lines and jobs share; count it and log it when it is answered.

    A caller's X-Request-Id is taken over when it looks like one, so that a proxy's log and ours can be laid together.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(REQUEST_ID, "")
        name = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        began = time.perf_counter()
        with traced(going_on(request.headers.get(HEADER))), bound_contextvars(request=name):
            response = get_response(request)
            _note(request, response.status_code, time.perf_counter() - began)
        response.headers[REQUEST_ID] = name
        return response

    return handle


def route_of(request: HttpRequest) -> str:
    """The name of the request's route, "room:name", or "none" where none was found; never its address."""
    match = request.resolver_match
    if match is None:
        return "none"
    return match.view_name if ":" in match.view_name else f"access:{match.view_name or 'unnamed'}"


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    route = route_of(request)
    count_request(route=route, status=status, seconds=seconds)
    if route in _UNHEARD:
        return
    method = request.method if request.method in _METHODS else "OTHER"
    facts: dict[str, object] = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
    actor = getattr(request, "actor", None)
    if isinstance(actor, Actor):
        facts |= {"body": str(actor.body_id), "actor": str(actor.person_id)}
    say(logger, "request", **facts)
