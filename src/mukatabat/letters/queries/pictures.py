# SPDX-License-Identifier: EUPL-1.2
"""The picture of a person's signature that holds now."""

from __future__ import annotations

import logging
from uuid import UUID

from mukatabat.letters.models import SignaturePicture
from mukatabat.press.rules import DrawnSignature
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import BlobDamaged, BlobMissing, KeyUnavailable, StoreUnavailable
from mukatabat.vault.queries import open_document

logger = logging.getLogger(__name__)


def picture_of(actor: Actor, person_id: UUID) -> SignaturePicture | None:
    """Return the picture of a person of the actor's body that holds now, or None; one that was taken away is none."""
    with reading(actor):
        newest = SignaturePicture.objects.filter(person_id=person_id).order_by("-set_at", "-pk").first()
    return newest if newest is not None and newest.document_id is not None else None


def drawn_signature_of(actor: Actor, person_id: UUID) -> DrawnSignature | None:
    """Return a person's picture as the press lays it above the name, or None.

    One that the store cannot give is left out and logged: no letter waits for an ornament.
    """
    picture = picture_of(actor, person_id)
    if picture is None or picture.document_id is None:
        return None
    try:
        _, file = open_document(actor, picture.document_id)
        with file:
            return DrawnSignature(data=file.read())
    except (BlobMissing, BlobDamaged, StoreUnavailable, KeyUnavailable):
        logger.exception("the picture of a signature cannot be read now")
        return None
