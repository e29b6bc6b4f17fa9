# SPDX-License-Identifier: EUPL-1.2
"""Background work of the notices: each minute, in every body, what is new is planned and what is due is sent."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.notify.actions import sending
from mukatabat.tenancy.jobs import OUTSIDE, enqueue


@app.task(name="notify.send", queue=OUTSIDE)
def send(body: str) -> None:
    """Send what is due in one body."""
    sending.send_due(sending.messenger(UUID(body)))


def sweep(body_id: UUID) -> None:
    """Plan new notices and order the sending of what is due; one run at a time in each body."""
    actor = sending.messenger(body_id)
    sending.spread(actor)
    if sending.is_anything_due(actor):
        enqueue("notify.send", lock=f"notices {body_id}", body=body_id)
