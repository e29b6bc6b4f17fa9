# SPDX-License-Identifier: EUPL-1.2
"""Signing in through the body's own directory: to its page, and back with its answer."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import cast

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from mukatabat.access.actions.identity import account_of, refused
from mukatabat.access.decisions import PUBLIC, access
from mukatabat.access.errors import IdentityRefused
from mukatabat.access.forms import SignInForm
from mukatabat.access.limits import DOOR
from mukatabat.access.oidc.client import ProviderUnreachable, client_of
from mukatabat.access.oidc.providers import configured
from mukatabat.access.oidc.rules import Flaw, Identity, Pending, Provider, identity_of
from mukatabat.access.oidc.tokens import TokenInvalid
from mukatabat.access.views.door import after, place_of
from mukatabat.kernel import clock
from mukatabat.kernel.language import spoken

PENDING = "access.identity"


@access(PUBLIC, limit=DOOR)
@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """Go to the provider's page with a question that only this session can have the answer to."""
    provider = _provider()
    pending = Pending(
        state=secrets.token_urlsafe(32), nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48),
        begun_at=clock.now().isoformat(), wanted=after(request).url,
    )  # fmt: skip
    try:
        url = client_of(provider).authorization_url(pending, back=_back(request), language=spoken("ar", "en"))
    except ProviderUnreachable:
        return _told(request, refused(Flaw.UNREACHABLE, provider, place=place_of(request)))
    request.session[PENDING] = asdict(pending)
    return HttpResponseRedirect(url)


@access(PUBLIC, limit=DOOR)
@never_cache
@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Take the provider's answer; the second factor is still to be proved where there is one.

    Every refusal looks the same, and uses the question up.
    """
    provider, place = _provider(), place_of(request)
    kept = request.session.pop(PENDING, None)
    try:
        if kept is None:
            raise refused(Flaw.STATE, provider, place=place)
        pending = Pending(**kept)
        if flaw := pending.flaw(request.GET.get("state", ""), clock.now()):
            raise refused(flaw, provider, place=place)
        account = account_of(_identity(request, provider, pending), provider, place=place)
    except IdentityRefused as error:
        return _told(request, error)
    account.backend = settings.AUTHENTICATION_BACKENDS[0]
    return cast(HttpResponse, perform_login(request, Login(user=account, redirect_url=pending.wanted)))


def _identity(request: HttpRequest, provider: Provider, pending: Pending) -> Identity:
    place, code = place_of(request), request.GET.get("code", "")
    # An answer that names its issuer names this one (RFC 9207): no other provider's code is redeemed here.
    if request.GET.get("iss", provider.issuer) != provider.issuer:
        raise refused(Flaw.ISSUER, provider, place=place)
    if not code or "error" in request.GET:
        raise refused(Flaw.REFUSED, provider, place=place)
    try:
        claims = client_of(provider).claims(code, pending, back=_back(request))
    except ProviderUnreachable as error:
        raise refused(Flaw.UNREACHABLE, provider, place=place) from error
    except TokenInvalid as error:
        raise refused(Flaw.SIGNATURE, provider, place=place) from error
    found = identity_of(claims, provider, nonce=pending.nonce, now=clock.now())
    if isinstance(found, Flaw):
        raise refused(found, provider, place=place)
    return found


def _provider() -> Provider:
    provider = configured()
    if provider is None:
        raise Http404
    return provider


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("access_identity_return"))


def _told(request: HttpRequest, error: IdentityRefused) -> HttpResponse:
    context = {
        "form": SignInForm(request=request), "errors": [{"field": "", "text": f"{error.happened} {error.do}"}],
    }  # fmt: skip
    return render(request, "account/login.html", context, status=error.http_status)
