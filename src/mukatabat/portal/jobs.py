# SPDX-License-Identifier: EUPL-1.2
"""Background work of the API: publishing events, forgetting them in time, and calling webhooks."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections, connection
from procrastinate.contrib.django import app

from mukatabat.portal.actions import deliveries, feed
from mukatabat.tenancy.jobs import OUTSIDE, enqueue

INTERVAL = 1.0
"""Seconds between two looks at the trail."""

logger = logging.getLogger(__name__)


def run_publisher(stop: threading.Event) -> None:
    """Publish what was committed until ``stop`` is set; a thread of every worker, of which one works at a time."""
    while not stop.wait(INTERVAL):
        try:
            for body_id in feed.publish():
                if deliveries.has_webhooks(deliveries.sender(body_id)):
                    enqueue("portal.spread", body=body_id)
        except Exception:
            logger.exception("events could not be published; it is tried again")
        finally:
            close_old_connections()
    connection.close()


@app.periodic(cron="40 1 * * *")
@app.task(name="portal.forget_events", queueing_lock="portal.forget_events")
def forget_events(timestamp: int) -> None:
    """Remove the events that are beyond their retention, once a night."""
    removed = feed.forget(timedelta(days=settings.MUKATABAT_EVENTS_KEPT_DAYS))
    logger.info("%d events were forgotten", removed)


@app.task(name="portal.spread", queue=OUTSIDE)
def spread(body: str) -> None:
    """Lay a body's new events out for its webhooks."""
    deliveries.spread(deliveries.sender(UUID(body)))


@app.task(name="portal.deliver", queue=OUTSIDE)
def deliver(body: str, webhook: str) -> None:
    """Send what is due for one webhook."""
    deliveries.send_due(deliveries.sender(UUID(body)), UUID(webhook))


def sweep(body_id: UUID) -> None:
    """Lay out and order again what a killed worker left, and empty the log of what is old."""
    actor = deliveries.sender(body_id)
    deliveries.forget_deliveries(actor)
    if deliveries.has_webhooks(actor):
        enqueue("portal.spread", body=body_id)
