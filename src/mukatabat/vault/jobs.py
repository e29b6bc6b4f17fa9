# SPDX-License-Identifier: EUPL-1.2
"""Background work of the vault: at least once, each safe to repeat."""

from __future__ import annotations

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.signing.service import certifies_by_itself
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import actions
from mukatabat.vault.standing import alarming

logger = logging.getLogger(__name__)


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


def look_at_certificates() -> None:
    """Say in the log which seals and keys of the node need a certificate: an alarm a fortnight before one ends."""
    if certifies_by_itself():
        return
    now = clock.now()
    for one in alarming():
        standing = one.standing(now)
        log = logger.error if standing.is_urgent else logger.warning
        log("the certificate of the %s: %s; `keys request` asks for one", one.name, standing)


def _actor(body_id: UUID) -> Actor:
    realm = Body.objects.only("realm").get(id=body_id).realm
    return system_actor("vault.keeper", body_id=body_id, realm=realm)
