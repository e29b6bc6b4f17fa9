# SPDX-License-Identifier: EUPL-1.2
"""Background work of the vault: at least once, each safe to repeat."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.directory.models import Body
from mukatabat.tenancy.rules import system_actor
from mukatabat.vault import actions


@app.task(name="vault.rewrap")
def rewrap(body: str) -> None:
    """Wrap all documents of a body anew under its newest key; cut off, it goes on where it stopped."""
    realm = Body.objects.only("realm").get(id=body).realm
    actor = system_actor("vault.keys", body_id=UUID(body), realm=realm)
    while actions.rewrap(actor):
        pass
