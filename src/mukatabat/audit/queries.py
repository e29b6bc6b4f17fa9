# SPDX-License-Identifier: EUPL-1.2
"""The history of one object; `audit.trail` reads a body's whole trail, and `audit.checking` proves it."""

from __future__ import annotations

from uuid import UUID

from mukatabat.audit.models import AuditEntry
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor


def history_of(actor: Actor, object_id: UUID) -> list[AuditEntry]:
    """The entries about one object of the actor's own body, oldest first."""
    with reading(actor):
        return list(AuditEntry.objects.filter(object_id=object_id).order_by("at", "id"))
