# SPDX-License-Identifier: EUPL-1.2
"""What the caller's token is."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router

from mukatabat.directory.queries import body
from mukatabat.kernel import clock
from mukatabat.portal.api.schemas import TokenSelf
from mukatabat.portal.api.security import NeedsToken, caller

router = Router()


@router.get("/me", response=TokenSelf, auth=NeedsToken(), url_name="me", summary="The token itself")
def me(request: HttpRequest) -> dict[str, object]:
    """What the token is for, and what time it is here."""
    mine = caller(request)
    return {
        "handle": mine.handle, "body": body(mine.actor.body_id).code, "scopes": sorted(mine.scopes),
        "per_minute": mine.per_minute, "time": clock.now(),
    }  # fmt: skip
