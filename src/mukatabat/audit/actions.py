# SPDX-License-Identifier: EUPL-1.2
"""The only writers of the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from mukatabat.audit.hooks import recorded
from mukatabat.audit.models import AuditEntry
from mukatabat.audit.rules import Entry
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import write


def record(
    actor: Actor,
    *,
    act: str,
    object_kind: str,
    object_id: UUID | None = None,
    place: str = "",
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Write one entry in the transaction of the act, or in its own when none is open; returns the entry's id.

    ``act`` is namespaced ("letters.letter-issued"). ``detail`` never holds letter text.
    """
    with scope(actor):
        entry = Entry(
            id=new_id(), body_id=actor.body_id, at=clock.now(), actor_kind=str(actor.kind), actor_id=actor.person_id,
            actor_name=actor.name_ar, act=act, object_kind=object_kind, object_id=object_id, place=place,
            detail=dict(detail or {}),
        )  # fmt: skip
        write("audit", "record", asdict(entry) | {"detail": Jsonb(entry.detail), "digest": entry.digest()})
        transaction.on_commit(partial(recorded.send_robust, sender=AuditEntry, act=act))
    return entry.id


def chain_pending(batch: int = 1000) -> int:
    """Chain up to ``batch`` waiting entries in one transaction; returns how many were chained."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT audit_sequence(%s)", [batch])
        return int(cursor.fetchone()[0])
