# SPDX-License-Identifier: EUPL-1.2
"""Reading grants: lists in order, one decision, and its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from mukatabat.access.grants.rules import Page, Shelf, decode_cursor, encode_cursor
from mukatabat.access.models.grant import Grant
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


def newest(actor: Actor, shelf: Shelf, *, cursor: str | None = None, limit: int = PAGE) -> Page:
    """One page of a shelf, newest first. Cost follows the page, not the size of the body."""
    start = decode_cursor(cursor)
    before = (_EPOCH + timedelta(microseconds=start[0]), start[1]) if start else _LAST
    with reading(actor):
        found = rows("access", "page", {
            "grantees": list(actor.grantees), "shelf": str(shelf), "now": clock.now(),
            "before_time": before[0], "before_id": before[1], "limit": limit + 1,
        })  # fmt: skip
    page = found[:limit]
    after = encode_cursor(page[-1][1], page[-1][0]) if len(found) > limit else None
    return Page(ids=tuple(row[0] for row in page), after=after)


def granted(actor: Actor, object_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Which of ``object_ids`` the actor may see; order and size of the answer tell nothing of the others."""
    objects = list(object_ids)
    if not objects:
        return frozenset()
    with reading(actor):
        found = rows("access", "granted", {
            "objects": objects, "grantees": list(actor.grantees), "now": clock.now(),
        })  # fmt: skip
    return frozenset(row[0] for row in found)


class LookedUp(Exists):
    """EXISTS that is asked of each row by index; the fence keeps the planner from reading all grants of an identity."""

    template = "EXISTS(%(subquery)s OFFSET 0)"


def visible(actor: Actor, field: str = "object_id") -> Q:
    """The filter of a query by which only rows remain whose ``field`` names an object that the actor may see.

    Two look-ups a row: the query's own conditions should leave a list, not a book.
    """
    now = clock.now()
    standing = Grant.objects.filter(
        Q(ends=None) | Q(ends__gt=now), object_id=OuterRef(field), grantee_id__in=actor.grantees, starts__lte=now
    )
    return Q(LookedUp(standing.filter(denies=False))) & ~Q(LookedUp(standing.filter(denies=True)))


def walled(actor: Actor, object_ids: Iterable[UUID]) -> frozenset[UUID]:
    """From which of ``object_ids`` the actor is kept by a wall, whatever else was granted."""
    now = clock.now()
    walls = Q(ends=None) | Q(ends__gt=now)
    with reading(actor):
        found = Grant.objects.filter(
            walls, object_id__in=list(object_ids), grantee_id__in=actor.grantees, denies=True, starts__lte=now
        )
        return frozenset(found.values_list("object_id", flat=True))


def is_known(actor: Actor, object_id: UUID) -> bool:
    """Whether anything of the actor's body was ever granted or walled under this identifier, to whomever."""
    with reading(actor):
        return bool(rows("access", "known", {"object": object_id})[0][0])


def require_granted(actor: Actor, object_id: UUID) -> None:
    """Raise "not found" unless the actor may see the object: the same statement for missing and forbidden."""
    if object_id not in granted(actor, [object_id]):
        raise NotFoundOrForbidden


def why(actor: Actor, object_id: UUID) -> list[Grant]:
    """The grants by which the actor sees the object, oldest first."""
    with reading(actor):
        return list(Grant.objects.filter(object_id=object_id, grantee_id__in=actor.grantees).order_by("starts"))
