# SPDX-License-Identifier: EUPL-1.2
"""Certificates from an authority outside: a request goes out by the key that it is for, and the answer comes back.

The key of a request is held as all keys are. Until its answer is accepted the present certificate goes on working; then
the new one takes its place in one transaction. Refused answers change nothing, and the request stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import load_der_x509_certificate

from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.signing.authorities import named
from mukatabat.signing.certification import accept_node as accept_as_node
from mukatabat.signing.certification import accept_seal as accept_as_seal
from mukatabat.signing.certification import chain_for, written_request
from mukatabat.signing.errors import AnswerNotAskedFor
from mukatabat.signing.profiles import Profile, node_profile, seal_profile
from mukatabat.signing.service import authorities, informed_trust
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.keys import store_of
from mukatabat.vault.actions.node import NAMES
from mukatabat.vault.actions.pairs import destroy_halves, seal_name
from mukatabat.vault.custody import pair_store
from mukatabat.vault.models import NodeKey, NodeRequest, PrivateKey, SealRequest
from mukatabat.vault.ports import PairStore
from mukatabat.vault.rules import SEAL_SUITE, HeldPair, NodeUse, node_context, pair_context


def request_seal(actor: Actor, *, anew: bool = False) -> SealRequest:
    """Give the request for a certificate of the actor's body's next seal: the one that stands, or a first one.

    With ``anew`` the one that stands is given up, its key destroyed. Of two that ask first at once the second finds the
    first one's. Raises KeyUnavailable.
    """
    with scope(actor):
        if anew:
            give_up_seal(actor)
        standing = SealRequest.objects.filter(ended_at=None).first()
        if standing is not None:
            return standing
        store, key_id = pair_store(store_of(actor)), new_id()
        label = directory.body_names([actor.body_id])[actor.body_id]
        pair = store.generate_pair(SEAL_SUITE, pair_context(actor.body_id, key_id))
        made = SealRequest(
            id=key_id, public=pair.public, store=store.name, root=pair.held.root, token=pair.held.token,
            request=_written(store, pair, seal_profile(body=label.code, name=seal_name(actor))), asked_at=clock.now(),
        )  # fmt: skip
        SealRequest.objects.bulk_create([made], ignore_conflicts=True)
        standing = SealRequest.objects.get(ended_at=None)
        if standing.id == made.id:
            record(actor, act="vault.certificate-requested", **_about(standing))
    return standing


def give_up_seal(actor: Actor) -> None:
    """Give up the request that stands for the actor's body, if there is one: its answer is taken no more."""
    with scope(actor):
        standing = SealRequest.objects.select_for_update().filter(ended_at=None).first()
        if standing is not None:
            _end(standing)
            record(actor, act="vault.request-given-up", **_about(standing))


def accept_seal(actor: Actor, came: Sequence[bytes]) -> PublicKey:
    """Take the certificates (DER) that answer the body's request; its first is the body's seal from now on.

    1. One of them is of the key for which the request stands. 2. A trusted root vouches for it today, it is for
    signing, and it names this body. 3. No list of those kept withdrew it. 4. The former seal gives way, and where it
    lies in another store its private half is destroyed. The answer that was taken already gives the present seal.
    Raises an AnswerRefused, NoAuthority, AuthorityFileRefused or KeyUnavailable; then nothing was changed.
    """
    with scope(actor):
        standing = SealRequest.objects.select_for_update().filter(ended_at=None).first()
        seals = PublicKey.objects.filter(body_id=actor.body_id, use=KeyUse.SEAL, valid_to=None)
        chain = _chain(standing, came)  # 1
        if standing is None or not chain:
            taken = seals.filter(fingerprint__in=[sha256(one).hexdigest() for one in came], withdrawn_at=None).first()
            if taken is None:
                raise AnswerNotAskedFor
            return taken
        now = clock.now()
        code = directory.body_names([actor.body_id])[actor.body_id].code
        accept_as_seal(chain, informed_trust(now), body=code)  # 2, 3
        store = pair_store(standing.store)
        seals.update(valid_to=now)  # 4
        public = PublicKey.objects.create(
            id=standing.id, body_id=actor.body_id, use=KeyUse.SEAL, suite=SEAL_SUITE, public=bytes(standing.public),
            fingerprint=sha256(chain[0]).hexdigest(), chain=[one.hex() for one in chain], custody=store.custody,
            valid_from=now, expires_at=load_der_x509_certificate(chain[0]).not_valid_after_utc,
        )  # fmt: skip
        PrivateKey(public=public, store=standing.store, root=standing.root, token=standing.token).save(
            force_insert=True
        )
        _end(standing)
        elsewhere = PrivateKey.objects.filter(public__use=KeyUse.SEAL, token__isnull=False)
        destroy_halves(actor, elsewhere.exclude(store=standing.store).select_for_update(of=("self",)))
        record(actor, act="vault.certificate-accepted", **_about(standing, chain))
    return public


