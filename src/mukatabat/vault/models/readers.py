# SPDX-License-Identifier: EUPL-1.2
"""Named readers: the key of each, and the documents' keys wrapped for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.models.documents import Document
from mukatabat.vault.rules import HeldKey, Reader, ReaderKind, reader_key_context, reader_wrap_context


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
