# SPDX-License-Identifier: EUPL-1.2
"""The documents of a body, its keys, and how the one is locked with the other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import Custody
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.ledger.rules import commitment
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedTextField
from mukatabat.vault.rules import (
    HeldKey,
    HeldPair,
    NodeUse,
    Reader,
    ReaderKind,
    body_key_context,
    document_key_context,
    node_context,
    pair_context,
    reader_key_context,
    reader_wrap_context,
)


class Document(TenantModel):
    """A body's own row for stored bytes. Two bodies that hold the same bytes have a row each.

    ``digest`` and ``size`` are those of the plain bytes; what the store holds is named in the document's ``key``.
    ``source`` and ``scan`` hold values of :class:`mukatabat.vault.rules.Source` and ``ScanOutcome``; ``created_by`` is
    a person's id, null for our own jobs. The application's role may only insert: a document never changes.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    digest = models.CharField(max_length=71)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = SealedTextField()
    pages = models.PositiveIntegerField(null=True)
    scan = models.CharField(max_length=16)
    source = models.CharField(max_length=16)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField(null=True)

    class Meta:
        db_table = "vault_document"
        constraints = (
            # What other tables of the body refer to, so that no reference crosses bodies.
            models.UniqueConstraint(fields=["body_id", "id"], name="vault_document_of_body"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="vault_document_not_empty"),
            models.CheckConstraint(
                condition=models.Q(digest__regex=r"^sha256:[0-9a-f]{64}$"), name="vault_document_digest"
            ),
        )
        indexes = (models.Index(fields=["body_id", "digest"], name="vault_document_by_digest"),)


class BodyKey(TenantModel):
    """A version of the body's own key, under which the keys of its documents are wrapped; the newest wraps new ones.

    ``token`` is the key in the hands of the key store ``store``, see :class:`mukatabat.vault.rules.HeldKey`;
    ``text_key`` is the key of the body's texts, wrapped by it when the first text is sealed. After the body's keys were
    moved to another store it is wrapped by the version ``text_under``.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    version = models.PositiveIntegerField()
    store = models.CharField(max_length=16, db_default="software")
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    text_key = models.BinaryField(null=True)
    text_under = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "vault_body_key"
        constraints = (models.UniqueConstraint(fields=["body_id", "version"], name="vault_body_key_version"),)

    @property
    def held(self) -> HeldKey:
        """The key as the key store takes it."""
        return HeldKey(self.root, bytes(self.token), body_key_context(self.body_id, self.version))


class DocumentKey(TenantModel):
    """A document's own key, wrapped by its body's key, and the address of the bytes that it opens.

    A document that was delivered lies in the sealed content of its parcel, from ``begin`` on, beside the others of that
    parcel, and has the parcel's key. Any other has a blob and a key of its own, and ``begin`` is null.

    Changes when the key is wrapped anew, and once when it is destroyed: then ``wrapped`` is null, and nothing opens
    the document again. While a document is ``named``, the body's key does not open it: its key is wrapped in each of
    its readers' own rows (:class:`ReaderWrap`), and ``wrapped`` is null as well.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="key")
    address = models.CharField(max_length=71)
    begin = models.BigIntegerField(null=True)
    body_key = models.ForeignKey(BodyKey, on_delete=models.PROTECT, related_name="wraps")
    wrapped = models.BinaryField(null=True)
    named = models.BooleanField(default=False)
    destroyed_at = models.DateTimeField(null=True)
    destroyed_under = models.JSONField(null=True)

    class Meta:
        db_table = "vault_document_key"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(wrapped=None, destroyed_at__isnull=False, destroyed_under__isnull=False)
                | models.Q(named=False, wrapped__isnull=False, destroyed_at=None, destroyed_under=None)
                | models.Q(named=True, wrapped=None, destroyed_at=None, destroyed_under=None),
                name="vault_document_key_wrapped_or_destroyed",
            ),
            models.CheckConstraint(
                condition=models.Q(address__regex=r"^sha256:[0-9a-f]{64}$"), name="vault_document_key_address"
            ),
        )

    @property
    def context(self) -> bytes:
        """What the wrapped key is bound to."""
        place = self.address if self.begin is None else f"{self.address}@{self.begin}"
        return document_key_context(self.body_id, self.document_id, digest=self.document.digest, place=place)


