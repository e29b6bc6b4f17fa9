# SPDX-License-Identifier: EUPL-1.2
"""Whether the site takes changes: one row for all processes of all hosts, looked at every few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from mukatabat.kernel import clock
from mukatabat.web.models import Site

SECONDS = 2.0
"""A switch takes effect everywhere within so long; asking more often would cost every request a query."""

_known: tuple[float, SiteState] | None = None


@dataclass(frozen=True, slots=True)
class SiteState:
    """Since when the site takes no changes, and what people are told about why; None while it takes them."""

    since: datetime | None = None
    reason: str = ""

    @property
    def read_only(self) -> bool:
        """Whether changes are refused now."""
        return self.since is not None


def site_state() -> SiteState:
    """The state as it was at most :data:`SECONDS` ago; while the database is away, the last one known."""
    global _known
    now = time.monotonic()
    if _known is None or now - _known[0] > SECONDS:
        try:
            row = Site.objects.first()
        except DatabaseError:
            return _known[1] if _known else SiteState()
        _known = now, SiteState(row.read_only_since, row.reason) if row else SiteState()
    return _known[1]


def switch(*, read_only: bool, reason: str = "") -> SiteState:
    """Take changes no more, or again; a second switch to the same keeps the first moment."""
    global _known
    row, _ = Site.objects.get_or_create(id=1)
    row.read_only_since = (row.read_only_since or clock.now()) if read_only else None
    row.reason = reason if read_only else ""
    row.save()
    _known = None
    return site_state()
