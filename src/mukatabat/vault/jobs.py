# SPDX-License-Identifier: EUPL-1.2
"""Background work of the vault: at least once, each safe to repeat."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.directory.models import Body
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import actions


@app.task(name="vault.rewrap")
def rewrap(body: str) -> None:
    """Wrap all documents of a body anew under its newest key; cut off, it goes on where it stopped."""
    actor, damaged = _actor(UUID(body)), set[UUID]()
    while actions.rewrap(actor, damaged=damaged):
        pass


def sweep(body_id: UUID) -> None:
    """Remove the uploads of a body that nobody went on with, and the keys that nothing is sealed to any more."""
    actor = _actor(body_id)
    actions.sweep_uploads(actor)
    actions.retire_pairs(actor)


def _actor(body_id: UUID) -> Actor:
    realm = Body.objects.only("realm").get(id=body_id).realm
    return system_actor("vault.keeper", body_id=body_id, realm=realm)
