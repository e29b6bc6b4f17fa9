# SPDX-License-Identifier: EUPL-1.2
"""The directory: whom a letter may be addressed to."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router

from mukatabat.directory import queries as directory
from mukatabat.directory.errors import UnknownBody
from mukatabat.directory.rules import BodyLabel
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.portal.api.schemas import BodyOut, BodyPage, Code, SearchIn
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.rules import Scope

router = Router(auth=NeedsToken(Scope.DIRECTORY))
MOST = 500


@router.get("", response=BodyPage, url_name="bodies", summary="Bodies")
def bodies(request: HttpRequest, asked: Query[SearchIn]) -> dict[str, object]:
    """The bodies that receive letters today; ``q`` finds them by code or name, Arabic in any spelling."""
    return {"items": directory.search_bodies(asked.q, caller(request).actor.realm, limit=MOST)}


@router.get("/{code}", response=BodyOut, url_name="body", summary="One body")
def one_body(request: HttpRequest, code: Code) -> BodyLabel:
    """A body by its code."""
    try:
        found = directory.body_by_code(code, caller(request).actor.realm)
    except UnknownBody:
        raise NotFoundOrForbidden from None
    return directory.body_names([found.id])[found.id]
