# SPDX-License-Identifier: EUPL-1.2
"""Noting that an authority withdrew the certificate of a seal or of the node, or vouches for it again.

It is noted once, when the lists that came say so, in the rows that are asked before a letter takes its number; and it
is told once, to those whose work it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.models import PublicKey
from mukatabat.directory.rules import PostRole
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Realm
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import SEAL, Kind, Message
from mukatabat.signing.service import informed_trust
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, in_body
from mukatabat.vault.actions.node import NAMES
from mukatabat.vault.models import NodeKey
from mukatabat.vault.revoked import as_listed, node_keys_in_use, revoked, revoked_on, seals_in_use
from mukatabat.vault.rules import NodeUse, Revoked

NODE_EN = "the Mukatabat platform"


@dataclass(frozen=True, slots=True)
class _Change:
    """What was noted of a key's certificate: ``lost`` when its authority vouches for it no longer, and since when."""

    known: Revoked
    lost: bool


def look_at_seal(actor: Actor) -> bool:
    """Hold the seal in use of the actor's body against the kept lists; tells whether anything of it changed.

    1. The lists are asked once its row is locked: whoever waited for the lock judges by what came meanwhile. 2. What
    changed stands in the body's trail, and 3. its administrators and the central operators of its realm are told, in
    the same transaction. Raises NoAuthority or AuthorityFileRefused.
    """
    with scope(actor):
        seal = seals_in_use().filter(body_id=actor.body_id).select_for_update(no_key=True).first()
        change = _noted(seal) if seal is not None else None
        if seal is None or change is None:
            return False
        _record(actor, seal, change)  # 2
        label = directory.body_names([actor.body_id])[actor.body_id]
        people = directory.people_of_role(PostRole.OPERATOR, realm=actor.realm)
        administrators = directory.people_of_role(PostRole.ADMINISTRATOR, realm=actor.realm)
        people[actor.body_id] = [*administrators.get(actor.body_id, []), *people.get(actor.body_id, [])]
        for body_id, told in people.items():  # 3
            _tell(in_body(actor, body_id), told, _message(change, (label.ar, label.en), about=actor.body_id))
    return True


def look_at_node(actor: Actor) -> bool:
    """Hold the node's certificate in the actor's realm against the kept lists, as :func:`look_at_seal` does a seal's.

    It stands in the trail of each body in which somebody operates the platform, else in that of the actor's.
    """
    with scope(actor):
        key = node_keys_in_use().filter(realm=actor.realm).select_for_update(no_key=True).first()
        change = _noted(key) if key is not None else None
        if key is None or change is None:
            return False
        operators = directory.people_of_role(PostRole.OPERATOR, realm=actor.realm) or {actor.body_id: []}
        for body_id, told in operators.items():
            there = in_body(actor, body_id)
            _record(there, key, change)
            _tell(there, told, _message(change, (NAMES[Realm(actor.realm)], NODE_EN), about=body_id))
    return True


def _noted(key: PublicKey | NodeKey) -> _Change | None:
    """Write down what the lists say of a locked key's certificate; None where it is what was known."""
    former, now = revoked(key), as_listed(key, informed_trust(clock.now()))  # 1
    if now == former:
        return None
    key.revoked_at, key.held_up = (now.since, now.held_up) if now is not None else (None, False)
    key.save(update_fields=["revoked_at", "held_up"])
    known = now or former
    assert known is not None  # else nothing would have changed
    return _Change(known, lost=now is not None)


def _record(actor: Actor, key: PublicKey | NodeKey, change: _Change) -> None:
    use = NodeUse.EVIDENCE if isinstance(key, NodeKey) else KeyUse.SEAL
    act = "vault.certificate-withdrawn" if change.lost else "vault.certificate-restored"
    with scope(actor):
        record(
            actor, act=act, object_kind="node-key" if isinstance(key, NodeKey) else "public-key", object_id=key.id,
            detail={
                "use": str(use), "fingerprint": sha256(bytes.fromhex(key.chain[0])).hexdigest(),
                "since": change.known.since.isoformat(), "held_up": change.known.held_up,
            },
        )  # fmt: skip


def _message(change: _Change, name: tuple[str, str], *, about: UUID) -> Message:
    """What is told of the seal of somebody of this name in Arabic and English; ``about`` is the body whose page tells
    more."""
    return Message(
        kind=Kind.SEAL_WITHDRAWN if change.lost else Kind.SEAL_RESTORED, object_kind=SEAL, object_id=about,
        reference=revoked_on(change.known).isoformat(), counterpart_ar=name[0], counterpart_en=name[1], sealed=False,
    )  # fmt: skip


def _tell(actor: Actor, people: Iterable[UUID], message: Message) -> None:
    with scope(actor):
        tell(actor, people, message)
