# SPDX-License-Identifier: EUPL-1.2
"""Background work of the vault: at least once, each safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.signing import jobs as signing
from mukatabat.signing.errors import SigningError
from mukatabat.signing.service import certifies_by_itself
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault import actions
from mukatabat.vault.revoked import between, out_of_step
from mukatabat.vault.standing import alarming

logger = logging.getLogger(__name__)

KEEPER = "vault.keeper"


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


def fetch_revocation_lists() -> int:
    """Fetch what the authorities withdrew, and note what of it is in use here; gives how many addresses were silent."""
    silent = signing.fetch_revocation_lists(between())
    look_at_lists()
    return silent


def look_at_lists() -> None:
    """Note where the kept lists say something else of a certificate in use than is known; one stops no other."""
    if certifies_by_itself():
        return
    try:
        bodies, realms = out_of_step()
    except SigningError:
        logger.exception("nobody is believed, and so no certificate in use can be held against the lists")
        return
    for body_id, realm in bodies:
        _look(actions.look_at_seal, system_actor(KEEPER, body_id=body_id, realm=realm))
    for node_realm in realms:
        home = Body.objects.filter(realm=node_realm).order_by("code").values_list("id", flat=True).first()
        if home is not None:
            _look(actions.look_at_node, system_actor(KEEPER, body_id=home, realm=node_realm))


def _look(look: Callable[[Actor], bool], actor: Actor) -> None:
    try:
        if look(actor):
            logger.error("the authorities' lists changed what is known of a certificate in use: `keys certificates`")
    except Exception:
        logger.exception("a certificate in use of body %s could not be held against the lists", actor.body_id)


def _actor(body_id: UUID) -> Actor:
    realm = Body.objects.only("realm").get(id=body_id).realm
    return system_actor(KEEPER, body_id=body_id, realm=realm)
