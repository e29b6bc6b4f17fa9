# SPDX-License-Identifier: EUPL-1.2
"""Who may change the directory: the central operator its bodies, an administrator their own body's people."""

from __future__ import annotations

from uuid import UUID

from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Body
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.rules import Actor, ActorKind

# The strings of access.rules.Capability: that room stands above this one, and an actor carries them as strings.
OPERATE = "operate"
ADMINISTER_BODY = "administer_body"
SIGN = "sign"


def require_operator(actor: Actor, realm: str) -> None:
    """Let through an operator who may change bodies of a realm, and our own jobs; else raises `NotInDirectory`.

    A live operator also keeps the practice bodies; a training operator never touches a live one.
    """
    own_realm = actor.realm in (realm, Realm.LIVE)
    if not own_realm or not (actor.kind is ActorKind.SYSTEM or actor.may(OPERATE)):
        raise NotInDirectory


def require_administrator(actor: Actor) -> UUID:
    """Let through who may change the people of the actor's own body, and return that body's id.

    Raises `NotInDirectory`, as for a row that does not exist.
    """
    if not (actor.kind is ActorKind.SYSTEM or actor.may(ADMINISTER_BODY)):
        raise NotInDirectory
    return actor.body_id


def require_second_person(actor: Actor) -> UUID:
    """Let through a person who may confirm what another proposed in the actor's own body; returns that person's id.

    Another administrator, or a signatory: most bodies have a single administrator. Raises `NotInDirectory`.
    """
    if actor.kind is not ActorKind.PERSON or not (actor.may(ADMINISTER_BODY) or actor.may(SIGN)):
        raise NotInDirectory
    return actor.person


def locked_body(body_id: UUID) -> Body:
    """Return a body and hold its row until the transaction ends, so that two changes of one body follow each other."""
    found = Body.objects.select_for_update(of=("self",)).filter(pk=body_id).first()
    if found is None:
        raise NotInDirectory
    return found
