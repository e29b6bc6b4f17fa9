# SPDX-License-Identifier: EUPL-1.2
"""What is kept of the authorities' lists, which are public and the same for every body, and of telephones that rang."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from mukatabat.kernel import clock
from mukatabat.signing.models import Release, RemoteRequest, RevocationList
from mukatabat.signing.rules import Standing, Telephone
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.lists import Listed, listed


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


@dataclass(frozen=True, slots=True)
class _Read:
    """A kept list as this process read it: the ``version`` of its row, which a later one of the same day takes over."""

    version: tuple[datetime, datetime]
    listed: Listed


_reading = Lock()
_read: dict[UUID, _Read] = {}
"""The newest list of each authority, by its row: one may name a hundred thousand, and every receipt asks them all."""


def kept_lists() -> tuple[Listed, ...]:
    """Give the newest list of each authority, in one query; its bytes are fetched, read and judged once a process.

    Raises RevocationListUnreadable.
    """
    newest = RevocationList.objects.order_by("authority", "-at").distinct("authority")
    versions = {row: (at, kept_at) for row, at, kept_at in newest.values_list("id", "at", "kept_at")}
    known = _read
    if not all(row in known and known[row].version == version for row, version in versions.items()):
        known = _read_anew(versions)
    return tuple(known[row].listed for row in versions)


def _read_anew(versions: Mapping[UUID, tuple[datetime, datetime]]) -> dict[UUID, _Read]:
    """Read what is not known in these versions, and forget what is the newest no longer."""
    global _read  # replaced as a whole: whoever reads it meanwhile sees one state
    with _reading:  # who waited finds what the first one read
        known = {row: one for row, one in _read.items() if versions.get(row) == one.version}
        for one in RevocationList.objects.filter(id__in=versions.keys() - known.keys()):
            known[one.id] = _Read((one.at, one.kept_at), listed(bytes(one.data)))
        _read = known
    return known


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
