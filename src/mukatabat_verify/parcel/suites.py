# SPDX-License-Identifier: EUPL-1.2
"""The suites by which a parcel's key is wrapped for a recipient: HPKE (RFC 9180, base mode), known by whole names.

``xwing-…``: ML-KEM-768 and X25519 together, for keys kept in software; a letter of state stays secret for decades, and
what is recorded today must not open to a quantum computer. ``p256-…``: for keys in a hardware module, which has nothing
else. A recipient's suite stands beside its key in the signed directory; nothing is negotiated.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mukatabat_verify.errors import WrapForeign

XWING: Final = "xwing-hkdfsha256-aes256gcm"
P256: Final = "p256-hkdfsha256-aes256gcm"
SECRET_BYTES: Final = 32

_MLKEM_PUBLIC = 1184
_MLKEM_SEED = 64
_POINT = 65
_ALGORITHM: Final = hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM
_Public: TypeAlias = ec.EllipticCurvePublicKey | hpke.MLKEM768X25519PublicKey
_Private: TypeAlias = ec.EllipticCurvePrivateKey | hpke.MLKEM768X25519PrivateKey


@dataclass(frozen=True)
class Wrap:
    """A suite: HPKE's, and the length of a wrapped key under it."""

    suite: hpke.Suite
    length: int


WRAPS: Final = {
    XWING: Wrap(hpke.Suite(hpke.KEM.MLKEM768_X25519, *_ALGORITHM), 1120 + SECRET_BYTES + 16),
    P256: Wrap(hpke.Suite(hpke.KEM.P256, *_ALGORITHM), _POINT + SECRET_BYTES + 16),
}


@dataclass(frozen=True, slots=True)
class RecipientKey:
    """A public key to wrap for. ``public`` is HPKE's serialised form: 65 bytes for P-256, 1216 for X-Wing."""

    suite: str
    public: bytes

    @property
    def id(self) -> str:
        """The name of the key: SHA-256 over suite, a zero byte and the public key, in hexadecimal."""
        return hashlib.sha256(self.suite.encode("ascii") + b"\0" + self.public).hexdigest()

    def wrap(self, secret: bytes, info: bytes) -> bytes:
        """Wrap 32 bytes, bound to ``info``; gives encapsulated key and ciphertext. ValueError for what is no key."""
        return WRAPS[self.suite].suite.encrypt(secret, _public(self.suite, self.public), info=info)


class OpeningKey(Protocol):
    """A private key, wherever it is kept."""

    @property
    def recipient(self) -> RecipientKey:
        """Give its public half."""
        ...

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """Open a wrapped key; raises WrapForeign when it was not made for this key and this ``info``."""
        ...


@dataclass(frozen=True)
class SoftwareKey:
    """A private key in memory: the 32 bytes of an X-Wing seed, or of a P-256 number."""

    suite: str
    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls, suite: str) -> SoftwareKey:
        """Make a new key."""
        if suite == P256:
            number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
            return cls(suite, number.to_bytes(SECRET_BYTES, "big"))
        return cls(suite, secrets.token_bytes(SECRET_BYTES))

    @cached_property
    def recipient(self) -> RecipientKey:
        """See :class:`OpeningKey`."""
        if self.suite == P256:
            point = ec.derive_private_key(int.from_bytes(self.secret, "big"), ec.SECP256R1()).public_key()
            return RecipientKey(self.suite, _serialised(point))
        mlkem_key, x25519_key = _expanded(self.secret)
        public = mlkem_key.public_key().public_bytes_raw() + x25519_key.public_key().public_bytes_raw()
        return RecipientKey(self.suite, public)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """See :class:`OpeningKey`."""
        try:
            return WRAPS[self.suite].suite.decrypt(wrapped, self._private, info=info)
        except InvalidTag:
            raise WrapForeign(self.suite) from None

    @cached_property
    def _private(self) -> _Private:
        if self.suite == P256:
            return ec.derive_private_key(int.from_bytes(self.secret, "big"), ec.SECP256R1())
        return hpke.MLKEM768X25519PrivateKey(*_expanded(self.secret))


@dataclass(frozen=True, slots=True)
class AgreementKey:
    """A P-256 key in a module that gives no more than the agreed point: DHKEM and the key schedule are done here.

    ``agree`` takes the other side's 65 bytes and gives the 32 bytes of the agreed abscissa (CKM_ECDH1_DERIVE with
    CKD_NULL); it may raise ValueError for what is no point of the curve.
    """

    recipient: RecipientKey
    agree: Callable[[bytes], bytes] = field(repr=False)

    def unwrap(self, wrapped: bytes, info: bytes) -> bytes:
        """See :class:`OpeningKey`. Sources: RFC 9180 §4.1 (DHKEM), §5.1 (key schedule), §7.1."""
        sent, sealed = wrapped[:_POINT], wrapped[_POINT:]
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sent)
            agreed = self.agree(sent)
            kem = b"KEM\x00\x10"
            shared = _expand(
                kem, _extract(kem, b"", b"eae_prk", agreed), b"shared_secret", sent + self.recipient.public
            )
            suite = b"HPKE\x00\x10\x00\x01\x00\x02"
            context = b"\0" + _extract(suite, b"", b"psk_id_hash", b"") + _extract(suite, b"", b"info_hash", info)
            secret = _extract(suite, shared, b"secret", b"")
            key = _expand(suite, secret, b"key", context)
            nonce = _expand(suite, secret, b"base_nonce", context, length=12)
            return AESGCM(key).decrypt(nonce, sealed, b"")
        except (InvalidTag, ValueError):
            raise WrapForeign(self.recipient.suite) from None


def _extract(suite: bytes, salt: bytes, label: bytes, material: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + material, "sha256")


def _expand(suite: bytes, secret: bytes, label: bytes, info: bytes, *, length: int = 32) -> bytes:
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(secret, labelled + b"\1", "sha256")[:length]


def _public(suite: str, public: bytes) -> _Public:
    if suite == P256:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC]),
        x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]),
    )


def _expanded(seed: bytes) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
    """Expand an X-Wing seed (draft-connolly-cfrg-xwing-kem §5.2)."""
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED + SECRET_BYTES)
    return (
        mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED]),
        x25519.X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED:]),
    )


def _serialised(point: ec.EllipticCurvePublicKey) -> bytes:
    return point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
