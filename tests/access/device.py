# SPDX-License-Identifier: EUPL-1.2
"""A device that keeps passkeys, as a thief or its owner may hold it: answers what it is told to."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Device:
    """One key for one host."""

    origin: str
    verified: bool = True
    counter: int = 0
    user: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, options: dict[str, Any]) -> str:
        """Answer a challenge to make a key."""
        wanted = options["publicKey"]
        self.user = wanted["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = bytes(16) + len(self.credential).to_bytes(2) + self.credential + cbor.encode(public)
        data = self._state(wanted["rp"]["id"], ATTESTED) + attested
        response = {
            "clientDataJSON": coded(self._client("webauthn.create", wanted["challenge"])),
            "attestationObject": coded(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }  # fmt: skip
        return self._answer(response, {"credProps": {"rk": True}})

    def prove(self, options: dict[str, Any], **changes: Any) -> str:
        """Answer a challenge to prove the key; `changes` replace parts of the answer."""
        wanted = options["publicKey"]
        data = self._state(wanted["rpId"], 0)
        client = self._client("webauthn.get", wanted["challenge"])
        response = {
            "clientDataJSON": coded(client), "authenticatorData": coded(data), "userHandle": self.user,
            "signature": coded(self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))),
        }  # fmt: skip
        return self._answer(response | changes, {})

    def _state(self, host: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, Any], extensions: dict[str, Any]) -> str:
        name = coded(self.credential)
        return json.dumps({
            "id": name, "rawId": name, "type": "public-key", "response": response,
            "clientExtensionResults": extensions, "authenticatorAttachment": "platform",
        })  # fmt: skip
