# SPDX-License-Identifier: EUPL-1.2
"""Entries per body, the sequencer's queue, and the chain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.audit.rules import Entry
from mukatabat.kernel.ids import new_id
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
            models.Index(fields=["body_id", "-at", "-id"], name="audit_entry_newest"),
            models.Index(fields=["body_id", "actor_id", "-at", "-id"], name="audit_entry_by_actor"),
            models.Index(fields=["body_id", "act", "-at", "-id"], name="audit_entry_by_act"),
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


class Check(models.Model):
    """What a check of the chain found, and when: links ``first`` to ``last`` of all bodies; ``head`` is a hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    head = models.BinaryField(max_length=32)
    faults = models.JSONField(default=list)

    class Meta:
        db_table = "audit_check"
        indexes = (models.Index(fields=["-ended_at"], name="audit_check_newest"),)


class Link(models.Model):
    """One link of the chain over all bodies; written by the sequencer's function alone."""

    number = models.BigIntegerField(primary_key=True)
    entry_id = models.UUIDField(unique=True)
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_link"
