# SPDX-License-Identifier: EUPL-1.2
"""The access decision of every route, stated where the route is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers

from mukatabat.access import limits, sessions
from mukatabat.access.models import Account
from mukatabat.access.queries import actor_of
from mukatabat.access.rules import Capability
from mukatabat.tenancy.rules import Actor

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

PUBLIC = "public"
ACCOUNT = "account"
SIGNED_IN = "signed-in"
CAPABILITY = "capability:"
_ACTOR = "mukatabat_actor"


DEFAULT_LIMITS = {PUBLIC: limits.ADDRESS}
"""The limit of a route that states none of its own; everything behind sign-in counts by account."""


def access(
    decision: str, *, limit: limits.Limit | None = None
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], View[P]]:
    """Wrap a view with its access decision, kept on it as `access_decision` for the walk over the URL table.

    "public": anyone. "account": a living session. "signed-in": one whose person holds a post today; the actor is
    `request.actor`. "capability:sign|approve": one whose posts give any of these capabilities.
    The rate limit, stated or by the decision, is kept as `rate_limit` and counted before the view.
    Signed out means a redirect to sign-in that comes back; lacking a capability is the same 404 as a missing page.
    An unknown decision is a ValueError when the module is imported.
    """
    wanted = _wanted(decision)
    chosen = limit or DEFAULT_LIMITS.get(decision, limits.ACCOUNT)

    def wrap(view: Callable[Concatenate[HttpRequest, P], R]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            limits.require_within(chosen, request, str(get_adapter().get_client_ip(request)))
            if decision == PUBLIC:
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated or sessions.is_over(request):
                return to_sign_in(request)
            if decision != ACCOUNT:
                actor = actor_of_request(request)
                if wanted and actor.capabilities.isdisjoint(wanted):
                    raise Http404
            response = view(request, *args, **kwargs)
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(cast(HttpResponse, response))
            return response

        guarded.access_decision = decision  # type: ignore[attr-defined]
        guarded.rate_limit = chosen  # type: ignore[attr-defined]
        return guarded

    return wrap


def actor_of_request(request: HttpRequest) -> Actor:
    """Return the actor of a signed-in request, found once per request and kept as `request.actor`.

    Raises `NoAppointment` for a person without a post today.
    """
    kept = request.__dict__.get(_ACTOR)
    if kept is None:
        kept = actor_of(cast(Account, request.user), session=request.session)
        keep_actor(request, kept)
    return cast(Actor, kept)


def keep_actor(request: HttpRequest, actor: Actor) -> None:
    """Replace the actor of a request, for instance after a fresh proof of the second factor."""
    request.__dict__[_ACTOR] = actor
    request.__dict__["actor"] = actor


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Answer a signed-out request: to sign-in, and from there back to the page that was wanted.

    A fragment asked for by htmx makes the whole page go there; an act that was posted comes back to its page.
    """
    fragment = request.headers.get("HX-Request") == "true"
    target = request.headers.get("HX-Current-URL", "") if fragment else request.get_full_path()
    if not fragment and request.method not in {"GET", "HEAD"}:
        target = request.headers.get("Referer", "")
    place = _own_place(target, request)
    url = resolve_url(settings.LOGIN_URL)
    url = f"{url}?{urlencode({'next': place})}" if place else url
    if fragment:
        return HttpResponse(status=401, headers={"HX-Redirect": url})
    response: HttpResponse = HttpResponseRedirect(url)
    add_never_cache_headers(response)
    return response


def _own_place(url: str, request: HttpRequest) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # a header may hold anything
        return ""
    if parts.netloc and parts.netloc != request.get_host():
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _wanted(decision: str) -> frozenset[str]:
    if decision in {PUBLIC, ACCOUNT, SIGNED_IN}:
        return frozenset()
    if not decision.startswith(CAPABILITY):
        message = f"unknown access decision {decision!r}"
        raise ValueError(message)
    return frozenset(Capability(name) for name in decision.removeprefix(CAPABILITY).split("|"))


def decision_of(view: Any) -> str | None:
    """Return the decision that a view states, or None; for the structural test over the URL table."""
    return getattr(view, "access_decision", None)