class PrivateKey(TenantModel):
    """The private half of a body's key pair, in the hands of the key store ``store``; its public half is everybody's.

    Once nothing is to be opened with it any more it is destroyed: ``token`` is then null.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    public = models.OneToOneField(PublicKey, on_delete=models.PROTECT, related_name="+")
    store = models.CharField(max_length=16)
    root = models.CharField(max_length=64)
    token = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vault_private_key"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(token=None, destroyed_at__isnull=False)
                | models.Q(token__isnull=False, destroyed_at=None),
                name="vault_private_key_held_or_destroyed",
            ),
        )

    @property
    def held(self) -> HeldKey:
        """The private half as the key store takes it."""
        return HeldKey(self.root, bytes(self.token or b""), pair_context(self.body_id, self.public_id))

    @property
    def pair(self) -> HeldPair:
        """Both halves as the key store takes them."""
        return HeldPair(self.public.suite, bytes(self.public.public), self.held)


class NodeKey(models.Model):
    """A key pair of this node itself, in each realm: what it signs evidence with, and what it signs the log with.

    It is no body's, so it stands in one table for all; the private half is sealed by the key store as a body's is.
    ``chain`` holds the certificates (DER in hexadecimal, its own first), empty for a key that is known by itself. It is
    in use from ``valid_from`` until another took its place at ``valid_to``; ``expires_at`` ends its certificate.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    realm = models.CharField(max_length=8, choices=Realm.choices)
    use = models.CharField(max_length=12, choices=[(use, use) for use in NodeUse])
    suite = models.CharField(max_length=64)
    public = models.BinaryField()
    chain = models.JSONField(default=list)
    custody = models.CharField(max_length=12, choices=Custody.choices)
    store = models.CharField(max_length=16)
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "vault_node_key"
        constraints = (
            models.UniqueConstraint(
                fields=["realm", "use"], condition=models.Q(valid_to=None), name="vault_one_node_key_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.use} of the node, {self.realm}"

    @property
    def held(self) -> HeldKey:
        """The private half as the key store takes it."""
        return HeldKey(self.root, bytes(self.token), node_context(self.realm, self.id))

    @property
    def pair(self) -> HeldPair:
        """Both halves as the key store takes them."""
        return HeldPair(self.suite, bytes(self.public), self.held)


class DirectoryStatement(models.Model):
    """What the node signed of the directory of a realm: which bodies there are and which keys are theirs.

    ``statement`` and ``signature`` are those of :class:`mukatabat_verify.directory.Signed`; ``root`` is in hexadecimal.
    The entries are read from the directory again as long as their root is this one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    realm = models.CharField(max_length=8, choices=Realm.choices)
    number = models.BigIntegerField()
    root = models.CharField(max_length=64)
    statement = models.BinaryField()
    signature = models.BinaryField()
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "vault_directory_statement"
        constraints = (models.UniqueConstraint(fields=["realm", "number"], name="vault_directory_number_once"),)

    def __str__(self) -> str:
        return f"directory {self.number}, {self.realm}"

    @property
    def commitment(self) -> bytes:
        """What the log commits to: the statement is public, and so there is no salt."""
        return commitment(b"", bytes(self.statement))


class ReaderKey(TenantModel):
    """The key of one reader of the body's documents of سري and above, sealed by the key store like a body's own.

    It belongs to the reader, not to a document: a person's, a post's (whoever holds it), a unit's; and one for the
    installation's work and one for recovery in each body, whose ``reader_id`` is the body's. A body whose keys were
    moved has one in each store; new wraps are made where the body's own newest key lies.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in ReaderKind])
    reader_id = models.UUIDField()
    store = models.CharField(max_length=16, db_default="software")
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "vault_reader_key"
        constraints = (
            models.UniqueConstraint(fields=["body_id", "kind", "reader_id", "store"], name="vault_reader_key_in_store"),
        )

    @property
    def reader(self) -> Reader:
        """Whose key it is."""
        return Reader(ReaderKind(self.kind), self.reader_id)

    @property
    def held(self) -> HeldKey:
        """The key as the key store takes it."""
        return HeldKey(self.root, bytes(self.token), reader_key_context(self.body_id, self.reader))


class ReaderWrap(TenantModel):
    """A document's key wrapped for one reader who was named at one letter (``object_id``).

    ``named_by`` is the person who could read it and named the reader; null for our own jobs. ``session`` is a digest
    of the session in which the document was last released to this reader, so that each session is recorded once.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="wraps")
    reader_key = models.ForeignKey(ReaderKey, on_delete=models.PROTECT, related_name="wraps")
    object_id = models.UUIDField()
    wrapped = models.BinaryField()
    named_by = models.UUIDField(null=True)
    named_at = models.DateTimeField(default=clock.now)
    session = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "vault_reader_wrap"
        constraints = (
            models.UniqueConstraint(fields=["document", "reader_key", "object_id"], name="vault_reader_wrap_once"),
        )
        indexes = (models.Index(fields=["body_id", "object_id"], name="vault_reader_wrap_of_object"),)

    @property
    def context(self) -> bytes:
        """What the wrapped key is bound to."""
        return reader_wrap_context(self.document.key.context, self.reader_key.reader)


class UploadSession(TenantModel):
    """A file on its way in parts, of one person; removed when it was taken, given up, or left alone for a day."""

    person_id = models.UUIDField()
    name = SealedTextField()
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "vault_upload_session"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(received__gte=0, received__lte=models.F("size")), name="vault_upload_within_size"
            ),
        )
        indexes = (models.Index(fields=["body_id", "expires_at"], name="vault_upload_by_expiry"),)


class UploadPart(TenantModel):
    """A part of a file on its way: where it begins, and the sealed bytes with their wrapped key."""

    writes: ClassVar[tuple[str, ...]] = ("insert", "delete")

    session = models.ForeignKey(UploadSession, on_delete=models.CASCADE, related_name="parts")
    offset = models.BigIntegerField()
    size = models.PositiveIntegerField()
    address = models.CharField(max_length=71)
    body_key = models.ForeignKey(BodyKey, on_delete=models.PROTECT, related_name="+")
    wrapped = models.BinaryField()

    class Meta:
        db_table = "vault_upload_part"
        constraints = (models.UniqueConstraint(fields=["session", "offset"], name="vault_upload_part_once"),)
