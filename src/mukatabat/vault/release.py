# SPDX-License-Identifier: EUPL-1.2
"""Releasing the key of a document that is for named readers: into a reader's own session, and into the trail.

The key store holds every reader's key, so this is a rule of the product and not of mathematics: a person needs a living
session (or a token of a linked system) and a wrap of the own, the post's or the unit's. Our own jobs have the wrap of
the installation's work, which stands only while a letter is under signature or on its way.
"""

from __future__ import annotations

from hashlib import sha256

from django.db.models import QuerySet

from mukatabat.audit.actions import record
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, ActorKind
from mukatabat.vault.custody import unwrap
from mukatabat.vault.errors import NotAReader
from mukatabat.vault.models import Document, ReaderWrap
from mukatabat.vault.rules import ReaderKind

PARTIES = (ReaderKind.PERSON, ReaderKind.POST, ReaderKind.UNIT)


def released(actor: Actor, document: Document) -> bytes:
    """Give the key of a named document to one of its readers; the trail keeps each session in which it was given.

    Raises NotAReader, which looks like a missing document, or KeyUnavailable.
    """
    with scope(actor):
        wrap = _own_wraps(actor, document).select_related("reader_key").order_by("named_at", "id").first()
        if wrap is None:
            raise NotAReader
        secret = unwrapped(wrap, document)
        if actor.kind is ActorKind.PERSON:
            _note(actor, wrap)
    return secret


def unwrapped(wrap: ReaderWrap, document: Document) -> bytes:
    """Open one wrap; whoever calls has decided that it may be opened."""
    wrap.document = document  # known to the caller with its key: the context asks for neither again
    return unwrap(wrap.reader_key, wrap.wrapped, context=wrap.context)


def _own_wraps(actor: Actor, document: Document) -> QuerySet[ReaderWrap]:
    wraps = ReaderWrap.objects.filter(document=document)
    if actor.kind is ActorKind.SYSTEM:
        return wraps.filter(reader_key__kind=ReaderKind.SERVICE)
    if not actor.session_key:
        return wraps.none()
    return wraps.filter(reader_key__kind__in=PARTIES, reader_key__reader_id__in=actor.grantees)


def _note(actor: Actor, wrap: ReaderWrap) -> None:
    # The session's key opens the session, so its digest is kept and not the key.
    session = sha256(actor.session_key.encode()).hexdigest()
    if wrap.session == session:
        return
    ReaderWrap.objects.filter(id=wrap.id).update(session=session)
    record(
        actor, act="vault.document-released", object_kind="letter", object_id=wrap.object_id,
        detail={"document": str(wrap.document_id), "reader": str(wrap.reader_key.reader)},
    )  # fmt: skip
