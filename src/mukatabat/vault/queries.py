# SPDX-License-Identifier: EUPL-1.2
"""Documents of the actor's own body. Who of its people may see a letter's documents is decided where letters are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.directory.vocabulary import Custody
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import store
from mukatabat.vault.custody import TOKEN, unwrap, wrap
from mukatabat.vault.envelope import DataKey, in_parcel, unsealed
from mukatabat.vault.errors import (
    BlobDamaged,
    BlobMissing,
    DocumentDestroyed,
    DocumentNotFound,
    KeyUnavailable,
    WrongKey,
)
from mukatabat.vault.models import BodyKey, DirectoryStatement, Document, DocumentKey, NodeKey, ReaderWrap
from mukatabat.vault.release import released
from mukatabat.vault.rules import KEY_BYTES, Blob, Reader, ReaderKind, Sealed
from mukatabat.vault.streams import address_of
from mukatabat_verify.certificates import is_node


def access_document(actor: Actor, document_id: UUID) -> Document:
    """Give a document of the actor's body, with its key; raises DocumentNotFound for a missing or another body's."""
    with reading(actor):
        document = Document.objects.select_related("key__body_key").filter(pk=document_id).first()
    if document is None:
        raise DocumentNotFound
    return document


def opened_by_body(actor: Actor) -> QuerySet[DocumentKey]:
    """Keys of the documents that the body's own key opens; in the open scope of the actor."""
    return DocumentKey.objects.filter(named=False, wrapped__isnull=False, destroyed_at=None, body_id=actor.body_id)


def key_opens(actor: Actor) -> bool:
    """Whether the key stores of this host hold the root keys under which the keys of the actor's body are sealed.

    The names of two hosts' root keys may be the same, so one key of each root is used. Raises KeyUnavailable for a
    store that does not answer.
    """
    with reading(actor):
        keys = list(BodyKey.objects.order_by("store", "root", "-version").distinct("store", "root"))
    for key in keys:
        try:
            wrap(key, bytes(KEY_BYTES), context=b"mukatabat/ready")
        except WrongKey:
            return False
    return True


def directory_statement(actor: Actor, number: int | None = None) -> UUID | None:
    """The statement of the directory of the actor's realm with this number, else the newest; None where none is."""
    with reading(actor):
        found = DirectoryStatement.objects.newest_first(actor.realm)
        return (found if number is None else found.filter(number=number)).values_list("id", flat=True).first()


@dataclass(frozen=True, slots=True)
class UnmarkedNode:
    """A certificate of this node from before they were marked: its SHA-256 and realm, and whether it is still used."""

    fingerprint: str
    realm: str
    in_use: bool


def unmarked_nodes() -> list[UnmarkedNode]:
    """The certificates with which this node states or stated what happened, and which do not say so.

    What they signed holds for a reader who names them; one in use is to be replaced.
    """
    found = NodeKey.objects.order_by("valid_from", "id").only("chain", "realm", "valid_to")
    own = [(bytes.fromhex(one.chain[0]), one) for one in found]
    return [
        UnmarkedNode(sha256(data).hexdigest(), one.realm, in_use=one.valid_to is None)
        for data, one in own
        if not is_node(data)
    ]


def custody_of(actor: Actor, document_ids: Iterable[UUID]) -> Custody | None:
    """Who holds the keys that open these documents of the actor's body now: the weaker where they differ.

    None where no key opens any of them.
    """
    ids = list(document_ids)
    with reading(actor):
        body = DocumentKey.objects.filter(document__in=ids, wrapped__isnull=False).values_list("body_key__store")
        readers = ReaderWrap.objects.filter(document__in=ids).values_list("reader_key__store")
        stores = {name for (name,) in body.union(readers)}
    if not stores:
        return None
    return Custody.DEVICE if stores == {TOKEN} else Custody.HOST


def readers_at(actor: Actor, object_id: UUID) -> tuple[Reader, ...]:
    """Who reads the named documents of a letter that the actor was found to see, in the order of their naming."""
    with reading(actor):
        wraps = ReaderWrap.objects.filter(object_id=object_id).select_related("reader_key").order_by("named_at", "id")
        readers = dict.fromkeys(one.reader_key.reader for one in wraps)
    return tuple(one for one in readers if one.is_party)


def document_to_carry(actor: Actor, digest: str, *, size: int) -> Document:
    """Give the newest document of the actor's body with these plain bytes that our own work may open, with its key.

    Raises BlobMissing, or BlobDamaged for another size.
    """
    with reading(actor):
        lent = ReaderWrap.objects.filter(reader_key__kind=ReaderKind.SERVICE).values("document_id")
        found = Document.objects.select_related("key__body_key").filter(
            Q(key__wrapped__isnull=False) | Q(id__in=lent), digest=digest, key__destroyed_at=None
        )  # fmt: skip
        document = found.order_by("created_at").last()
    if document is None:
        raise BlobMissing(digest=digest)
    if document.size != size:
        raise BlobDamaged(digest=document.key.address)
    return document


def open_document(actor: Actor, document_id: UUID) -> tuple[Document, BinaryIO]:
    """Give a document and its bytes, proven whole before the first is handed out; the caller closes the stream.

    Raises DocumentNotFound, NotAReader, DocumentDestroyed, BlobMissing, BlobDamaged or KeyUnavailable.
    """
    document = access_document(actor, document_id)
    return document, open_verified(actor, document)


def open_verified(actor: Actor, document: Document) -> BinaryIO:
    """Open the bytes of a document that was accessed, after reading them all once and comparing their digest.

    The same descriptor is compared and handed out, so that nothing can come between. Raises as :func:`open_document`.
    """
    stream = open_seekable(actor, document)
    try:
        if address_of(stream) != Blob(document.digest, document.size):
            raise BlobDamaged(digest=document.key.address)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    return stream


def open_seekable(actor: Actor, document: Document) -> BinaryIO:
    """Open the bytes of a document that was accessed, for reading a part of them without reading all.

    Its size is compared at once; each mebibyte is proven when it is read, so a damaged one raises BlobDamaged then.
    Raises as :func:`open_document`.
    """
    sealed = sealed_document(actor, document)
    stream = store().open(sealed.address)
    try:
        if sealed.begin is not None:
            return in_parcel(stream, sealed, size=document.size)
        return unsealed(stream, DataKey(sealed.secret), address=sealed.address, size=document.size)
    except BaseException:
        stream.close()
        raise


def sealed_document(actor: Actor, document: Document) -> Sealed:
    """Give the address and the key of a document that was accessed; of a named one to its readers alone.

    Raises NotAReader, DocumentDestroyed or KeyUnavailable.
    """
    try:
        key = document.key
    except DocumentKey.DoesNotExist:
        raise KeyUnavailable(reason="the document has no key") from None
    if key.destroyed_at is not None:
        raise DocumentDestroyed
    if key.wrapped is None:
        return Sealed(key.address, released(actor, document), key.begin)
    secret = unwrap(key.body_key, key.wrapped, context=key.context)
    return Sealed(key.address, secret, key.begin)
