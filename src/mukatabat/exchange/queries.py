# SPDX-License-Identifier: EUPL-1.2
"""Reading outbox and inbox."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from mukatabat.access.grants.queries import PAGE, require_granted, visible, walled
from mukatabat.access.grants.rules import decode_cursor, encode_cursor
from mukatabat.directory import queries as directory
from mukatabat.exchange.manifest import Manifest
from mukatabat.exchange.models import Arrival, Consignment, Notice, Parcel, SealedParcel
from mukatabat.exchange.rules import CARRIED, FINAL, ArrivalState, ConsignmentState, Role
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.parcel import cover as covers

STALE = timedelta(seconds=20)
"""A consignment or notice older than this without result is looked after by the sweep."""
CHASED = 200
"""What stands still is shown up to this many at once."""
UNDELIVERED, UNREGISTERED = timedelta(hours=1), timedelta(days=3)
"""How long a parcel may be on its way, and lie in a tray, before somebody should ask."""


def access_arrival(actor: Actor, arrival_id: UUID) -> Arrival:
    """The arrival, if the actor may see it; otherwise, and for a letter's identifier, "not found".

    A wall around the letter that was registered from it stands around the arrival as well.
    """
    with reading(actor):
        require_granted(actor, arrival_id)
        arrival = Arrival.objects.filter(id=arrival_id).first()
        if arrival is None or (arrival.letter_id is not None and walled(actor, [arrival.letter_id])):
            raise NotFoundOrForbidden
    return arrival


def named_reader(body_id: UUID, manifest: Manifest, unit_id: UUID | None) -> UUID | None:
    """The post of a body for which a sealed letter is meant; None where it names no post.

    A memo is for the head of its unit.
    """
    if unit_id:
        return directory.heads_of_unit(unit_id).values_list("id", flat=True).first()
    return next(one.post_id for one in manifest.recipients if one.body_id == body_id)


def waiting(actor: Actor, *, cursor: str | None = None, limit: int = PAGE) -> tuple[list[Arrival], str | None]:
    """The arrivals that wait for the actor's registry, the longest waiting first, and the cursor of the next page.

    Read from the arrivals still waiting, so that a long history of decided ones costs nothing.
    """
    with reading(actor):
        found = Arrival.objects.filter(visible(actor, "id"), state=ArrivalState.AVAILABLE)
        if start := decode_cursor(cursor):
            at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=start[0])
            found = found.filter(Q(arrived_at__gt=at) | Q(arrived_at=at, id__gt=start[1]))
        page = list(found.order_by("arrived_at", "id")[: limit + 1])
    shown = page[:limit]
    return shown, (encode_cursor(shown[-1].arrived_at, shown[-1].id) if len(page) > limit else None)


def waiting_count(actor: Actor, most: int = 99) -> int:
    """How many arrivals wait for the actor's registry, none counted beyond ``most``."""
    with reading(actor):
        return Arrival.objects.filter(visible(actor, "id"), state=ArrivalState.AVAILABLE)[:most].count()


def arrival_of_letter(actor: Actor, letter_id: UUID) -> Arrival | None:
    """The arrival from which an incoming letter was registered."""
    with reading(actor):
        return Arrival.objects.filter(letter_id=letter_id).first()


def consignments_of(actor: Actor, letter_ids: Iterable[UUID]) -> dict[UUID, list[Consignment]]:
    """The consignments of each letter, in the order of its recipients."""
    found: dict[UUID, list[Consignment]] = {}
    with reading(actor):
        for consignment in Consignment.objects.filter(letter_id__in=list(letter_ids)).order_by("ordered_at", "id"):
            found.setdefault(consignment.letter_id, []).append(consignment)
    return found


def consignment(actor: Actor, consignment_id: UUID) -> Consignment:
    """One consignment of the actor's own body."""
    with reading(actor):
        return Consignment.objects.select_related("parcel").get(id=consignment_id)


def parcel_of_letter(actor: Actor, letter_id: UUID) -> Parcel | None:
    """The order under which a letter of the actor's body travels, with all its recipients."""
    with reading(actor):
        return Parcel.objects.filter(letter_id=letter_id).first()


def seal_of_letter(actor: Actor, letter_id: UUID) -> str:
    """The fingerprint of the seal under which a letter left or reached the actor's body, "" where it never did."""
    with reading(actor):
        sent = SealedParcel.objects.filter(parcel__letter_id=letter_id).order_by("sealed_at", "id")
        came = Arrival.objects.filter(letter_id=letter_id)
        cover = sent.values_list("cover", flat=True).first() or came.values_list("cover", flat=True).first()
    return covers.sealed_by(io.BytesIO(bytes(cover))) if cover else ""


def letters_of_parcel(actor: Actor, parcel_id: UUID) -> list[UUID]:
    """The letter that travelled in a sealed parcel of the actor's own body: none or one."""
    with reading(actor):
        return list(SealedParcel.objects.filter(id=parcel_id).values_list("parcel__letter_id", flat=True))


def under_way(actor: Actor) -> list[UUID]:
    """Consignments of the body that should have been delivered, or tried again, a while ago."""
    with reading(actor):
        return list(
            Consignment.objects.filter(
                Q(again_at=None) | Q(again_at__lt=clock.now() - STALE), ordered_at__lt=clock.now() - STALE,
                state__in=[ConsignmentState.ORDERED, ConsignmentState.DISPATCHED],
            ).values_list("id", flat=True)[:500]
        )  # fmt: skip


def to_chase(actor: Actor, *, returned: Q) -> list[Consignment]:
    """Consignments that stand still, the newest first: refused, failed, returned, or long where they are.

    Of letters that the actor may see; ``returned`` says which of the returned ones still wait for somebody. What is not
    shown takes no place among the ``CHASED``.
    """
    now, state = clock.now(), ConsignmentState
    late = Q(state=state.DISPATCHED, dispatched_at__lt=now - UNDELIVERED)
    late |= Q(state=state.DELIVERED, delivered_at__lt=now - UNREGISTERED)
    with reading(actor):
        still = Q(state__in=[state.HELD, state.FAILED]) | late | (Q(state=state.RETURNED) & returned)
        found = Consignment.objects.filter(still, visible(actor, "letter_id"))
        return list(found.order_by("-ordered_at", "id")[:CHASED])


def awaits_answer(actor: Actor, letter_id: UUID) -> bool:
    """Whether an addressee may still answer a letter; copies are not asked, and what failed or went back is over."""
    with reading(actor):
        asked = Consignment.objects.filter(letter_id=letter_id, role=Role.ORIGINAL)
        return asked.exclude(state__in=[*FINAL, ConsignmentState.FAILED]).exists()


def may_be_carried(actor: Actor, letter_id: UUID) -> bool:
    """Whether a letter may still have to be delivered: it is under way, failed, or may yet be redirected."""
    with reading(actor):
        return Consignment.objects.filter(letter_id=letter_id, state__in=CARRIED).exists()


def untold(actor: Actor) -> list[UUID]:
    """Notices of the body that no sender has got yet."""
    with reading(actor):
        return list(
            Notice.objects.filter(delivered_at=None, at__lt=clock.now() - STALE).values_list("id", flat=True)[:500]
        )
