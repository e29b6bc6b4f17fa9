# SPDX-License-Identifier: EUPL-1.2
"""The words of a grant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

LAST_INSTANT = 253_370_764_800_000_000
"""The beginning of the year 9999 in microseconds since 1970: no list goes beyond, and no date either."""


class Shelf(StrEnum):
    """The lists in which a granted object stands."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    MEMO = "memo"
    CIRCULAR = "circular"
    DRAFT = "draft"
    ARRIVAL = "arrival"
    WORK = "work"


class GranteeKind(StrEnum):
    """Who holds a grant."""

    PERSON = "person"
    POST = "post"
    UNIT = "unit"


class Reason(StrEnum):
    """Why somebody may see an object; each has its sentence in ``access.grants.texts``."""

    AUTHOR = "author"
    REGISTRY = "registry"
    APPROVER = "approver"
    SIGNATORY = "signatory"
    REFERRAL = "referral"
    UNIT_HEAD = "unit-head"
    ADDRESSEE = "addressee"
    NAMED_READER = "named-reader"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Grantee:
    """A person, post or unit by its identifier."""

    kind: GranteeKind
    id: UUID

    @classmethod
    def person(cls, id: UUID) -> Grantee:
        """The person ``id``."""
        return cls(GranteeKind.PERSON, id)

    @classmethod
    def post(cls, id: UUID) -> Grantee:
        """Whoever holds the post ``id``."""
        return cls(GranteeKind.POST, id)

    @classmethod
    def unit(cls, id: UUID) -> Grantee:
        """Everyone of the unit ``id``."""
        return cls(GranteeKind.UNIT, id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """The object that is opened: its identity and its place in a list."""

    kind: str
    id: UUID
    shelf: Shelf
    sort_time: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list read from grants: object ids, newest first, and the cursor of the next page."""

    ids: tuple[UUID, ...]
    after: str | None


def encode_cursor(sort_time: datetime, object_id: UUID) -> str:
    """The place after which the next page starts, safe in a URL."""
    return f"{int(sort_time.timestamp() * 1_000_000)}.{object_id.hex}"


def decode_cursor(cursor: str | None) -> tuple[int, UUID] | None:
    """Microseconds since 1970 and object id; None for no or a senseless cursor (the list then starts anew)."""
    if not cursor:
        return None
    instant, _, object_id = cursor.partition(".")
    try:
        start = int(instant), UUID(hex=object_id)
    except ValueError:
        return None
    return start if 0 <= start[0] < LAST_INSTANT else None
