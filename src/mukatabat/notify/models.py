# SPDX-License-Identifier: EUPL-1.2
"""Notifications of one person in one body."""

from __future__ import annotations

from django.db import models

from mukatabat.tenancy.models import TenantModel


class Notification(TenantModel):
    """One sentence in one person's bell."""

    person_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    object_kind = models.CharField(max_length=16)
    object_id = models.UUIDField()
    reference = models.CharField(max_length=60, blank=True)
    counterpart_ar = models.CharField(max_length=200, blank=True)
    counterpart_en = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["person_id", "-at"], name="notification_by_person"),
            models.Index(fields=["person_id"], condition=models.Q(seen_at=None), name="notification_unseen"),
        )
