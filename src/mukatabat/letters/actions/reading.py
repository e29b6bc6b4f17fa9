# SPDX-License-Identifier: EUPL-1.2
"""What the trail keeps of reading: pages and copies of secret documents, and every document found broken."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.kernel.text import clean_line
from mukatabat.letters.errors import ReasonMissing
from mukatabat.letters.queries import Place, Readable
from mukatabat.tenancy.rules import Actor

REASON_LIMIT = 300

logger = logging.getLogger(__name__)


def note_page_opened(actor: Actor, readable: Readable, page: int) -> None:
    """Record that a page of a document of سري or above was shown; of others nothing is kept."""
    if readable.secrecy.is_sealed:
        _note(actor, "letters.page-opened", readable.place, {"document": str(readable.document.id), "page": page})


def note_copy_taken(actor: Actor, readable: Readable, *, how: str) -> None:
    """Record that a document was saved or printed: ``how`` is "download", "print", "all" or "linked-system"."""
    detail = {"document": str(readable.document.id), "how": how, "secrecy": str(readable.secrecy)}
    _note(actor, "letters.copy-taken", readable.place, detail)


def note_original_taken(actor: Actor, readable: Readable, reason: str) -> None:
    """Record that the original of a marked document was saved without a mark, and why; raises ReasonMissing."""
    said = clean_line(reason, REASON_LIMIT)
    if not said:
        raise ReasonMissing
    record(
        actor, act="letters.original-taken", object_kind=str(readable.place.kind), object_id=readable.place.id,
        detail={"document": str(readable.document.id), "secrecy": str(readable.secrecy), "reason": said},
    )  # fmt: skip


def note_broken(actor: Actor, place: Place, document_id: UUID) -> None:
    """Sound the alarm: a stored document is not what was signed or recorded."""
    logger.error("document %s is not what was recorded", document_id)
    _note(actor, "letters.document-broken", place, {"document": str(document_id)})


def report_broken(actor: Actor, readable: Readable) -> None:
    """Record that a reader reported a broken document."""
    logger.error("document %s was reported as broken", readable.document.id)
    _note(actor, "letters.document-reported", readable.place, {"document": str(readable.document.id)})


def _note(actor: Actor, act: str, place: Place, detail: Mapping[str, object]) -> None:
    record(actor, act=act, object_kind=str(place.kind), object_id=place.id, detail=detail)
