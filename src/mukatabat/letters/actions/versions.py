# SPDX-License-Identifier: EUPL-1.2
"""Keeping a draft as it stands: when it is sent or returned, from time to time while it is written, by name."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.text import clean_line
from mukatabat.letters.actions.presence import writer_guard
from mukatabat.letters.errors import NotTheAuthor
from mukatabat.letters.models import DraftVersion, Letter
from mukatabat.letters.rules import VersionReason
from mukatabat.letters.transitions import locked
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

EVERY = timedelta(minutes=10)
NAME_LIMIT = 80


def keep_version(actor: Actor, letter: Letter, reason: VersionReason, *, name: str = "") -> DraftVersion | None:
    """Keep the letter's text as its next version, inside an open scope; None where nothing changed since the last.

    A version by name is always kept, and one while writing at most every ten minutes.
    """
    last = letter.versions.order_by("-number").first()
    now = clock.now()
    if last is not None and reason is not VersionReason.NAMED:
        same = (last.subject, last.content) == (letter.subject, letter.content)
        if same or (reason is VersionReason.TIME and now - last.kept_at < EVERY):
            return None
    return DraftVersion.objects.create(
        letter=letter, number=last.number + 1 if last else 1, reason=reason, name=name, subject=letter.subject,
        content=letter.content, kept_by_ar=actor.name_ar, kept_by_en=actor.name_en, kept_at=now,
    )  # fmt: skip


def name_version(actor: Actor, letter_id: UUID, name: str) -> DraftVersion | None:
    """Keep a draft as it was saved last under a name; for whoever writes it. An empty name is allowed."""
    require_capability(actor, Capability.DRAFT)
    cleaned = clean_line(name, NAME_LIMIT)
    with scope(actor):
        letter = locked(actor, letter_id)
        if not writer_guard(actor, letter):
            raise NotTheAuthor
        kept = keep_version(actor, letter, VersionReason.NAMED, name=cleaned)
        record(actor, act="letters.version-kept", object_kind="letter", object_id=letter.id)
    return kept
