# SPDX-License-Identifier: EUPL-1.2
"""What authorities said of the certificates that they issued; whose key signs for whom at a trust service provider."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.signing.rules import RefusalReason
from mukatabat.tenancy.models import TenantModel


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


class SignerIdentity(TenantModel):
    """Under which name a trust service provider knows a person, as two persons recorded it (ADR 0030).

    ``number`` is the serialNumber that every certificate of this person bears there (RFC 5280 §4.1.2.4), ``name`` the
    name in the certificate that the two saw. The newest row of a person holds; one without a ``user_id`` ended it.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    person_id = models.UUIDField()
    user_id = models.CharField(max_length=255, blank=True)
    number = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        db_table = "signing_signer_identity"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["body_id", "person_id", "-at"], name="signing_signer_identity_newest"),
        ]


class Release(TenantModel):
    """One act of a person on the telephone, which releases the signatures of one or more requests.

    ``asked`` counts the questions of which none is known to have reached nobody; ``handle`` is where the answer is
    looked for, ``activation`` what the person released, ``response`` where promised signatures are looked for. The
    three are emptied at the end. Until ``next_at`` one process alone asks, or nobody.
    """

    person_id = models.UUIDField()
    deadline = models.DateTimeField()
    credential = models.CharField(max_length=255, blank=True, default="")
    algorithm = models.CharField(max_length=40, blank=True, default="")
    asked = models.PositiveSmallIntegerField(default=0)
    handle = models.TextField(blank=True, default="")
    activation = models.TextField(blank=True, default="")
    response = models.TextField(blank=True, default="")
    refusal = models.CharField(max_length=10, choices=[(one.value, one.value) for one in RefusalReason], blank=True)
    text = models.CharField(max_length=200, blank=True, default="")
    begun_at = models.DateTimeField(default=clock.now)
    next_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "signing_release"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["body_id", "begun_at"], condition=models.Q(ended_at=None), name="signing_release_open"
            ),
        ]


class RemoteRequest(TenantModel):
    """One digest that a person is asked to sign at a trust service provider; its id is the request's.

    ``identity`` is :attr:`mukatabat.signing.rules.SigningRequest.identity`, ``digest`` SHA-256 in hexadecimal,
    ``place`` the order within the release, ``signature`` the raw one once it is there.
    """

    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="requests")
    place = models.PositiveSmallIntegerField()
    identity = models.CharField(max_length=64)
    certificate = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    display_text = models.CharField(max_length=200)
    signature = models.BinaryField(null=True)

    class Meta:
        db_table = "signing_remote_request"
        constraints = (models.UniqueConstraint(fields=["release", "place"], name="signing_remote_request_place"),)
