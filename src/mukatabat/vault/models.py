# SPDX-License-Identifier: EUPL-1.2
"""The documents of a body, its keys, and how the one is locked with the other."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedTextField
from mukatabat.vault.rules import HeldKey, body_key_context, document_key_context


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

    ``token`` is the key in the hands of the key store, see :class:`mukatabat.vault.rules.HeldKey`; ``text_key`` is the
    key of the body's texts, wrapped by it when the first text is sealed.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    version = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    token = models.BinaryField()
    text_key = models.BinaryField(null=True)
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

    Changes when the key is wrapped anew, and once when it is destroyed: then ``wrapped`` is null, and nothing opens
    the document again.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="key")
    address = models.CharField(max_length=71)
    body_key = models.ForeignKey(BodyKey, on_delete=models.PROTECT, related_name="wraps")
    wrapped = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)
    destroyed_under = models.JSONField(null=True)

    class Meta:
        db_table = "vault_document_key"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(wrapped=None, destroyed_at__isnull=False, destroyed_under__isnull=False)
                | models.Q(wrapped__isnull=False, destroyed_at=None, destroyed_under=None),
                name="vault_document_key_wrapped_or_destroyed",
            ),
            models.CheckConstraint(
                condition=models.Q(address__regex=r"^sha256:[0-9a-f]{64}$"), name="vault_document_key_address"
            ),
        )

    @property
    def context(self) -> bytes:
        """What the wrapped key is bound to."""
        return document_key_context(self.body_id, self.document_id, digest=self.document.digest, address=self.address)


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
