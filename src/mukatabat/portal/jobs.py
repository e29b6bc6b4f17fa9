# SPDX-License-Identifier: EUPL-1.2
"""Background work of the API: publishing events, and forgetting them in time."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import close_old_connections, connection
from procrastinate.contrib.django import app

from mukatabat.portal.actions import feed

INTERVAL = 1.0
"""Seconds between two looks at the trail."""

logger = logging.getLogger(__name__)


def run_publisher(stop: threading.Event) -> None:
    """Publish what was committed until ``stop`` is set; a thread of every worker, of which one works at a time."""
    while not stop.wait(INTERVAL):
        try:
            feed.publish()
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
