# SPDX-License-Identifier: EUPL-1.2
"""Taking documents in. The bytes come first and stay, the row follows: a row never points to bytes that are not there.

A use case that stores a file as part of a larger act calls :func:`keep` before it opens its transaction and
:func:`enter` inside it, so that no transaction waits for an upload. If the transaction fails, bytes without a row
remain, which harms nobody.
"""

from __future__ import annotations

from mukatabat.audit.actions import record
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import scanner, store
from mukatabat.vault.errors import BlobDamaged, EmptyFile, InfectedFile
from mukatabat.vault.inspection import inspect
from mukatabat.vault.models import Document
from mukatabat.vault.naming import clean_name
from mukatabat.vault.rules import Blob, Kept, Upload
from mukatabat.vault.streams import as_file
from mukatabat.vault.vocabulary import ScanOutcome, Source


def keep(upload: Upload) -> Kept:
    """Inspect an offered file, look for malware, and store its bytes durably; no row and no transaction.

    Raises the kinds of FileRefused, and StoreUnavailable.
    """
    name = clean_name(upload.name)
    with as_file(upload.stream, limit=upload.limit, name=name) as (file, _):
        found = inspect(file, name, limit=upload.limit)
        scan = scanner().scan(file)
        if scan.outcome is ScanOutcome.INFECTED:
            raise InfectedFile(name=name, signature=scan.signature)
        file.seek(0)
        blob = store().put(file, limit=upload.limit)
    return Kept(blob, found.media_type, found.safe_name, found.pages, scan.outcome, Source.UPLOADED)


def keep_generated(data: bytes, *, name: str, media_type: str, pages: int | None = None) -> Kept:
    """Store bytes that the product itself made, such as a rendered letter; no row and no transaction."""
    if not data:
        raise EmptyFile(name=name)
    return Kept(store().put(data), media_type, clean_name(name), pages, ScanOutcome.NOT_SCANNED, Source.GENERATED)


def enter(actor: Actor, kept: Kept) -> Document:
    """Write the row and the audit entry of kept bytes, in the open transaction of the actor's body or in an own one."""
    with scope(actor):
        document = Document(
            digest=kept.blob.digest, size=kept.blob.size, media_type=kept.media_type, name=kept.name,
            pages=kept.pages, scan=kept.scan.value, source=kept.source.value, created_by=actor.person_id,
        )  # fmt: skip
        document.save(force_insert=True)
        # The name is left out: it often tells the subject, and the trail holds no letter text.
        record(
            actor, act="vault.document-stored", object_kind="document", object_id=document.id,
            detail={
                "digest": document.digest, "size": document.size, "media_type": document.media_type,
                "scan": document.scan, "source": document.source,
            },
        )  # fmt: skip
    return document


def store_upload(actor: Actor, upload: Upload) -> Document:
    """Take a file that a person offers: :func:`keep`, then :func:`enter`."""
    return enter(actor, keep(upload))


def store_generated(actor: Actor, data: bytes, *, name: str, media_type: str, pages: int | None = None) -> Document:
    """Take bytes that the product itself made: :func:`keep_generated`, then :func:`enter`."""
    return enter(actor, keep_generated(data, name=name, media_type=media_type, pages=pages))


def adopt(actor: Actor, *, digest: str, size: int, media_type: str, name: str, pages: int | None = None) -> Document:
    """Give the actor's body a row of its own for a document that was delivered to it.

    The bytes are read once more, because a recipient must never be told that it holds what is missing or altered:
    raises BlobMissing or BlobDamaged. What was delivered keeps its type; the name is cleaned again.
    """
    blob = store().verify(digest)
    if blob != Blob(digest, size):
        raise BlobDamaged(digest=digest)
    return enter(actor, Kept(blob, media_type, clean_name(name), pages, ScanOutcome.NOT_SCANNED, Source.RECEIVED))
