# SPDX-License-Identifier: EUPL-1.2
"""Pages for the machines that watch an installation: readiness and metrics, for known networks or a token's bearer."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mukatabat.access.decisions import PUBLIC, access
from mukatabat.web.watching.checks import ready as ready_now
from mukatabat.web.watching.metrics import exposition

View = Callable[[HttpRequest], HttpResponse]
_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def for_watchers(view: View) -> View:
    """Answer the networks of MUKATABAT_WATCHERS and whoever bears the token of its file; for others nothing is here.

    What came through a proxy came from somewhere else, so the proxy's own address opens nothing.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (_near(request) or _bears_token(request)):
            raise Http404
        return view(request)

    return guarded


def _near(request: HttpRequest) -> bool:
    if any(request.META.get(name) for name in _FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.MUKATABAT_WATCHERS)


def _bears_token(request: HttpRequest) -> bool:
    file = settings.MUKATABAT_WATCH_TOKEN_FILE
    if file is None:
        return False
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = Path(file).read_text(encoding="ascii").strip()
    same = hmac.compare_digest(given.strip().encode(), wanted.encode())
    return scheme.casefold() == "bearer" and bool(wanted) and same


@access(PUBLIC)
@for_watchers
@never_cache
@require_GET
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served (200 or 503), and the answer of every check by its name."""
    good, checks = ready_now()
    return JsonResponse({"status": "ok" if good else "unavailable", "checks": checks}, status=200 if good else 503)


@access(PUBLIC)
@for_watchers
@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Give what is counted and measured, in the text form of Prometheus."""
    return HttpResponse(exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
