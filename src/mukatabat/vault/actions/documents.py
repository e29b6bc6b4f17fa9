# SPDX-License-Identifier: EUPL-1.2
"""Taking documents in. The bytes come first and stay, the row follows: a row never points to bytes that are not there.

A use case that stores a file as part of a larger act calls :func:`keep` before it opens its transaction and
:func:`enter` inside it, so that no transaction waits for an upload. If the transaction fails, bytes without a row
remain, which harms nobody: their key was in this process's memory alone and is gone.
"""

from __future__ import annotations

from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import scanner, store
from mukatabat.vault.actions.keys import newest_key
from mukatabat.vault.actions.readers import lock_for_readers
from mukatabat.vault.custody import wrap
from mukatabat.vault.envelope import DataKey, Sealer, seal
from mukatabat.vault.errors import EmptyFile, InfectedFile
from mukatabat.vault.inspection import inspect_spool
from mukatabat.vault.models import Document, DocumentKey
from mukatabat.vault.naming import clean_name
from mukatabat.vault.rules import About, Blob, Kept, Sealed, Upload
from mukatabat.vault.spool import spooled
from mukatabat.vault.vocabulary import ScanOutcome, Source


def keep(upload: Upload) -> Kept:
    """Inspect an offered file, look for malware, and store its bytes durably; no row and no transaction.

    The bytes are sealed before they first reach a disk. Raises the kinds of FileRefused, and StoreUnavailable.
    """
    name = clean_name(upload.name)
    with spooled(upload.stream, limit=upload.limit, name=name) as spool:
        found = inspect_spool(spool, name)
        with spool.plain() as plain:
            scan = scanner().scan(plain)
        if scan.outcome is ScanOutcome.INFECTED:
            raise InfectedFile(name=name, signature=scan.signature)
        sealed = Sealed(store().put(spool.sealed()).digest, spool.key.secret)
        return Kept(
            spool.blob, sealed, found.media_type, found.safe_name, found.pages, scan.outcome, Source.UPLOADED
        )  # fmt: skip


def keep_generated(data: bytes, *, name: str, media_type: str, pages: int | None = None) -> Kept:
    """Store bytes that the product itself made, such as a rendered letter; no row and no transaction."""
    if not data:
        raise EmptyFile(name=name)
    key = DataKey.fresh()
    sealer = Sealer(key)
    sealed = Sealed(store().put(seal(data, sealer)).digest, key.secret)
    return Kept(
        sealer.blob, sealed, media_type, clean_name(name), pages, ScanOutcome.NOT_SCANNED, Source.GENERATED
    )  # fmt: skip


def enter(actor: Actor, kept: Kept, *, readers_of: UUID | None = None, lent: bool = False) -> Document:
    """Write the row, its wrapped key and the audit entry, in the open transaction of the actor's body or in an own one.

    ``readers_of`` is the letter of سري or above whose readers alone get the key, and not the body; ``lent`` gives it
    to the installation's own work as well, see :func:`mukatabat.vault.actions.lend_to_service`. Raises
    KeyUnavailable when the key store cannot wrap the key.
    """
    with scope(actor):
        document = Document(
            digest=kept.blob.digest, size=kept.blob.size, media_type=kept.media_type, name=kept.name,
            pages=kept.pages, scan=kept.scan.value, source=kept.source.value, created_by=actor.person_id,
        )  # fmt: skip
        document.save(force_insert=True)
        if readers_of is None:
            _lock(actor, document, kept.sealed)
        else:
            key = DocumentKey(
                document=document, address=kept.sealed.address, begin=kept.sealed.begin, body_key=newest_key(actor),
                named=True,
            )  # fmt: skip
            key.save(force_insert=True)
            lock_for_readers(actor, document, kept.sealed.secret, object_id=readers_of, lent=lent)
        # The name is left out: it often tells the subject, and the trail holds no letter text.
        record(
            actor, act="vault.document-stored", object_kind="document", object_id=document.id,
            detail={
                "digest": document.digest, "size": document.size, "media_type": document.media_type,
                "scan": document.scan, "source": document.source,
            },
        )  # fmt: skip
    return document


def _lock(actor: Actor, document: Document, sealed: Sealed) -> None:
    """Write the document's key, wrapped by the newest key of its body."""
    key = DocumentKey(
        document=document, address=sealed.address, begin=sealed.begin, body_key=newest_key(actor)
    )  # fmt: skip
    key.wrapped = wrap(key.body_key, sealed.secret, context=key.context)
    key.save(force_insert=True)


def store_upload(actor: Actor, upload: Upload) -> Document:
    """Take a file that a person offers: :func:`keep`, then :func:`enter`."""
    return enter(actor, keep(upload))


def store_generated(
    actor: Actor, data: bytes, *, name: str, media_type: str, readers_of: UUID | None = None
) -> Document:  # fmt: skip
    """Take bytes that the product itself made: :func:`keep_generated`, then :func:`enter`, lent where it is named."""
    kept = keep_generated(data, name=name, media_type=media_type)
    return enter(actor, kept, readers_of=readers_of, lent=readers_of is not None)


def adopt(
    actor: Actor, blob: Blob, sealed: Sealed, *, about: About, held_at: UUID | None = None
) -> Document:  # fmt: skip
    """Give the actor's body a row of its own for a document in a parcel that it opened; its key is wrapped by its own.

    ``blob`` tells of the plain bytes. What was delivered keeps its type; the name is cleaned again. One of سري or above
    is ``held_at`` its arrival by the installation, until it is handed on to the readers of the letter.
    """
    kept = Kept(
        blob, sealed, about.media_type, clean_name(about.name), about.pages, ScanOutcome.NOT_SCANNED, Source.RECEIVED
    )  # fmt: skip
    return enter(actor, kept, readers_of=held_at, lent=held_at is not None)
