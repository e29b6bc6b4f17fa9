# SPDX-License-Identifier: EUPL-1.2
"""Writing grants, always inside the transaction of the act that gives them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from mukatabat.access.grants.rules import Grantee, Protected, Reason
from mukatabat.access.models.grant import Grant
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor


def grant(
    actor: Actor, protected: Protected, grantees: Iterable[Grantee], *, reason: Reason, source_id: UUID | None = None
) -> None:
    """Open an object to ``grantees``; a grant that already stands for the same reason is left as it is."""
    now = clock.now()
    Grant.objects.bulk_create(
        [
            Grant(
                shelf=str(protected.shelf), object_kind=protected.kind, object_id=protected.id,
                grantee_kind=str(grantee.kind), grantee_id=grantee.id, denies=reason is Reason.WALL,
                reason=str(reason), source_id=source_id, granted_by=actor.person_id,
                sort_time=protected.sort_time, starts=now,
            )
            for grantee in dict.fromkeys(grantees)
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def revoke(
    object_id: UUID, *, reason: Reason | Iterable[Reason], grantees: Iterable[Grantee] | None = None,
    source_id: UUID | None = None,
) -> None:  # fmt: skip
    """End the standing grants of a reason, or of several, on an object (for ``grantees``, or of one source, only when
    given).
    """
    reasons = [reason] if isinstance(reason, Reason) else reason
    standing = Grant.objects.filter(object_id=object_id, reason__in=list(map(str, reasons)), ends=None)
    if grantees is not None:
        standing = standing.filter(grantee_id__in=[grantee.id for grantee in grantees])
    if source_id is not None:
        standing = standing.filter(source_id=source_id)
    standing.update(ends=clock.now())


def move(protected: Protected) -> None:
    """Put the object on another shelf or at another place of it, for everyone who was granted it."""
    Grant.objects.filter(object_id=protected.id).update(shelf=str(protected.shelf), sort_time=protected.sort_time)
