# SPDX-License-Identifier: EUPL-1.2
"""The trail of one body as its auditor reads it: filtered, newest first, page by page from an index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice, product
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.audit.models import AuditEntry
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

MOST_LISTS = 25
"""So many indexes are read side by side at most for one page; a name that fits more people must be typed further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a reader asks for; an empty set means any, ``since`` and ``until`` are instants (UTC), the end excluded."""

    actors: frozenset[UUID] = frozenset()
    objects: frozenset[UUID] = frozenset()
    act: str = ""
    since: datetime | None = None
    until: datetime | None = None
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the next one begins below this entry."""

    at: datetime
    id: UUID


def entries(actor: Actor, sought: Sought, *, below: Place | None = None, limit: int = 50) -> list[AuditEntry]:
    """List entries of the actor's own body, newest first, from below a place.

    Each person or object sought is read from its own index in order, and the lists are merged: one scan for many
    identifiers would sort everything that they ever did.
    """
    if sought.nothing:
        return []
    people: Iterable[UUID | None] = sorted(sought.actors) or [None]
    things: Iterable[UUID | None] = sorted(sought.objects) or [None]
    with reading(actor):
        lists = [
            list(_one_list(sought, person, thing, below)[:limit])
            for person, thing in islice(product(people, things), MOST_LISTS)
        ]
    newest = merge(*lists, key=lambda row: (row.at, row.id), reverse=True)
    return list(islice(newest, limit))


def _one_list(sought: Sought, person: UUID | None, thing: UUID | None, below: Place | None) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.order_by("-at", "-id")
    if person is not None:
        rows = rows.filter(actor_id=person)
    if thing is not None:
        rows = rows.filter(object_id=thing)
    if sought.act:
        rows = rows.filter(act=sought.act)
    if sought.since is not None:
        rows = rows.filter(at__gte=sought.since)
    if sought.until is not None:
        rows = rows.filter(at__lt=sought.until)
    if below is not None:
        # The first half is what the index is entered by; the second leaves out what the page before showed.
        rows = rows.filter(at__lte=below.at).exclude(Q(at=below.at, id__gte=below.id))
    return rows
