# SPDX-License-Identifier: EUPL-1.2
"""What one person of a body is told: the bell, what goes out by other channels, and how the person wants it."""

from __future__ import annotations

from datetime import time

from django.db import models

from mukatabat.notify.ports import ChannelName
from mukatabat.tenancy.models import TenantModel


class Notification(TenantModel):
    """One sentence in one person's bell. ``subject`` stands only in notices of ordinary letters, which are not sealed.

    ``spread`` is whether it was looked at for the other channels.
    """

    person_id = models.UUIDField()
    kind = models.CharField(max_length=16)
    object_kind = models.CharField(max_length=16)
    object_id = models.UUIDField()
    reference = models.CharField(max_length=60, blank=True)
    counterpart_ar = models.CharField(max_length=200, blank=True)
    counterpart_en = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    sealed = models.BooleanField(default=True)
    subject = models.CharField(max_length=300, blank=True)
    spread = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=["person_id", "-at"], name="notification_by_person"),
            models.Index(fields=["person_id"], condition=models.Q(seen_at=None), name="notification_unseen"),
            models.Index(fields=["body_id", "at"], condition=models.Q(spread=False), name="notification_to_spread"),
        )


class Preference(TenantModel):
    """How one person wants to be told; without a row what is usual holds (`mukatabat.notify.preferences`)."""

    person_id = models.UUIDField()
    language = models.CharField(max_length=2, default="ar")
    email = models.JSONField(default=dict)
    sms = models.JSONField(default=list)
    hook = models.JSONField(default=list)
    mobile = models.CharField(max_length=20, blank=True)
    quiet_from = models.TimeField(default=time(0))
    quiet_until = models.TimeField(default=time(0))
    digest_at = models.TimeField(default=time(7, 30))

    class Meta:
        constraints = (models.UniqueConstraint(fields=["body_id", "person_id"], name="notify_preference_once"),)


class Dispatch(TenantModel):
    """One notice on its way by one channel; removed when it was handed over, kept for a while when it was given up."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="dispatches")
    person_id = models.UUIDField()
    channel = models.CharField(max_length=8, choices=[(one, one) for one in ChannelName])
    digest = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["notification", "channel"], name="notify_dispatch_once"),)
        indexes = (
            models.Index(
                fields=["body_id", "due_at"], condition=models.Q(given_up_at=None), name="notify_dispatch_due"
            ),
        )
