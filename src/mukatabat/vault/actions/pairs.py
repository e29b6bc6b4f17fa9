# SPDX-License-Identifier: EUPL-1.2
"""A body's key pairs: its seal, and the key to which parcels for it are sealed. Made when first needed, and replaced.

The public half stands in the directory, where every body reads it; the private half is held by the key store. A pair
that was replaced goes on opening what was sealed to it, until nothing can be on its way any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.models import QuerySet

from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.models import PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.vocabulary import Realm
from mukatabat.signing.errors import CertifiedElsewhere
from mukatabat.signing.service import certifies_by_itself, certify_seal
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.keys import store_of
from mukatabat.vault.custody import pair_store
from mukatabat.vault.errors import SealEnded, SealHeldUp, SealKeyMissing, SealNotCertified, SealWithdrawn
from mukatabat.vault.models import PrivateKey
from mukatabat.vault.ports import PairStore
from mukatabat.vault.revoked import revoked, revoked_on
from mukatabat.vault.rules import SEAL_SUITE, HeldPair, pair_context
from mukatabat_verify.parcel.suites import OpeningKey, RecipientKey

KEPT_AFTER_REPLACEMENT = timedelta(days=30)
"""How long a replaced encryption key still opens: far longer than a carriage is tried."""


@dataclass(frozen=True, slots=True)
class StoredSeal:
    """A seal in use whose private half the key store keeps (mukatabat_verify.parcel.sealing.Seal)."""

    chain: tuple[bytes, ...]
    pair: HeldPair
    store: PairStore

    def sign(self, data: bytes) -> bytes:
        """Sign with the private half, wherever it is."""
        return self.store.sign(self.pair, data)


def body_seal(actor: Actor) -> StoredSeal:
    """Give the seal of the actor's body; made when it has none, or when its certificate has run out or was withdrawn.

    It is made where the installation certifies by itself; else a NotCertified says what is awaited.
    Raises SealKeyMissing where the public half is listed and the private one is not here, or KeyUnavailable.
    """
    with scope(actor):
        private = _in_use(KeyUse.SEAL)
        if private is None and _listed(actor, KeyUse.SEAL):
            private = _in_use(KeyUse.SEAL)  # somebody made it between the two looks
            if private is None:
                raise SealKeyMissing
        if private is None or _is_over(private):
            _require_own_authority(private)
            public = replace_pair(actor, KeyUse.SEAL)
            private = PrivateKey.objects.select_related("public").get(public=public)
    return _stored(private)


def seal_in_force(actor: Actor) -> StoredSeal | None:
    """Give the seal of the actor's body, None where none is in force: as :func:`body_seal`, but makes none.

    Raises KeyUnavailable.
    """
    with reading(actor):
        private = _in_use(KeyUse.SEAL)
    return None if private is None or _is_over(private) else _stored(private)


def _stored(private: PrivateKey) -> StoredSeal:
    chain = tuple(bytes.fromhex(one) for one in private.public.chain)
    return StoredSeal(chain, private.pair, pair_store(private.store))


def _is_over(private: PrivateKey) -> bool:
    public = private.public
    return public.revoked_at is not None or (public.expires_at or clock.now()) <= clock.now()


def _require_own_authority(private: PrivateKey | None) -> None:
    if certifies_by_itself():
        return
    if private is None or private.public.expires_at is None:
        raise SealNotCertified
    if (known := revoked(private.public)) is not None:
        raise (SealHeldUp if known.held_up else SealWithdrawn)(day=revoked_on(known))
    raise SealEnded(day=private.public.expires_at.astimezone(clock.KUWAIT).date())


def require_seal(actor: Actor) -> None:
    """Raise what :func:`body_seal` would of a seal that is not there; makes none, and asks no key store."""
    if certifies_by_itself():
        return
    with scope(actor):
        private = _in_use(KeyUse.SEAL)
        if private is None and _listed(actor, KeyUse.SEAL):
            raise SealKeyMissing
        if private is None or _is_over(private):
            _require_own_authority(private)


def encryption_key(actor: Actor) -> PublicKey:
    """Give the key to which parcels for the actor's body are sealed, made when it has none."""
    with scope(actor):
        return directory.encryption_keys([actor.body_id]).get(actor.body_id) or replace_pair(actor, KeyUse.ENCRYPTION)


