# SPDX-License-Identifier: EUPL-1.2
"""Who acts, in which body: pure values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """A person, or one of our own named jobs acting inside one body."""

    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody acting inside exactly one body. Names are kept so that an audit entry needs no look-up.

    ``capabilities`` are the strings of ``access.rules.Capability``; ``second_factor_at`` is the instant (UTC) of the
    last proof of the second factor in this session.
    """

    body_id: UUID
    realm: str
    name_ar: str
    name_en: str
    person_id: UUID | None = None
    account_id: UUID | None = None
    post_ids: tuple[UUID, ...] = ()
    unit_ids: tuple[UUID, ...] = ()
    capabilities: frozenset[str] = field(default_factory=frozenset)
    session_key: str = ""
    second_factor_at: datetime | None = None
    kind: ActorKind = ActorKind.PERSON

    @property
    def person(self) -> UUID:
        """The acting person, for what only a person does; raises ValueError when one of our own jobs acts."""
        if self.person_id is None:
            message = f"{self.name_en} is not a person"
            raise ValueError(message)
        return self.person_id

    def may(self, capability: str) -> bool:
        """Whether the posts held today give this capability."""
        return capability in self.capabilities

    @property
    def grantees(self) -> tuple[UUID, ...]:
        """Every identity under which a grant may have been written: the person, the posts, the units."""
        own = (self.person_id,) if self.person_id else ()
        return (*own, *self.post_ids, *self.unit_ids)


def system_actor(name: str, *, body_id: UUID, realm: str) -> Actor:
    """One of our own jobs (``name`` such as "exchange.carrier") acting inside ``body_id``."""
    return Actor(body_id=body_id, realm=realm, name_ar=name, name_en=name, kind=ActorKind.SYSTEM)


def in_body(actor: Actor, body_id: UUID) -> Actor:
    """The same system actor inside another body; a person never changes body this way."""
    if actor.kind is not ActorKind.SYSTEM:
        message = "only a system actor crosses bodies"
        raise ValueError(message)
    return replace(actor, body_id=body_id)
