# SPDX-License-Identifier: EUPL-1.2
"""The access decision of every operation: a token that has the operation's scope, within its rate."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from ninja.security import HttpBearer

from mukatabat.access.decisions import keep_actor
from mukatabat.portal.actions.tokens import count_request
from mukatabat.portal.api.rendering import RATE, Rate
from mukatabat.portal.errors import ScopeMissing, TokenRefused
from mukatabat.portal.queries import Caller, caller_of
from mukatabat.portal.rules import Scope


class NeedsToken(HttpBearer):
    """A bearer token (RFC 6750) with one of the given scopes; without any named, every token will do."""

    def __init__(self, *scopes: Scope) -> None:
        """State the operation's access decision."""
        super().__init__()
        self.scopes = frozenset(scopes)

    def __call__(self, request: HttpRequest) -> Caller:
        """Find the caller; raises TokenRefused also where the header is absent or of another kind."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "bearer":
            raise TokenRefused
        return self.authenticate(request, token.strip())

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """Check token, rate and scope, in this order."""
        caller = caller_of(token)
        keep_actor(request, caller.actor)
        request.__dict__[RATE] = Rate(caller.per_minute, count_request(caller))
        if self.scopes and self.scopes.isdisjoint(caller.scopes):
            raise ScopeMissing(scope=" / ".join(sorted(self.scopes)))
        return caller


def caller(request: HttpRequest) -> Caller:
    """The caller of an authenticated request."""
    return cast(Caller, request.auth)  # type: ignore[attr-defined]
