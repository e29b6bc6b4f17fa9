# SPDX-License-Identifier: EUPL-1.2
"""The job port: ask for background work by task name, inside the transaction of the act that needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from mukatabat.kernel.tracing import HEADER, current_trace

INSIDE = "default"
OUTSIDE = "outside"
"""The queue of what waits for somebody else's server; it has workers of its own, so that no letter waits behind it."""


def enqueue(task: str, *, at: datetime | None = None, lock: str | None = None, **arguments: object) -> None:
    """Queue ``task`` ("exchange.carry"); it runs only if the caller's transaction commits, at least once.

    Arguments are identifiers alone, never content; ``at`` (aware) delays, ``lock`` lets one job of that name run.
    """
    app.configure_task(task, schedule_at=at, lock=lock).defer(**_plain(arguments))


def enqueue_each(task: str, jobs: Iterable[Mapping[str, object]]) -> None:
    """As :func:`enqueue`, a job for each set of arguments, in one round trip."""
    if plain := [_plain(one) for one in jobs]:
        app.configure_task(task).batch_defer(*plain)


def _plain(arguments: Mapping[str, object]) -> dict[str, Any]:
    plain = {name: value if isinstance(value, int) else str(value) for name, value in arguments.items()}
    if trace := current_trace():
        plain[HEADER] = trace.header  # taken off again before the task sees its arguments
    return plain
