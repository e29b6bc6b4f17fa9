# SPDX-License-Identifier: EUPL-1.2
"""The read-only mode: people read, nobody changes; switched for maintenance by `cli site read-only on`."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.errors import MukatabatError
from mukatabat.portal.api.problems import problem
from mukatabat.web.errors import error_page, new_trace
from mukatabat.web.watching.site import site_state

Handler = Callable[[HttpRequest], HttpResponse]
RETRY_AFTER = "300"
"""Seconds after which a program may ask again."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DOOR = frozenset({
    "account_login", "account_logout", "account_reauthenticate", "mfa_authenticate", "mfa_reauthenticate",
    "access_preferences", "access_own_password", "access_enrolment", "access_passkey_sign_in",
    "access_passkey_door_options", "access_identity", "access_identity_return",
})  # fmt: skip
"""Routes by which a person comes in and goes: they write nothing but the session and the trail."""


class ReadOnlyNow(MukatabatError):
    """A change was asked for while the site takes none."""

    code = "web.read-only"
    http_status = 503
    happened = _("The system is open for reading only at the moment, for maintenance.")
    safe = _("Nothing was changed. Letters that were issued before travel on afterwards.")
    do = _("Keep this page open and repeat your step when the notice at the top is gone.")


def read_only(get_response: Handler) -> Handler:
    """Refuse what may change something while the site is open for reading only; signing in and out goes on."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.method in _SAFE or not site_state().read_only:
            return get_response(request)
        route = _route(request)
        if route in _DOOR:
            return get_response(request)
        if request.path.startswith("/api/"):
            response = problem(ReadOnlyNow())
        else:
            response = error_page(request, ReadOnlyNow(), trace=new_trace())
        response.headers["Retry-After"] = RETRY_AFTER
        return response

    return handle


def _route(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
