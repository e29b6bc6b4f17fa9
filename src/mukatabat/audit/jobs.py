# SPDX-License-Identifier: EUPL-1.2
"""The sequencer's loop; it runs as a thread of every worker, and an advisory lock lets one work at a time."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections, connection

from mukatabat.audit.actions import chain_pending

INTERVAL = 1.0
"""Seconds between two looks at the queue: an entry is chained within 2 s."""

logger = logging.getLogger(__name__)


def run_sequencer(stop: threading.Event) -> None:
    """Chain what waits until ``stop`` is set; an outage of the database is logged and outlived."""
    while not stop.wait(INTERVAL):
        try:
            while chain_pending():
                pass
        except Exception:
            logger.exception("the audit sequencer could not chain; it tries again")
        finally:
            close_old_connections()
    connection.close()
