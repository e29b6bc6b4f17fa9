# SPDX-License-Identifier: EUPL-1.2
"""Error pages: what happened, what is safe, what to do, and a trace code; in the reader's language."""

from __future__ import annotations

import secrets
import sys
from typing import ClassVar

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import MukatabatError, NotFoundOrForbidden, Unexpected
from mukatabat.tenancy.errors import OUTAGE, DatabaseAway

NOBODY = {"theme": "auto", "digits": "latn"}
"""What the frame knows of a reader who cannot be looked up."""


class TooMuchSent(MukatabatError):
    """A request is larger than any form of ours."""

    code = "web.too-much-sent"
    http_status: ClassVar[int] = 413
    happened = _("This is more than the system takes at once.")
    safe = _("Nothing was changed. What you sent was not read.")
    do = _("Go back and send less: a shorter text, or the files one by one.")


TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
"""How the framework says that a request goes beyond the limits of the settings."""


class FormExpired(MukatabatError):
    """The form's secret does not fit the session."""

    code = "web.form-expired"
    http_status: ClassVar[int] = 403
    happened = _("The page was open for too long, or you signed in again in between.")
    safe = _("Nothing was changed. A draft that was being written is saved.")
    do = _("Go back, reload the page, and repeat your step.")


def error_page(request: HttpRequest, error: Exception | None, *, trace: str) -> HttpResponse:
    """The page of a typed error, else of a database that is away or of a fault of ours; for htmx a message alone."""
    shown = error if isinstance(error, MukatabatError) else fault(error)
    status = type(shown).http_status
    context = {"error": shown, "trace": trace, "status": status, "back_url": _back(request)}
    fragment = request.headers.get("HX-Request") == "true"
    template = "web/_trouble.html" if fragment else "web/error.html"
    if isinstance(shown, DatabaseAway):
        # Nobody can be looked up now, so the page stands in the frame of before a sign-in.
        response = HttpResponse(render_to_string(template, {**context, "ui": NOBODY}), status=status)
    else:
        response = render(request, template, context, status=status)
    if fragment:  # the page stays as it is, and the message stands among its messages
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    add_never_cache_headers(response)  # the frame around it names the reader
    if isinstance(shown, DatabaseAway):
        response["Retry-After"] = str(shown.retry_after)
    return response


def fault(error: BaseException | None) -> MukatabatError:
    """What a person is told of an exception that no room foresaw."""
    return DatabaseAway() if isinstance(error, OUTAGE) else Unexpected()


def _back(request: HttpRequest) -> str:
    """The page before, if it is ours; an address such as //elsewhere is not, though its beginning is our own."""
    referer, own = request.headers.get("Referer", ""), f"{request.scheme}://{request.get_host()}"
    place = referer.removeprefix(own) if referer.startswith(f"{own}/") else "/"
    return place if url_has_allowed_host_and_scheme(place, allowed_hosts=None) else "/"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Missing and forbidden look the same."""
    return error_page(request, NotFoundOrForbidden(), trace=new_trace())


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that is refused before it is read; one for a foreign host gets no page."""
    if isinstance(exception, TOO_MUCH):
        return error_page(request, TooMuchSent(), trace=new_trace())
    return HttpResponseBadRequest("Bad Request", content_type="text/plain")


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault outside of any view; the framework is handling its exception while it asks for this page."""
    return error_page(request, fault(sys.exception()), trace=new_trace())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its secret."""
    return error_page(request, FormExpired(), trace=new_trace())


def new_trace() -> str:
    """A code that a person can read out, and the log knows."""
    return "E-" + secrets.token_hex(3).upper()
