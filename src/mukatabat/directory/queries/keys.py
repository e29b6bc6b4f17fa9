# SPDX-License-Identifier: EUPL-1.2
"""The public halves of bodies' keys: to which key a parcel is sealed, and whose seal a certificate is."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse, SealCustody


def encryption_keys(body_ids: Iterable[UUID]) -> dict[UUID, PublicKey]:
    """Return the key in use for parcels to each body, with the body, in one query; one that has none yet is absent."""
    found = PublicKey.objects.select_related("body").filter(
        body_id__in=set(body_ids), use=KeyUse.ENCRYPTION, valid_to=None, withdrawn_at=None
    )  # fmt: skip
    return {key.body_id: key for key in found}


def sealing_body(fingerprint: str, *, code: str, realm: str) -> UUID | None:
    """Return the body of this code and realm if the certificate of this fingerprint is its seal, also a former one.

    The realm stands in the directory alone: both copies of a body carry the same name in their certificates.
    """
    listed = PublicKey.objects.filter(
        fingerprint=fingerprint, use=KeyUse.SEAL, withdrawn_at=None, body__code=code, body__realm=realm
    )  # fmt: skip
    return listed.values_list("body_id", flat=True).first()


def keys_of(body_id: UUID) -> list[PublicKey]:
    """List all public halves that a body ever had, the newest first."""
    return list(PublicKey.objects.filter(body_id=body_id).order_by("-valid_from", "use"))


def seal_custody(fingerprint: str) -> SealCustody | None:
    """Return who holds the private half of the seal whose certificate has this fingerprint, also of a former one."""
    held = PublicKey.objects.filter(fingerprint=fingerprint, use=KeyUse.SEAL).values_list("custody", flat=True).first()
    return SealCustody(held) if held else None
