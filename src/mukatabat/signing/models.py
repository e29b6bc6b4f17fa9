# SPDX-License-Identifier: EUPL-1.2
"""What authorities said of the certificates that they issued."""

from __future__ import annotations

from django.db import models

from mukatabat.kernel.ids import new_id


class RevocationList(models.Model):
    """A list of revoked certificates (RFC 5280 §5), the last of its authority on a day: proofs ask it years later.

    ``authority`` is the SHA-256 of the certificate of whoever signed it, in hexadecimal; ``day`` that of ``at``, the
    time at which the authority wrote it, in Kuwait; ``until`` when it wanted to write the next.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    authority = models.CharField(max_length=64)
    day = models.DateField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    data = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "signing_revocation_list"
        constraints = (models.UniqueConstraint(fields=["authority", "day"], name="signing_revocation_list_a_day"),)

    def __str__(self) -> str:
        return f"revoked, {self.authority[:16]}, {self.day}"
