# SPDX-License-Identifier: EUPL-1.2
"""The key pairs of the node itself: made when first needed, replaced when their certificate has run out or by order."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.models import Q

from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.signing.errors import CertifiedElsewhere
from mukatabat.signing.service import certifies_by_itself, certify_node
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.pairs import StoredSeal
from mukatabat.vault.custody import pair_store
from mukatabat.vault.errors import NodeHeldUp, NodeNotCertified, NodeWithdrawn
from mukatabat.vault.models import NodeKey
from mukatabat.vault.revoked import node_keys_in_use, revoked, revoked_on
from mukatabat.vault.rules import SEAL_SUITE, NodeUse, node_context

NAMES = {Realm.LIVE: "منصة مكاتبات", Realm.TRAINING: "منصة مكاتبات (تدريب)"}
"""How the node calls itself in its certificates and in what it states."""


@dataclass(frozen=True, slots=True)
class NodeSeal(StoredSeal):
    """The node's key for evidence, with who keeps it and how the node calls itself in what it states."""

    custody: str
    name: str


def evidence_seal(actor: Actor) -> NodeSeal:
    """Give the key with which the node states what happened in the actor's realm; made when there is none in use.

    Where an authority outside certifies it, a NotCertified says that its answer is awaited. Raises KeyUnavailable.
    """
    with scope(actor):
        key = _in_use(actor)
        if key is None:
            require_node(actor)
            key = replace_evidence_key(actor)
    chain = tuple(bytes.fromhex(one) for one in key.chain)
    return NodeSeal(chain, key.pair, pair_store(key.store), key.custody, NAMES[Realm(key.realm)])


def require_node(actor: Actor) -> None:
    """Raise a NotCertified where the node has no key to state with in the actor's realm, and none is made here."""
    if certifies_by_itself():
        return
    with scope(actor):
        if _in_use(actor) is not None:
            return
        present = node_keys_in_use().filter(realm=actor.realm).first()
        known = revoked(present) if present is not None else None
    if known is None:
        raise NodeNotCertified
    raise (NodeHeldUp if known.held_up else NodeWithdrawn)(day=revoked_on(known))


def _in_use(actor: Actor) -> NodeKey | None:
    current = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    return node_keys_in_use().filter(current, realm=actor.realm, revoked_at=None).first()


def replace_evidence_key(actor: Actor) -> NodeKey:
    """Give the node a new key for evidence in the actor's realm, in use from now on.

    What the former signed stays valid. Of two at once the second finds the first one's. Raises KeyUnavailable, and
    CertifiedElsewhere where an authority outside certifies it.
    """
    if not certifies_by_itself():
        raise CertifiedElsewhere
    store, key_id, realm = pair_store(), new_id(), Realm(actor.realm)
    with scope(actor):
        now = clock.now()
        pair = store.generate_pair(SEAL_SUITE, node_context(realm, key_id))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pair.public)
        certificates = certify_node(point, name=NAMES[realm])
        made = NodeKey(
            id=key_id, realm=realm, use=NodeUse.EVIDENCE, suite=pair.suite, public=pair.public,
            chain=[one.public_bytes(Encoding.DER).hex() for one in certificates], custody=store.custody,
            store=store.name, root=pair.held.root, token=pair.held.token, valid_from=now,
            expires_at=certificates[0].not_valid_after_utc,
        )  # fmt: skip
        NodeKey.objects.filter(realm=realm, use=NodeUse.EVIDENCE, valid_to=None).update(valid_to=now)
        NodeKey.objects.bulk_create([made], ignore_conflicts=True)
        standing = NodeKey.objects.get(realm=realm, use=NodeUse.EVIDENCE, valid_to=None)
        if standing.id == made.id:
            record(
                actor, act="vault.node-key-made", object_kind="node-key", object_id=made.id,
                detail={"use": str(NodeUse.EVIDENCE), "realm": str(realm), "suite": pair.suite},
            )  # fmt: skip
    return standing
