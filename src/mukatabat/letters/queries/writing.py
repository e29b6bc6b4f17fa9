# SPDX-License-Identifier: EUPL-1.2
"""What helps somebody write: letters to cite, standard texts, kept paragraphs."""

from __future__ import annotations

from django.db.models import Q

from mukatabat.access.grants.rules import Shelf
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.letters.models import CannedText, Letter
from mukatabat.search.queries import find
from mukatabat.search.rules import is_too_short
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

CITED = (Shelf.INCOMING, Shelf.OUTGOING, Shelf.MEMO, Shelf.CIRCULAR)
CITATIONS = 8
KEPT = 60


def citable(actor: Actor, text: str) -> tuple[Letter, ...]:
    """The newest numbered letters that answer a line and that the actor may see, without their texts.

    A sealed letter is not offered: its number says to the reader of the new letter that there is one.
    """
    if is_too_short(text):
        return ()
    with reading(actor):
        page = find(actor, text, shelves=CITED, limit=CITATIONS)
        found = Letter.objects.defer("content").in_bulk(list(page.ids))
    letters = (found[one] for one in page.ids if one in found)
    return tuple(one for one in letters if number_of(one) and not Secrecy(one.secrecy).is_sealed)


def number_of(letter: Letter) -> str:
    """The number by which a letter is cited: its writer's own."""
    return letter.their_reference or letter.reference


def kept_texts(actor: Actor) -> tuple[CannedText, ...]:
    """The paragraphs that the actor kept, and those of the actor's units, the newest first."""
    with reading(actor):
        mine = CannedText.objects.filter(Q(person_id=actor.person_id) | Q(unit_id__in=actor.unit_ids))
        return tuple(mine.order_by("-kept_at")[:KEPT])
