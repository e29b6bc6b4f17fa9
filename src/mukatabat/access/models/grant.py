# SPDX-License-Identifier: EUPL-1.2
"""Who may see what: the one table that lists, counts, search, export and "why can I see this" read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from mukatabat.tenancy.models import TenantModel


class Grant(TenantModel):
    """One object opened to (or walled from) one person, post or unit.

    ``shelf`` names the list in which the object appears; ``sort_time`` is the object's own place in that list, equal
    in all its grants, so that a list is read in order from the index. ``source`` is the act that gave the grant.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    shelf = models.CharField(max_length=16)
    object_kind = models.CharField(max_length=16)
    object_id = models.UUIDField()
    grantee_kind = models.CharField(max_length=8)
    grantee_id = models.UUIDField()
    denies = models.BooleanField(default=False)
    reason = models.CharField(max_length=24)
    source_id = models.UUIDField(null=True)
    granted_by = models.UUIDField(null=True)
    sort_time = models.DateTimeField()
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_grant"
        constraints = (
            # Ended grants stay beside it: they say from when to when somebody saw the object. The body is part of it:
            # uniqueness is checked beneath row-level security, and must not tell of, or stand in the way of, another's.
            models.UniqueConstraint(
                fields=["body_id", "object_id", "grantee_id", "reason", "denies"],
                condition=Q(ends=None),
                name="access_grant_stands_once_in_body",
            ),
        )
        indexes = (
            models.Index(
                fields=["grantee_id", "shelf", "-sort_time", "-object_id"],
                condition=Q(denies=False),
                name="access_grant_in_order",
            ),
            # The standing constraint above is partial, and a grant that ends tomorrow stands today: one index for both.
            models.Index(fields=["object_id", "grantee_id"], name="access_grant_of_object"),
            models.Index(fields=["grantee_id", "object_id"], condition=Q(denies=True), name="access_grant_walls"),
        )
