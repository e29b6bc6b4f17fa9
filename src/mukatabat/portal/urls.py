# SPDX-License-Identifier: EUPL-1.2
"""The routes of the API, below ``api/v1/``: one for each path, with its access decision like every other route."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from ninja.operation import PathView
from ninja.utils import normalize_path, replace_path_param_notation

from mukatabat.access.limits import TOKEN_RATE
from mukatabat.portal.api import api
from mukatabat.portal.api.security import NeedsToken
from mukatabat.portal.views import description

TOKEN = "token"
"""The access decision of a route whose operations each need a token, with the scopes that they name themselves."""

app_name = "portal"


def _routes() -> Iterator[URLPattern]:
    for router in api._get_bound_routers():
        for template, view in router.path_operations.items():
            route = normalize_path(replace_path_param_notation(f"{router.prefix}/{template}")).strip("/")
            yield path(route, _decided(view), name=view.operations[0].url_name or "")


def _decided(paths: PathView) -> Callable[..., HttpResponseBase]:
    """The view of a path, whose answers nobody keeps on the way.

    Where an operation needs no token its decision stays open, and a test of all routes fails. It knows no cookie, so
    there is no form's secret to be checked.
    """
    view: Callable[..., HttpResponseBase] = paths.get_view()

    @csrf_exempt
    def answered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    auths = [auth for operation in paths.operations for auth in operation.auth_callbacks or (None,)]
    if all(isinstance(auth, NeedsToken) for auth in auths):
        answered.access_decision = TOKEN  # type: ignore[attr-defined]
        answered.rate_limit = TOKEN_RATE  # type: ignore[attr-defined]
    return answered


urlpatterns = [path("openapi.json", description, name="description"), *_routes()]
