# SPDX-License-Identifier: EUPL-1.2
"""A key store whose keys lie in a PKCS#11 token and never leave it (docs/keys.md, ADR 0024).

What is wrapped is wrapped by AES-256-GCM inside the token; seals sign with ECDSA on P-256, and parcels open by the
P-256 suite. What the database holds is the name of a key in the token, which is of no use without it.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from asn1crypto.core import PrintableString
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import KDF, Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11 import exceptions as refused
from pkcs11.util.ec import encode_named_curve_parameters

from mukatabat.directory.vocabulary import Custody
from mukatabat.vault.custody.token import Token
from mukatabat.vault.errors import KeyUnavailable, WrongKey
from mukatabat.vault.rules import KEY_BYTES, SEAL_SUITE, HeldKey, HeldPair
from mukatabat_verify.parcel.suites import P256, AgreementKey, OpeningKey, RecipientKey

_NAME = 16
_SALT = 16
_NONCE = 12
_TAG = 16
_POINT = 65
_EDWARDS = PrintableString("edwards25519").dump()
"""The curve by its name (PKCS#11 3.0, 2.3.1); SoftHSM knows no other way."""
_EDWARDS_POINT = 32
_NEVER_LEAVES: dict[Attribute, Any] = {
    Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False,
}  # fmt: skip
# What a token answers to bytes that were not sealed by this key in this context; each has a word of its own.
_UNFIT = (
    refused.GeneralError, refused.FunctionFailed, refused.EncryptedDataInvalid, refused.EncryptedDataLenRange,
    refused.DataInvalid, refused.DataLenRange, refused.ArgumentsBad,
)  # fmt: skip


class TokenKeyStore:
    """Implements ``KeyStore``, ``PairStore`` and ``NoteStore`` of :mod:`mukatabat.vault.ports` over one token.

    ``HeldKey.root`` names the token. ``HeldKey.token`` of a wrapping key is the name of an AES key in the token and a
    salt: keys that were made ``beside`` another share its place in the token, and what one wraps the other does not
    open, because salt and context are authenticated with it. A private half is found by a digest of name and context.
    """

    name = "token"
    custody = Custody.DEVICE.value
    parcel_suite = P256

    def __init__(self, token: Token) -> None:
        self._token = token
        self._root = f"token:{token.label}"[:64]

    def newest(self) -> str:
        """See :meth:`mukatabat.vault.ports.KeyStore.newest`; asks the token whether it is there."""
        self._token.perform(lambda _session: None)
        return self._root

    def state(self) -> dict[str, str | int]:
        """Tell what the token is and how many keys it holds; raises KeyUnavailable."""

        def told(session: Any) -> dict[str, str | int]:
            kinds = (ObjectClass.SECRET_KEY, ObjectClass.PRIVATE_KEY)
            return {
                "label": session.token.label, "serial": session.token.serial.decode("ascii", "replace").strip(),
                "model": session.token.model.strip(),
                "keys": sum(len(list(session.get_objects({Attribute.CLASS: kind}))) for kind in kinds),
            }  # fmt: skip

        return self._token.perform(told)

    def generate(self, context: bytes, *, beside: HeldKey | None = None) -> HeldKey:
        """See :meth:`mukatabat.vault.ports.KeyStore.generate`."""
        if beside is not None and beside.root == self._root:
            name = beside.token[:_NAME]
        else:
            name = self._token.perform(_make_key, changing=True)
        return HeldKey(self._root, name + secrets.token_bytes(_SALT), context)

    def wrap(self, held: HeldKey, secret: bytes, *, context: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.KeyStore.wrap`."""
        nonce = secrets.token_bytes(_NONCE)
        parameters = _parameters(held, nonce, context)

        def sealed(session: Any) -> bytes:
            key = self._token.found(session, ObjectClass.SECRET_KEY, self._name(held))
            return bytes(key.encrypt(secret, mechanism=Mechanism.AES_GCM, mechanism_param=parameters))

        return nonce + self._token.perform(sealed)

    def unwrap(self, held: HeldKey, wrapped: bytes, *, context: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.KeyStore.unwrap`."""
        nonce, sealed = wrapped[:_NONCE], wrapped[_NONCE:]
        if len(sealed) < _TAG:
            raise WrongKey(reason="the key does not fit")
        parameters = _parameters(held, nonce, context)

        def opened(session: Any) -> bytes:
            key = self._token.found(session, ObjectClass.SECRET_KEY, self._name(held))
            try:
                return bytes(key.decrypt(sealed, mechanism=Mechanism.AES_GCM, mechanism_param=parameters))
            except _UNFIT:
                # The token says the same when something is wrong with itself; then it cannot do this either.
                probe = _parameters(held, secrets.token_bytes(_NONCE), b"")
                key.encrypt(b"", mechanism=Mechanism.AES_GCM, mechanism_param=probe)
                raise WrongKey(reason="the key does not fit") from None

        return self._token.perform(opened)

    def renew(self, held: HeldKey) -> HeldKey:
        """See :meth:`mukatabat.vault.ports.KeyStore.renew`: a token has no root key above the others."""
        self._name(held)
        return held

    def generate_pair(self, suite: str, context: bytes) -> HeldPair:
        """See :meth:`mukatabat.vault.ports.PairStore.generate_pair`; of P-256 alone, which is what tokens have."""
        if suite not in (SEAL_SUITE, P256):
            raise KeyUnavailable(reason=f"a token holds no key of the suite {suite}")

        def made(session: Any) -> tuple[bytes, bytes]:
            name = secrets.token_bytes(_NAME)
            use = {Attribute.SIGN: suite == SEAL_SUITE, Attribute.DERIVE: suite == P256}
            public, _private = session.create_domain_parameters(
                KeyType.EC, {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}, local=True
            ).generate_keypair(
                store=True, id=_pair_name(name, context), label="mukatabat", mechanism=Mechanism.EC_KEY_PAIR_GEN,
                public_template={Attribute.VERIFY: suite == SEAL_SUITE, Attribute.DERIVE: False},
                private_template={**_NEVER_LEAVES, **use},
            )  # fmt: skip
            # The point stands in an OCTET STRING (PKCS#11 2.40, 2.3.3).
            return name, bytes(public[Attribute.EC_POINT])[-_POINT:]

        name, point = self._token.perform(made, changing=True)
        return HeldPair(suite, point, HeldKey(self._root, name, context))

    def sign(self, pair: HeldPair, data: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.PairStore.sign`."""
        digest = sha256(data).digest()

        def signed(session: Any) -> bytes:
            return bytes(self._private(session, pair).sign(digest, mechanism=Mechanism.ECDSA))

        both = self._token.perform(signed)
        half = len(both) // 2
        return encode_dss_signature(int.from_bytes(both[:half]), int.from_bytes(both[half:]))

    def opening(self, pair: HeldPair) -> OpeningKey:
        """See :meth:`mukatabat.vault.ports.PairStore.opening`."""

        def agreed(point: bytes) -> bytes:
            def derived(session: Any) -> bytes:
                shared = self._private(session, pair).derive_key(
                    KeyType.GENERIC_SECRET, KEY_BYTES * 8, mechanism=Mechanism.ECDH1_DERIVE, store=False,
                    mechanism_param=(KDF.NULL, None, point),
                    template={Attribute.SENSITIVE: False, Attribute.EXTRACTABLE: True},
                )  # fmt: skip
                try:
                    return bytes(shared[Attribute.VALUE])
                finally:
                    shared.destroy()

            return self._token.perform(derived)

        return AgreementKey(RecipientKey(pair.suite, pair.public), agreed)

    def signs_notes(self) -> bool:
        """Whether the token offers Ed25519, which not every one does."""
        needed = {Mechanism.EC_EDWARDS_KEY_PAIR_GEN, Mechanism.EDDSA}
        return self._token.perform(lambda session: needed <= set(session.token.slot.get_mechanisms()))

    def generate_note_key(self, context: bytes) -> tuple[HeldKey, bytes]:
        """See :meth:`mukatabat.vault.ports.NoteStore.generate_note_key`."""

        def made(session: Any) -> tuple[bytes, bytes]:
            name = secrets.token_bytes(_NAME)
            curve = session.create_domain_parameters(
                KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _EDWARDS}, local=True
            )  # fmt: skip
            public, _private = curve.generate_keypair(
                store=True, id=_pair_name(name, context), label="mukatabat",
                mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
                public_template={Attribute.VERIFY: True},
                private_template={**_NEVER_LEAVES, Attribute.SIGN: True, Attribute.DERIVE: False},
            )  # fmt: skip
            return name, bytes(public[Attribute.EC_POINT])[-_EDWARDS_POINT:]

        name, point = self._token.perform(made, changing=True)
        return HeldKey(self._root, name, context), point

    def note_sign(self, held: HeldKey, data: bytes) -> bytes:
        """See :meth:`mukatabat.vault.ports.NoteStore.note_sign`."""

        def signed(session: Any) -> bytes:
            name = _pair_name(self._name(held), held.context)
            return bytes(
                self._token.found(session, ObjectClass.PRIVATE_KEY, name).sign(data, mechanism=Mechanism.EDDSA)
            )

        return self._token.perform(signed)

    def _private(self, session: Any, pair: HeldPair) -> Any:
        self._name(pair.held)
        return self._token.found(session, ObjectClass.PRIVATE_KEY, _pair_name(pair.held.token, pair.held.context))

    def _name(self, held: HeldKey) -> bytes:
        if held.root != self._root:
            raise KeyUnavailable(reason=f"the token at hand is not {held.root}")
        return held.token[:_NAME]


def _make_key(session: Any) -> bytes:
    name = secrets.token_bytes(_NAME)
    session.generate_key(
        KeyType.AES, KEY_BYTES * 8, id=name, label="mukatabat", store=True, mechanism=Mechanism.AES_KEY_GEN,
        template={
            **_NEVER_LEAVES, Attribute.ENCRYPT: True, Attribute.DECRYPT: True, Attribute.WRAP: False,
            Attribute.UNWRAP: False, Attribute.SIGN: False, Attribute.VERIFY: False, Attribute.DERIVE: False,
        },
    )  # fmt: skip
    return name


def _parameters(held: HeldKey, nonce: bytes, context: bytes) -> GCMParams:
    bound = len(held.context).to_bytes(4) + held.context + context
    return GCMParams(nonce, aad=b"mukatabat/token/1/" + held.token[_NAME:] + bound, tag_bits=_TAG * 8)


def _pair_name(name: bytes, context: bytes) -> bytes:
    return sha256(name + context).digest()[:20]
