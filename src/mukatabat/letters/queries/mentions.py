# SPDX-License-Identifier: EUPL-1.2
"""Letters that a text names by their references, as far as the reader may read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from mukatabat.access.grants.queries import granted
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

REFERENCE = re.compile(
    r"((?<![A-Za-z0-9-])(?:TRN-)?[A-Z][A-Z0-9]{1,11}-[IOMCX]-[0-9]{4}-[0-9]{5,7}(?![A-Za-z0-9-]))", re.ASCII
)
"""A reference as the product writes it, inside any text; `re.split` gives text and references by turns."""

MOST = 50
"""More references than these in the texts of one page stay text."""


def mentioned(actor: Actor, texts: Iterable[str], *, besides: UUID) -> dict[str, UUID]:
    """The letters that the texts name, by reference: our own number or the other body's, where the actor may read it.

    ``besides`` is the letter on whose page the texts stand. A letter that may not be read and one that does not exist
    are told apart by nothing.
    """
    wanted = sorted({found for text in texts for found in REFERENCE.findall(text)})[:MOST]
    if not wanted:
        return {}
    with reading(actor):
        near = Letter.objects.filter(Q(reference__in=wanted) | Q(their_reference__in=wanted)).exclude(id=besides)
        known = list(near.order_by("sort_time").values_list("id", "reference", "their_reference"))
        visible = set(granted(actor, [one for one, _own, _theirs in known])) if known else set()
    return {number: one for one, *numbers in known if one in visible for number in numbers if number in wanted}
