# SPDX-License-Identifier: EUPL-1.2
"""Background work of the exchange: at least once, each safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.exchange import carrier, stamping
from mukatabat.exchange.queries import under_way, untold
from mukatabat.kernel.errors import MukatabatError

logger = logging.getLogger(__name__)


@app.task(name="exchange.carry", pass_context=False)
def carry(body: str, consignment: str) -> None:
    """Dispatch and deliver one consignment; a failure, whatever it is, is counted and tried again later."""
    actor, consignment_id = carrier.carrier(UUID(body)), UUID(consignment)
    if not carrier.is_due(actor, consignment_id):
        return
    try:
        carrier.dispatch(actor, consignment_id)
        carrier.deliver(actor, consignment_id)
    except MukatabatError as error:
        logger.warning("carrying %s failed: %s", consignment_id, error)
        carrier.note_failure(actor, consignment_id)
    except Exception:
        logger.exception("carrying %s failed", consignment_id)
        carrier.note_failure(actor, consignment_id)


@app.task(name="exchange.tell")
def tell(body: str, notice: str) -> None:
    """Tell a sender what happened at the recipient."""
    carrier.tell_sender(carrier.carrier(UUID(body)), UUID(notice))


@app.task(name="exchange.stamp")
def stamp(body: str, evidence: str) -> None:
    """Time-stamp an evidence; when the authority is silent, the sweep asks again."""
    stamping.stamp(carrier.carrier(UUID(body)), UUID(evidence))


def sweep(body_id: UUID) -> None:
    """Do again what a killed worker left: consignments under way, notices untold and time-stamps missing in one body.

    One that fails stops no other; it is tried again at the next sweep.
    """
    actor = carrier.carrier(body_id)
    for consignment_id in under_way(actor):
        _attempt(carry, body=body_id, consignment=consignment_id)
    for notice_id in untold(actor):
        _attempt(tell, body=body_id, notice=notice_id)
    stamping.stamp_waiting(actor)


def _attempt(job: Callable[..., None], **arguments: UUID) -> None:
    try:
        job(**{name: str(value) for name, value in arguments.items()})
    except Exception:
        logger.exception("the sweep could not repeat %s", arguments)
