# SPDX-License-Identifier: EUPL-1.2
"""Whether a letter that is about to be registered stands in the book already; the clerk decides, knowingly."""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.grants.queries import granted
from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.references import Reference, UnreadableReference
from mukatabat.letters.errors import AlreadyRegistered
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import Direction
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows


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


def require_no_twin(actor: Actor, counterpart_id: UUID, their_reference: str, *, despite: UUID | None) -> None:
    """Raise `AlreadyRegistered` unless the clerk saw the twin and registers ``despite`` it; call inside a transaction.

    Two clerks with one reference wait for each other, so that the second sees what the first registered.
    """
    if not their_reference.strip():
        return
    key = f"{actor.body_id} {counterpart_id} {kept_as(their_reference)}"
    rows("letters", "hold_reference", {"key": key})
    twin = registered_twin(actor, counterpart_id, their_reference)
    if twin is not None and twin.id != despite:
        raise AlreadyRegistered(reference=twin.reference)


def kept_as(reference: str) -> str:
    """A reference as the register keeps it: of a body of the directory in its canonical form, else in Latin digits."""
    try:
        return str(Reference.parse(reference))
    except UnreadableReference:
        return latin_digits(reference)
