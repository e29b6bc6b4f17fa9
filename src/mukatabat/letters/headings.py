# SPDX-License-Identifier: EUPL-1.2
"""How a letter appears in a list: its heading, with nothing of a sealed letter but its number and mark; its gist."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from mukatabat.directory import queries as directory
from mukatabat.directory.models import Unit
from mukatabat.kernel.vocabulary import Secrecy, Urgency
from mukatabat.letters.models import Letter
from mukatabat.letters.rules import Direction
from mukatabat.letters.transitions import protected
from mukatabat.press.content import to_plain_text, validate
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


GIST_LIMIT = 160
_SENTENCE = re.compile(r"[.؟!](?=\s|$)")


def gist_of(content: dict[str, Any]) -> str:
    """One line of what a letter wants: the first sentence of its stored text.

    The opening of a reply («بالإشارة إلى كتابكم …،») ends in a comma and says nothing yet: the next paragraph does.
    """
    text = to_plain_text(validate(content)) if content else ""
    paragraphs = [" ".join(one.split()) for one in text.split("\n\n") if one.strip()]
    saying = next((one for one in paragraphs if not one.endswith(("،", ","))), "".join(paragraphs[:1]))
    end = _SENTENCE.search(saying)
    sentence = saying[: end.end()] if end else saying
    return sentence if len(sentence) <= GIST_LIMIT else sentence[:GIST_LIMIT].rsplit(" ", 1)[0] + "…"


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
