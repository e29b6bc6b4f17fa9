# SPDX-License-Identifier: EUPL-1.2
"""Entries per body, the sequencer's queue, and the chain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.audit.rules import Entry
from mukatabat.tenancy.models import TenantModel


class AuditEntry(TenantModel):
    """Who did what to which object, when and from where. The application's role may only insert."""

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    act = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField(null=True)
    place = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_entry"
        indexes = (
            models.Index(fields=["body_id", "-at"], name="audit_entry_by_time"),
            models.Index(fields=["object_id", "at"], name="audit_entry_by_object"),
        )

    def as_entry(self) -> Entry:
        """The hashed form of this row."""
        return Entry(
            id=self.id, body_id=self.body_id, at=self.at, actor_kind=self.actor_kind, actor_id=self.actor_id,
            actor_name=self.actor_name, act=self.act, object_kind=self.object_kind, object_id=self.object_id,
            place=self.place, detail=self.detail,
        )  # fmt: skip


class Pending(models.Model):
    """An entry that the sequencer has not chained yet; inserted beside the entry, removed by the sequencer alone."""

    entry_id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_pending"


class Link(models.Model):
    """One link of the chain over all bodies; written by the sequencer's function alone."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_link"
