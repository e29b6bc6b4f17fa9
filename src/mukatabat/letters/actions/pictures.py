# SPDX-License-Identifier: EUPL-1.2
"""The picture of a signature: its signer sets it, and nobody else; its signer or an administrator takes it away.

The picture is an ornament above the name. What binds is the signature inside the document, which the mandate, the
second factor and the key stand behind; but readers take the picture for the hand, so nobody lays down another's.
"""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Person
from mukatabat.kernel import clock
from mukatabat.letters.models import SignaturePicture
from mukatabat.letters.queries.pictures import picture_of
from mukatabat.press.drawn import drawn_signature
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import store_generated

PNG = "image/png"


def set_picture(actor: Actor, offered: bytes) -> SignaturePicture:
    """Set the actor's own picture for what they sign from now on; issued letters keep theirs.

    Errors: `CapabilityMissing` (only who signs has one), `InvalidPicture`.
    """
    require_capability(actor, Capability.SIGN)
    drawn = drawn_signature(offered)
    with scope(actor):
        kept = store_generated(actor, drawn.data, name="signature.png", media_type=PNG)
        picture = SignaturePicture.objects.create(
            person_id=actor.person, document_id=kept.id, set_by=actor.person, set_at=clock.now()
        )
        record(
            actor, act="letters.picture-set", object_kind="person", object_id=actor.person,
            detail={"digest": kept.digest},
        )  # fmt: skip
    return picture


def take_picture_away(actor: Actor, person_id: UUID) -> None:
    """Take a picture away: one's own, or as an administrator anybody's of the body.

    Raises `NotInDirectory`, also where there is none.
    """
    with scope(actor):
        allowed = actor.person_id == person_id or actor.may(Capability.ADMINISTER_BODY)
        if not allowed or not Person.objects.filter(pk=person_id, body_id=actor.body_id).exists():
            raise NotInDirectory
        if picture_of(actor, person_id) is None:
            raise NotInDirectory
        SignaturePicture.objects.create(
            person_id=person_id, document_id=None, set_by=actor.person, set_at=clock.now()
        )  # fmt: skip
        record(actor, act="letters.picture-taken-away", object_kind="person", object_id=person_id)
