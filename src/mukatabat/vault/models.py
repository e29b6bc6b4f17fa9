# SPDX-License-Identifier: EUPL-1.2
"""The documents of a body."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.tenancy.models import TenantModel


class Document(TenantModel):
    """A body's own row for stored bytes. Two bodies that hold the same bytes have a row each.

    ``source`` and ``scan`` hold values of :class:`mukatabat.vault.rules.Source` and ``ScanOutcome``; ``created_by`` is
    a person's id, null for our own jobs. The application's role may only insert: a document never changes.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    digest = models.CharField(max_length=71)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
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