def request_node(actor: Actor, *, anew: bool = False) -> NodeRequest:
    """Give the request for a certificate of the node's next key for evidence in the actor's realm; as for a seal."""
    realm = Realm(actor.realm)
    with scope(actor):
        if anew:
            given_up = NodeRequest.objects.select_for_update().filter(ended_at=None, realm=realm).first()
            if given_up is not None:
                _end(given_up)
                record(actor, act="vault.request-given-up", **_about(given_up))
        standing = NodeRequest.objects.filter(ended_at=None, realm=realm).first()
        if standing is not None:
            return standing
        store, key_id = pair_store(), new_id()
        pair = store.generate_pair(SEAL_SUITE, node_context(realm, key_id))
        made = NodeRequest(
            id=key_id, realm=realm, public=pair.public, store=store.name, root=pair.held.root, token=pair.held.token,
            request=_written(store, pair, node_profile(name=NAMES[realm])), asked_at=clock.now(),
        )  # fmt: skip
        NodeRequest.objects.bulk_create([made], ignore_conflicts=True)
        standing = NodeRequest.objects.get(ended_at=None, realm=realm)
        if standing.id == made.id:
            record(actor, act="vault.certificate-requested", **_about(standing))
    return standing


def accept_node(actor: Actor, came: Sequence[bytes]) -> NodeKey:
    """Take the certificates (DER) that answer the node's request in the actor's realm; as :func:`accept_seal`.

    The first must bear a node's mark. What the former key signed stays valid, and nothing more is signed with it.
    """
    realm = Realm(actor.realm)
    with scope(actor):
        standing = NodeRequest.objects.select_for_update().filter(ended_at=None, realm=realm).first()
        keys = NodeKey.objects.filter(realm=realm, use=NodeUse.EVIDENCE, valid_to=None)
        chain = _chain(standing, came)
        if standing is None or not chain:
            present = keys.first()
            if present is None or not present.chain or bytes.fromhex(present.chain[0]) not in came:
                raise AnswerNotAskedFor
            return present
        now = clock.now()
        accept_as_node(chain, informed_trust(now))
        keys.update(valid_to=now)
        key = NodeKey.objects.create(
            id=standing.id, realm=realm, use=NodeUse.EVIDENCE, suite=SEAL_SUITE, public=bytes(standing.public),
            chain=[one.hex() for one in chain], custody=pair_store(standing.store).custody, store=standing.store,
            root=standing.root, token=bytes(standing.token or b""), valid_from=now,
            expires_at=load_der_x509_certificate(chain[0]).not_valid_after_utc,
        )  # fmt: skip
        _end(standing)
        record(actor, act="vault.certificate-accepted", **_about(standing, chain))
    return key


def _written(store: PairStore, pair: HeldPair, profile: Profile) -> bytes:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), pair.public)
    return written_request(profile, key, sign=lambda data: store.sign(pair, data))


def _chain(standing: SealRequest | NodeRequest | None, came: Sequence[bytes]) -> tuple[bytes, ...]:
    """The chain that answers the request that stands, its own certificate first; empty where none does."""
    if standing is None:
        return ()
    try:
        return chain_for(standing.key, came, known=authorities())
    except AnswerNotAskedFor:
        return ()


def _end(request: SealRequest | NodeRequest) -> None:
    """End a request that its caller locked; its private half is where it became a key, or nowhere any more."""
    request.token, request.ended_at = None, clock.now()
    request.save(update_fields=["token", "ended_at"])


def _about(request: SealRequest | NodeRequest, chain: Sequence[bytes] = ()) -> dict[str, Any]:
    """What the trail is told of a request, and of the certificate that answers it."""
    is_node = isinstance(request, NodeRequest)
    use = NodeUse.EVIDENCE if is_node else KeyUse.SEAL
    detail = {"use": str(use), "suite": SEAL_SUITE, "store": request.store}
    if chain:
        own = load_der_x509_certificate(chain[0])
        detail |= {
            "fingerprint": sha256(chain[0]).hexdigest(), "issuer": named(own.issuer),
            "until": own.not_valid_after_utc.isoformat(),
        }  # fmt: skip
    else:
        detail["request"] = sha256(request.request).hexdigest()
    return {"object_kind": "node-key" if is_node else "public-key", "object_id": request.id, "detail": detail}
