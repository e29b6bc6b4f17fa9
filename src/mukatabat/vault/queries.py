# SPDX-License-Identifier: EUPL-1.2
"""Documents of the actor's own body. Who of its people may see a letter's documents is decided where letters are."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import store
from mukatabat.vault.errors import BlobDamaged, DocumentNotFound
from mukatabat.vault.models import Document
from mukatabat.vault.streams import address_of


def access_document(actor: Actor, document_id: UUID) -> Document:
    """Give a document of the actor's body; raises DocumentNotFound for a missing one and another body's alike."""
    with reading(actor):
        document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise DocumentNotFound
    return document


def open_document(actor: Actor, document_id: UUID) -> tuple[Document, BinaryIO]:
    """Give a document and its bytes, proven whole before the first is handed out; the caller closes the stream.

    Raises DocumentNotFound, BlobMissing or BlobDamaged.
    """
    document = access_document(actor, document_id)
    return document, open_verified(document.digest)


def open_verified(digest: str) -> BinaryIO:
    """Open stored bytes at their beginning after reading them all once and comparing their digest.

    The same descriptor is compared and handed out, so that nothing can come between. Raises BlobMissing or BlobDamaged.
    """
    stream = store().open(digest)
    try:
        if address_of(stream).digest != digest:
            raise BlobDamaged(digest=digest)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return stream
