# SPDX-License-Identifier: EUPL-1.2
"""What is kept of the authorities' lists, which are public and the same for every body, and of telephones that rang."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from mukatabat.kernel import clock
from mukatabat.signing.models import Release, RemoteRequest, RevocationList
from mukatabat.signing.rules import Standing, Telephone
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor


def revocation_lists(moments: Iterable[datetime]) -> tuple[bytes, ...]:
    """Give of each authority its newest list, and the first one after each of these moments, each once (DER).

    The first one after speaks of what had not run out by then; the newest, of what was found out since.
    """
    per_authority = RevocationList.objects.distinct("authority").values_list("id", flat=True)
    chosen = dict.fromkeys(per_authority.order_by("authority", "-at"))
    for one in dict.fromkeys(moments):
        chosen |= dict.fromkeys(per_authority.filter(at__gte=one).order_by("authority", "at"))
    data = dict(RevocationList.objects.filter(id__in=chosen).values_list("id", "data"))  # a list may be large
    return tuple(bytes(data[one]) for one in chosen)


def kept_lists() -> tuple[bytes, ...]:
    """Give the newest list of each authority (DER), in one query."""
    newest = RevocationList.objects.order_by("authority", "-at").distinct("authority")
    return tuple(bytes(one) for one in newest.values_list("data", flat=True))


def lists_run_out_since() -> datetime | None:
    """Since when the authority that is silent the longest owes its next list; None where none is kept."""
    newest = RevocationList.objects.order_by("authority", "-at").distinct("authority")
    return min((one.until for one in newest.only("until")), default=None)


def heard_of() -> int:
    """How many authorities ever gave a list."""
    return RevocationList.objects.values("authority").distinct().count()


def newest_lists() -> dict[str, datetime]:
    """When each authority, by the SHA-256 of its certificate, wrote its newest list that is kept."""
    newest = RevocationList.objects.order_by("authority", "-at").distinct("authority")
    return dict(newest.values_list("authority", "at"))


def telephone_of(actor: Actor, request_id: UUID) -> Telephone:
    """How a request of the actor's body stands at the trust service provider."""
    with reading(actor):
        release = Release.objects.filter(requests__id=request_id).first()
    if release is None:
        return Telephone(Standing.UNHEARD, 0)
    if release.activation or release.ended_at is not None:
        return Telephone(Standing.RELEASED, release.asked)
    return Telephone(Standing.ASKED if release.handle else Standing.UNHEARD, release.asked)


def not_entered(actor: Actor, request_ids: Iterable[UUID]) -> list[UUID]:
    """Which of these requests of the actor's body the trust service provider was never to be asked for yet."""
    wanted = list(request_ids)
    with reading(actor):
        known = set(RemoteRequest.objects.filter(id__in=wanted).values_list("id", flat=True))
    return [one for one in wanted if one not in known]


def unheard_since(actor: Actor) -> datetime | None:
    """Since when the trust service provider has not taken the oldest request of the actor's body that still waits."""
    with reading(actor):
        open_ones = Release.objects.filter(ended_at=None, deadline__gt=clock.now())
        waiting = open_ones.filter(handle="", activation="").order_by("begun_at")
        return waiting.values_list("begun_at", flat=True).first()
