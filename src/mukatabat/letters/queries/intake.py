# SPDX-License-Identifier: EUPL-1.2
"""Scans that wait for the registry, and whether what is being registered stands in the book already."""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.grants.queries import granted, require_granted, visible
from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.references import Reference, UnreadableReference
from mukatabat.letters.models import Letter, Scan
from mukatabat.letters.rules import Direction
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

SHOWN = 100
"""More scans than one strip shows wait behind the first of them."""


def waiting_scans(actor: Actor) -> list[Scan]:
    """The scans that wait for the actor's registry, the oldest first."""
    with reading(actor):
        found = Scan.objects.filter(visible(actor, "id"), decided_at=None)
        return list(found.order_by("at", "id")[:SHOWN])


def access_scan(actor: Actor, scan_id: UUID) -> Scan:
    """A scan of the actor's registry; anything else is "not found"."""
    with reading(actor):
        require_granted(actor, scan_id)
        found = Scan.objects.filter(id=scan_id).first()
        if found is None:  # granted, and yet no scan: a letter has a grant as well
            raise NotFoundOrForbidden
    return found


def registered_twin(actor: Actor, counterpart_id: UUID, their_reference: str) -> Letter | None:
    """The newest received letter of the same body under the same reference that the actor may see.

    A reference typed in any digits or letter case finds the one that is kept in Latin ones. An empty one has no twin.
    """
    if not their_reference.strip():
        return None
    with reading(actor):
        kept = kept_as(their_reference.strip())
        near = Letter.objects.filter(direction=Direction.IN, counterpart_id=counterpart_id, their_reference=kept)
        visible = granted(actor, near.values_list("id", flat=True))
        return near.filter(id__in=visible).order_by("-sort_time").first()


def kept_as(reference: str) -> str:
    """A reference as the register keeps it: of a body of the directory in its canonical form, else in Latin digits."""
    try:
        return str(Reference.parse(reference))
    except UnreadableReference:
        return latin_digits(reference)
