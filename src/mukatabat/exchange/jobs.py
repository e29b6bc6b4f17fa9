# SPDX-License-Identifier: EUPL-1.2
"""Background work of the exchange: at least once, each safe to repeat."""

from __future__ import annotations

import logging
from uuid import UUID

from django.db import DatabaseError
from procrastinate.contrib.django import app

from mukatabat.exchange import carrier
from mukatabat.exchange.queries import under_way, untold
from mukatabat.kernel.errors import MukatabatError

logger = logging.getLogger(__name__)


@app.task(name="exchange.carry", pass_context=False)
def carry(body: str, consignment: str) -> None:
    """Dispatch and deliver one consignment; a failure is counted and tried again later."""
    actor = carrier.carrier(UUID(body))
    try:
        carrier.dispatch(actor, UUID(consignment))
        carrier.deliver(actor, UUID(consignment))
    except (MukatabatError, DatabaseError, OSError) as error:
        logger.warning("carrying %s failed: %s", consignment, error)
        carrier.note_failure(actor, UUID(consignment))


@app.task(name="exchange.tell")
def tell(body: str, notice: str) -> None:
    """Tell a sender what happened at the recipient."""
    carrier.tell_sender(carrier.carrier(UUID(body)), UUID(notice))


def sweep(body_id: UUID) -> None:
    """Do again what a killed worker left: consignments under way and notices untold in one body."""
    actor = carrier.carrier(body_id)
    for consignment_id in under_way(actor):
        carry(body=str(body_id), consignment=str(consignment_id))
    for notice_id in untold(actor):
        carrier.tell_sender(actor, notice_id)
