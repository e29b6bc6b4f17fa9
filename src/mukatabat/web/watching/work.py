# SPDX-License-Identifier: EUPL-1.2
"""What surrounds every job of a worker: its name in every log line, its request's trace, and a pause when asked."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import sync_to_async
from procrastinate import JobContext
from procrastinate.middleware import AsyncCallNext
from structlog.contextvars import bound_contextvars

from mukatabat.kernel.tracing import HEADER, going_on, traced
from mukatabat.web.watching.logs import say
from mukatabat.web.watching.metrics import JOBS
from mukatabat.web.watching.site import SECONDS, site_state

logger = logging.getLogger("mukatabat.jobs")


async def observed_job(call_next: AsyncCallNext, context: JobContext, worker: Any) -> Any:
    """Run a job with its trace and name, count how it ended; while the site takes no changes, wait before it begins."""
    job = context.job
    trace = going_on(str(job.task_kwargs.pop(HEADER, "")))
    with traced(trace), bound_contextvars(job=job.id, task=job.task_name):
        while (await sync_to_async(site_state)()).read_only:
            await asyncio.sleep(SECONDS)
        began, outcome = time.perf_counter(), "failed"
        try:
            result = await call_next()
            outcome = "done"
        finally:
            JOBS.labels(job.task_name, outcome).inc()
            say(logger, "job", outcome=outcome, ms=round((time.perf_counter() - began) * 1000, 1))
    return result
