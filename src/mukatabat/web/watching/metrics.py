# SPDX-License-Identifier: EUPL-1.2
"""Metrics in Prometheus' form: what processes count, added up over all of them, and what is asked when it is read.

The processes of one host share a folder (MUKATABAT_METRICS_DIR), which the service empties before it starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

try:
    settings.MUKATABAT_METRICS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
except OSError:
    # A command beside the services, or a full disk: counting alone must stop nobody.
    SHARED = False
else:
    SHARED = True
    # Must be said before the library is loaded: it decides then whether processes share what they count.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.MUKATABAT_METRICS_DIR)

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from mukatabat.web.watching import measures

REQUESTS = Counter("mukatabat_requests", "Requests answered, by route and class of status.", ["route", "status"])
SECONDS = Histogram(
    "mukatabat_request_seconds", "Seconds until the answer, by room.", ["room"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)  # fmt: skip
ACTS = Counter("mukatabat_acts", "Acts in the audit trail, by name.", ["act"])
JOBS = Counter("mukatabat_jobs_done", "Jobs that ended, by task and outcome.", ["task", "outcome"])
NAMED_ACTS = {
    "letters.signed": Counter("mukatabat_letters_issued", "Letters that were signed and issued."),
    "letters.unsigned": Counter("mukatabat_numbers_voided", "Numbers that became void because no signature came."),
    "exchange.arrival-received": Counter("mukatabat_letters_delivered", "Letters that reached a registry's tray."),
    "exchange.arrival-registered": Counter("mukatabat_arrivals_registered", "Arrivals that were registered."),
    "access.signed-in": Counter("mukatabat_sign_ins", "Sign-ins that were completed."),
    "access.sign-in-refused": Counter("mukatabat_sign_in_refusals", "Sign-ins that were refused."),
    "access.second-factor-refused": Counter("mukatabat_second_factor_refusals", "Codes that were refused."),
    "web.act-refused": Counter("mukatabat_act_refusals", "Acts that were refused to a person signed in."),
}


def count_act(*, act: str, **_: Any) -> None:
    """Count an act of the trail (signal :data:`mukatabat.audit.hooks.recorded`)."""
    ACTS.labels(act).inc()
    if act in NAMED_ACTS:
        NAMED_ACTS[act].inc()


def count_request(*, route: str, status: int, seconds: float) -> None:
    """Count an answered request; ``route`` is "room:name"."""
    REQUESTS.labels(route, f"{status // 100}xx").inc()
    SECONDS.labels(route.partition(":")[0]).observe(seconds)


class _Asked:
    """Gauges whose values are asked of database and disks at the moment of reading; one that fails is left out."""

    def collect(self) -> Iterator[Metric]:
        """Give every gauge that can be told now."""
        for name, about, labels, values in measures.all_measures():
            family = GaugeMetricFamily(f"mukatabat_{name}", about, labels=labels)
            for key, value in values:
                family.add_metric(list(key), value)
            yield family

    def describe(self) -> Iterable[Metric]:
        """Nothing: asking is not free."""
        return ()


def exposition() -> bytes:
    """Everything, in the text form of Prometheus."""
    registry = CollectorRegistry()
    if SHARED:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Asked())
    return generate_latest(registry) if SHARED else generate_latest(REGISTRY) + generate_latest(registry)
