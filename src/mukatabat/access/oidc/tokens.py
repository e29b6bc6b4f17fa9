# SPDX-License-Identifier: EUPL-1.2
"""The signature of an ID token (RFC 7515, compact form): by a key of the provider, under one of two algorithms."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

LONGEST_TOKEN = 16 * 1024
SMALLEST_MODULUS = 2048
_PART = re.compile(r"[A-Za-z0-9_-]+")


class TokenInvalid(ValueError):
    """The token is none, or no key of the provider signed it."""


def verified_claims(token: str, keys: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the claims of a token that one of the provider's keys (RFC 7517) signed; raises `TokenInvalid`.

    1. Three parts, none padded. 2. The header names RS256 or ES256 and nothing critical; "none" and every secret-key
    algorithm are unknown here, so that a public key is never taken for a secret. 3. Only keys of that kind and, where
    the header names one, of that name are tried. 4. The claims are read after the signature holds.
    """
    if len(token) > LONGEST_TOKEN:
        raise TokenInvalid
    parts = token.split(".")  # 1
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        raise TokenInvalid
    header = _json(parts[0])
    algorithm = header.get("alg")
    if algorithm not in {"RS256", "ES256"} or "crit" in header:  # 2
        raise TokenInvalid
    signed, signature = f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2])
    named = header.get("kid")
    for key in keys:  # 3
        if (named is None or key.get("kid") == named) and _holds(key, algorithm, signature, signed=signed):
            return _json(parts[1])  # 4
    raise TokenInvalid


def _holds(key: Mapping[str, Any], algorithm: str, signature: bytes, *, signed: bytes) -> bool:
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    try:
        if algorithm == "RS256" and key.get("kty") == "RSA":
            _rsa(key).verify(signature, signed, padding.PKCS1v15(), SHA256())
            return True
        if algorithm == "ES256" and key.get("kty") == "EC" and key.get("crv") == "P-256" and len(signature) == 64:
            halves = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
            _curve(key).verify(encode_dss_signature(*halves), signed, ec.ECDSA(SHA256()))
            return True
    except (InvalidSignature, ValueError, TypeError, KeyError):
        return False
    return False


def _rsa(key: Mapping[str, Any]) -> rsa.RSAPublicKey:
    numbers = rsa.RSAPublicNumbers(e=int.from_bytes(_bytes(key["e"])), n=int.from_bytes(_bytes(key["n"])))
    public = numbers.public_key()
    if public.key_size < SMALLEST_MODULUS:
        raise ValueError("the provider's key is too short")
    return public


def _curve(key: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    x, y = int.from_bytes(_bytes(key["x"])), int.from_bytes(_bytes(key["y"]))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_bytes(part))
    except (ValueError, RecursionError) as error:
        raise TokenInvalid from error
    if not isinstance(value, dict):
        raise TokenInvalid
    return value
