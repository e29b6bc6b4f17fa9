# SPDX-License-Identifier: EUPL-1.2
"""Two letters under one reference: the second is registered when the clerk decides so, knowingly."""

from __future__ import annotations

from uuid import UUID

from mukatabat.letters.errors import AlreadyRegistered
from mukatabat.letters.queries.intake import kept_as, registered_twin
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows


def require_no_twin(actor: Actor, counterpart_id: UUID, their_reference: str, *, despite: UUID | None) -> None:
    """Raise `AlreadyRegistered` unless the clerk saw the twin and registers ``despite`` it; call inside a transaction.

    Two clerks with one reference wait for each other, so that the second sees what the first registered.
    """
    if not their_reference.strip():
        return
    key = f"{actor.body_id} {counterpart_id} {kept_as(their_reference)}"
    rows("letters", "hold_reference", {"key": key})
    twin = registered_twin(actor, counterpart_id, their_reference)
    if twin is not None and twin.id != despite:
        raise AlreadyRegistered(reference=twin.reference)
