# SPDX-License-Identifier: EUPL-1.2
"""`python -m mukatabat worker`: background jobs, the audit sequencer, the publisher of events, and the log."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app

from mukatabat.audit.jobs import run_sequencer
from mukatabat.ledger.jobs import run_log
from mukatabat.portal.jobs import run_publisher
from mukatabat.tenancy.errors import OUTAGE
from mukatabat.tenancy.jobs import INSIDE, OUTSIDE
from mukatabat.vault.errors import StoreUnavailable
from mukatabat.web import ledger
from mukatabat.web.watching.work import observed_job


class Command(BaseCommand):
    """Run until interrupted; every job it was doing when killed is run again by another worker's sweep."""

    help = "Run background jobs, chain the audit trail, publish events and keep the log."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how many jobs run side by side."""
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *_: Any, concurrency: int, **__: Any) -> None:
        """Start sequencer, publisher and log beside the worker, and stop them in order."""
        stop = threading.Event()
        beside = [
            threading.Thread(target=run_sequencer, args=(stop,), name="audit-sequencer"),
            threading.Thread(target=run_publisher, args=(stop,), name="events-publisher"),
            threading.Thread(target=run_log, args=(stop, ledger.logger), name="transparency-log"),
        ]
        for thread in beside:
            thread.start()
        try:
            connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
            with app.replace_connector(connector) as worker_app:
                outlive_outages(worker_app)
                asyncio.run(_work(worker_app, concurrency))
        finally:
            stop.set()
            for thread in beside:
                thread.join()


AFTER_OUTAGE = RetryStrategy(max_attempts=30, wait=2, linear_wait=5, retry_exceptions=(*OUTAGE, StoreUnavailable))
"""A job that met an outage of the database or of the store begins anew: at first at once, for half an hour in all."""


def outlive_outages(worker_app: App) -> None:
    """Let every task begin anew after an outage; a periodic one comes again by itself, and must not wait twice."""
    for task in worker_app.tasks.values():
        if task.retry_strategy is None and task.queueing_lock is None:
            task.retry_strategy = AFTER_OUTAGE


async def _work(worker_app: App, concurrency: int) -> None:
    """Work on both queues side by side: a server elsewhere that does not answer keeps no letter waiting.

    The first of them hears the signal to stop, and the other ends with it; a fault of either ends both.
    """
    async with worker_app.open_async():
        both = [
            asyncio.create_task(
                worker_app.run_worker_async(
                    queues=[queue], name=queue, concurrency=concurrency, listen_notify=True, delete_jobs="successful",
                    install_signal_handlers=queue == INSIDE, worker_middleware=[observed_job],
                )
            )
            for queue in (INSIDE, OUTSIDE)
        ]  # fmt: skip
        ended, going = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for one in going:
            one.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        for one in ended:
            one.result()