def opening_keys(actor: Actor, fingerprints: Iterable[str]) -> list[OpeningKey]:
    """Give those of the named encryption keys that the actor's body holds and that are not destroyed."""
    with scope(actor):
        held = PrivateKey.objects.select_related("public").filter(
            public__fingerprint__in=list(fingerprints), public__use=KeyUse.ENCRYPTION, token__isnull=False
        )  # fmt: skip
        return [pair_store(key.store).opening(key.pair) for key in held]


def replace_pair(actor: Actor, use: KeyUse) -> PublicKey:
    """Give the actor's body a new pair, in use from now on; of two at once the second finds the first one's.

    Raises KeyUnavailable, and for a seal CertifiedElsewhere where an authority outside certifies it.
    """
    if use is KeyUse.SEAL and not certifies_by_itself():
        raise CertifiedElsewhere
    with scope(actor):
        now = clock.now()
        public, private = _made(actor, use, now)
        PublicKey.objects.filter(body_id=actor.body_id, use=use, valid_to=None).update(valid_to=now)
        PublicKey.objects.bulk_create([public], ignore_conflicts=True)
        standing = PublicKey.objects.get(body_id=actor.body_id, use=use, valid_to=None)
        if standing.id == public.id:
            private.save(force_insert=True)
            record(
                actor, act="vault.pair-made", object_kind="public-key", object_id=public.id,
                detail={"use": str(use), "suite": public.suite, "fingerprint": public.fingerprint},
            )  # fmt: skip
    return standing


def retire_pairs(actor: Actor) -> int:
    """Destroy the private halves of encryption keys that were replaced long ago; returns how many.

    What was sealed to them and not opened until now stays sealed for ever: its sender sends it again.
    """
    with scope(actor):
        over = PrivateKey.objects.select_for_update(of=("self",)).filter(
            public__use=KeyUse.ENCRYPTION, public__valid_to__lt=clock.now() - KEPT_AFTER_REPLACEMENT,
            token__isnull=False,
        )  # fmt: skip
        return destroy_halves(actor, over)


def destroy_halves(actor: Actor, over: QuerySet[PrivateKey]) -> int:
    """Destroy private halves, of rows that the caller locks, in the open scope of their body; returns how many."""
    keys = list(over.select_related("public"))
    for key in keys:
        key.token, key.destroyed_at = None, clock.now()
        key.save(update_fields=["token", "destroyed_at"])
        record(
            actor, act="vault.pair-destroyed", object_kind="public-key", object_id=key.public_id,
            detail={"fingerprint": key.public.fingerprint},
        )  # fmt: skip
    return len(keys)


def _in_use(use: KeyUse) -> PrivateKey | None:
    """The private half in use, in the open scope."""
    held = PrivateKey.objects.select_related("public").filter(token__isnull=False)
    return held.filter(public__use=use, public__valid_to=None, public__withdrawn_at=None).first()


def _listed(actor: Actor, use: KeyUse) -> bool:
    return PublicKey.objects.filter(body_id=actor.body_id, use=use, valid_to=None, withdrawn_at=None).exists()


def _made(actor: Actor, use: KeyUse, now: datetime) -> tuple[PublicKey, PrivateKey]:
    store, public_id = pair_store(store_of(actor)), new_id()
    suite = SEAL_SUITE if use is KeyUse.SEAL else store.parcel_suite
    pair = store.generate_pair(suite, pair_context(actor.body_id, public_id))
    chain: Sequence[bytes] = ()
    expires: datetime | None = None
    fingerprint = RecipientKey(pair.suite, pair.public).id
    if use is KeyUse.SEAL:
        chain, expires = _certified(actor, pair.public)
        fingerprint = sha256(chain[0]).hexdigest()
    public = PublicKey(
        id=public_id, body_id=actor.body_id, use=use, suite=pair.suite, public=pair.public, fingerprint=fingerprint,
        chain=[one.hex() for one in chain], custody=store.custody, valid_from=now, expires_at=expires,
    )  # fmt: skip
    return public, PrivateKey(public=public, store=store.name, root=pair.held.root, token=pair.held.token)


def _certified(actor: Actor, public: bytes) -> tuple[tuple[bytes, ...], datetime]:
    code = directory.body_names([actor.body_id])[actor.body_id].code
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    certificates = certify_seal(key, body=code, name=seal_name(actor))
    return tuple(one.public_bytes(Encoding.DER) for one in certificates), certificates[0].not_valid_after_utc


def seal_name(actor: Actor) -> str:
    """How the actor's body is called in the certificate of its seal."""
    label = directory.body_names([actor.body_id])[actor.body_id]
    return f"{label.ar} (تدريب)" if actor.realm == Realm.TRAINING else label.ar
