# SPDX-License-Identifier: EUPL-1.2
"""How a letter appears in a queue: its heading, with nothing of a sealed letter but its number and mark."""

from __future__ import annotations

from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Unit
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import Direction
from mukatabat.letters.transitions import protected
from mukatabat.work.rules import Heading


def heading_of(letter: Letter) -> Heading:
    """The heading of a letter's item. A draft without addressee names its own body as counterpart."""
    secrecy = Secrecy(letter.secrecy)
    place = protected(letter)
    return Heading(
        object_id=letter.id, shelf=place.shelf, subject="" if secrecy.is_sealed else letter.subject,
        counterpart_id=letter.counterpart_id or letter.body_id, counterpart_ar=letter.counterpart_ar,
        counterpart_en=letter.counterpart_en,
        reference=letter.their_reference if letter.direction == Direction.IN else letter.reference,
        secrecy=secrecy, urgency=Urgency(letter.urgency), sort_time=place.sort_time,
    )  # fmt: skip


def name_counterpart(letter: Letter, body_id: UUID | None) -> None:
    """Write the other body's id and its names of today on the letter."""
    letter.counterpart_id = body_id
    label = directory.body_names([body_id]).get(body_id) if body_id else None
    letter.counterpart_ar = label.ar if label else ""
    letter.counterpart_en = label.en if label else ""


def name_unit(letter: Letter, body_id: UUID, unit_id: UUID) -> None:
    """Write the addressed unit's names on a memo; its counterpart stays the own body."""
    unit = Unit.objects.filter(id=unit_id).first()
    letter.counterpart_id = body_id
    letter.counterpart_ar = unit.ar if unit else ""
    letter.counterpart_en = unit.en if unit else ""
