# SPDX-License-Identifier: EUPL-1.2
"""The one row that is about the installation itself."""

from __future__ import annotations

from django.db import models


class Site(models.Model):
    """Whether the installation takes changes; a single row, absent until it was switched once."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    read_only_since = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "web_site"
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="web_site_single"),)
