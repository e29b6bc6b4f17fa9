# SPDX-License-Identifier: EUPL-1.2
"""Opening feeds, and putting into them what was chained of the trail."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from mukatabat.audit.actions import chain_pending
from mukatabat.kernel import clock
from mukatabat.portal.events import PUBLISHED
from mukatabat.portal.models import Feed
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

BATCH = 1000


def open_feed(actor: Actor) -> None:
    """Give the actor's body a feed from now on; one that it has stays as it is."""
    with scope(actor):
        Feed.objects.bulk_create([Feed(opened_at=clock.now())], ignore_conflicts=True)


def publish(batch: int = BATCH) -> list[UUID]:
    """Put the next acts of the trail into their bodies' feeds; returns the bodies that have news.

    What waits is chained first, so that an event is told of within a second of its commit.
    """
    chain_pending(batch)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT portal_publish(%s::jsonb, %s)", [json.dumps(PUBLISHED), batch])
        return list(cursor.fetchone()[0])


def forget(older_than: timedelta) -> int:
    """Remove the events beyond their retention; returns how many. The trail keeps what it tells."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT portal_forget(%s)", [clock.now() - older_than])
        return int(cursor.fetchone()[0])
