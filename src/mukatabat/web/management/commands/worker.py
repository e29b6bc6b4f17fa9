# SPDX-License-Identifier: EUPL-1.2
"""`python -m mukatabat worker`: background jobs and the audit sequencer."""

from __future__ import annotations

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from mukatabat.audit.jobs import run_sequencer


class Command(BaseCommand):
    """Run until interrupted; every job it was doing when killed is run again by another worker's sweep."""

    help = "Run background jobs and chain the audit trail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how many jobs run side by side."""
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *_: Any, concurrency: int, **__: Any) -> None:
        """Start the sequencer beside the worker, and stop both in order."""
        stop = threading.Event()
        sequencer = threading.Thread(target=run_sequencer, args=(stop,), name="audit-sequencer")
        sequencer.start()
        try:
            connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
            with app.replace_connector(connector) as worker_app:
                worker_app.run_worker(concurrency=concurrency, listen_notify=True, delete_jobs="successful")
        finally:
            stop.set()
            sequencer.join()
