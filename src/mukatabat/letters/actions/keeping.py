# SPDX-License-Identifier: EUPL-1.2
"""Paragraphs kept for later letters."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from mukatabat.access.capabilities import require_capability
from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.letters.errors import NothingToKeep, UnknownChoice
from mukatabat.letters.models import CannedText
from mukatabat.press.content import Content, to_json, to_plain_text
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

TITLE_LIMIT = 60


def keep_text(actor: Actor, content: Content, *, for_unit: bool = False) -> CannedText:
    """Keep part of a letter's text as a paragraph of the actor's own or of the actor's first unit.

    Its title is how it begins. Raises `NothingToKeep` for a text without words.
    """
    require_capability(actor, Capability.DRAFT)
    words = to_plain_text(content).split()
    if not words:
        raise NothingToKeep
    if actor.person_id is None:
        raise CapabilityMissing
    if for_unit and not actor.unit_ids:
        raise UnknownChoice
    with scope(actor):
        kept = CannedText.objects.create(
            person_id=None if for_unit else actor.person_id, unit_id=actor.unit_ids[0] if for_unit else None,
            title=_beginning(words), content=to_json(content), kept_by_ar=actor.name_ar, kept_by_en=actor.name_en,
            kept_at=clock.now(),
        )  # fmt: skip
        record(actor, act="letters.text-kept", object_kind="canned-text", object_id=kept.id)
    return kept


def forget_text(actor: Actor, text_id: UUID) -> None:
    """Drop a kept paragraph; one that is gone already changes nothing."""
    require_capability(actor, Capability.DRAFT)
    with scope(actor):
        mine = Q(person_id=actor.person_id) | Q(unit_id__in=actor.unit_ids)
        if CannedText.objects.filter(mine, id=text_id).delete()[0]:
            record(actor, act="letters.text-forgotten", object_kind="canned-text", object_id=text_id)


def _beginning(words: list[str]) -> str:
    title = ""
    for word in words:
        if title and len(title) + len(word) >= TITLE_LIMIT:
            return f"{title} …"
        title = f"{title} {word[:TITLE_LIMIT]}".strip()
    return title
