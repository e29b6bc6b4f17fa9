# SPDX-License-Identifier: EUPL-1.2
"""The documents of a body, how each is locked with the body's key, and files on their way."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedTextField
from mukatabat.vault.models.keys import BodyKey
from mukatabat.vault.rules import document_key_context


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
