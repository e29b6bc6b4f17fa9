# SPDX-License-Identifier: EUPL-1.2
"""What a service answers, read into values of ours; whatever has another shape is refused as a whole. Pure."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from mukatabat.signing.rules import RefusalReason, Refused

SHA256 = "2.16.840.1.101.3.4.2.1"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
RSA_SHA256 = "1.2.840.113549.1.1.11"
RSA = "1.2.840.113549.1.1.1"
ALGORITHMS = (ECDSA_SHA256, RSA_SHA256, RSA)
"""What we sign with (RFC 5754 §3), in the order in which it is chosen; the last says nothing of the digest."""
LONGEST_NAME = 255
LONGEST_SECRET = 16_384
LONGEST_TEXT = 200
LARGEST_SIGNATURE = 1024
MOST_CREDENTIALS = 10
TAKEN_OUT_OF_BAND = frozenset({"ChallengeResponseOOB", "PasswordOOB"})
"""The kinds of proof (§8.3.1) that a person gives to the service alone, past our pages."""


class Malformed(ValueError):
    """The answer is not what the standard says."""


class Step(StrEnum):
    """What was asked for when the service refused."""

    AUTHORIZE = "authorize"
    CHECK = "check"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Denial:
    """An error of the service's (§10.2): its code, and what it says beside it."""

    error: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Description:
    """What a service says of itself (§11.1): where tokens are given, and whether it signs without being waited for."""

    oauth2: str
    issuer: str
    signs_later: bool


@dataclass(frozen=True, slots=True)
class Credential:
    """One key of a person (§11.5): certificates (DER, its own first), algorithm, factors asked for out of band.

    ``obstacle`` says in a word why it does not serve us; "" when it does. ``most`` is how many signatures one act of
    the person may release.
    """

    id: str
    chain: tuple[bytes, ...]
    algorithm: str
    factors: tuple[str, ...]
    most: int
    obstacle: str


@dataclass(frozen=True, slots=True)
class Underway:
    """The person was asked and has not answered (202, §11.6 and §11.7)."""

    handle: str


@dataclass(frozen=True, slots=True)
class Released:
    """The person agreed: the signature activation data, good for the digests that were named."""

    activation: str


@dataclass(frozen=True, slots=True)
class Promised:
    """The signatures are being made and are asked for under this name (§11.10, §11.12)."""

    response: str


@dataclass(frozen=True, slots=True)
class Made:
    """The raw signatures in the order of their digests; ECDSA ones as DER."""

    signatures: tuple[bytes, ...]


Authorization: TypeAlias = Underway | Released
Signing: TypeAlias = Promised | Made


def description(said: Mapping[str, Any]) -> Description:
    """Read the answer of `info`; raises Malformed."""
    methods = _texts(said, "methods")
    later = said.get("asynchronousOperationMode") is True and "signatures/signPolling" in methods
    return Description(_optional(said, "oauth2"), _optional(said, "oauth2Issuer"), later)


def credential_ids(said: Mapping[str, Any]) -> tuple[str, ...]:
    """Read the answer of `credentials/list`, the first few of it; raises Malformed."""
    found = _texts(said, "credentialIDs")
    if not all(0 < len(one) <= LONGEST_NAME and one.isprintable() for one in found):
        raise Malformed("credentialIDs")
    return tuple(dict.fromkeys(found))[:MOST_CREDENTIALS]


def credential(identifier: str, said: Mapping[str, Any]) -> Credential:
    """Read the answer of `credentials/info` for one key; raises Malformed."""
    key, certificate, auth = (_object(said, name) for name in ("key", "cert", "auth"))
    algorithms = _texts(key, "algo")
    chosen = next((one for one in ALGORITHMS if one in algorithms), "")
    factors, in_band = _factors(auth)
    most = said.get("multisign")
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise Malformed("multisign")
    obstacles = (
        (key.get("status") != "enabled", "its key is disabled"),
        (certificate.get("status", "valid") != "valid", "its certificate is not valid"),
        (not chosen, "no algorithm of ours"),
        # Authorisation by a page of the service's in the browser is another protocol (§8.4.2).
        (auth.get("mode") != "explicit", "it is not released by telephone"),
        (in_band, "it wants something typed into our pages"),
        # Only then what the person releases is these digests and no others (EN 419 241-1, SCAL2).
        (str(said.get("SCAL", "1")) != "2", "its release is not bound to what is signed"),
    )
    return Credential(
        id=identifier, chain=tuple(_decoded(one) for one in _texts(certificate, "certificates")), algorithm=chosen,
        factors=factors, most=most, obstacle=next((word for stands, word in obstacles if stands), ""),
    )  # fmt: skip


def _factors(auth: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The factors to be named in the question, and whether one of them has to be typed.

    Where the expression leaves a choice, the first that goes past our pages is chosen.
    """
    objects = auth.get("objects", [])
    if not isinstance(objects, list) or not all(isinstance(one, dict) for one in objects):
        raise Malformed("auth/objects")
    past_us = tuple(_text(one, "id") for one in objects if one.get("type") in TAKEN_OUT_OF_BAND)
    if re.search(r"\bX?OR\b", _optional(auth, "expression")):
        return past_us[:1], not past_us
    return past_us, len(past_us) < len(objects)


def authorization(said: Mapping[str, Any], *, is_underway: bool) -> Authorization:
    """Read the answer of `credentials/authorize` or `credentials/authorizeCheck`; raises Malformed."""
    if is_underway:
        return Underway(_text(said, "handle", most=LONGEST_SECRET))
    return Released(_text(said, "SAD", most=LONGEST_SECRET))


def signing(said: Mapping[str, Any], *, algorithm: str, count: int) -> Signing:
    """Read the answer of `signatures/signHash` or `signatures/signPolling` about so many digests; raises Malformed."""
    if "signatures" not in said and "responseID" in said:
        return Promised(_text(said, "responseID", most=LONGEST_SECRET))
    found = tuple(_decoded(one) for one in _texts(said, "signatures"))
    if len(found) != count or not all(0 < len(one) <= LARGEST_SIGNATURE for one in found):
        raise Malformed("signatures")
    return Made(tuple(_as_der(one) if algorithm == ECDSA_SHA256 else one for one in found))


def _as_der(signature: bytes) -> bytes:
    """The standard does not say how an ECDSA signature is written, and some services join its two numbers."""
    try:
        decode_dss_signature(signature)
    except ValueError:
        half, odd = divmod(len(signature), 2)
        if odd:
            raise Malformed("signatures") from None
        return encode_dss_signature(int.from_bytes(signature[:half]), int.from_bytes(signature[half:]))
    return signature


def denial(said: Mapping[str, Any]) -> Denial:
    """Read an error; raises Malformed."""
    text = said.get("error_description")
    shown = printed(" ".join(text.split()))[:LONGEST_TEXT] if isinstance(text, str) else ""
    return Denial(_text(said, "error"), shown)


def printed(text: str) -> str:
    """Give a text from outside without what nobody sees in it: controls, marks of direction, halves of characters."""
    return "".join(one for one in text if one.isprintable())


def refused(step: Step, why: Denial) -> Refused:
    """What a denial means for the request. §11 knows one code for most of it, so the step that met it decides.

    A telephone that was asked and is denied afterwards was not answered in the service's own time.
    """
    if why.error == "access_denied":
        return Refused(RefusalReason.DECLINED, why.text)
    if step is Step.CHECK and why.error == "invalid_request":
        return Refused(RefusalReason.EXPIRED, why.text)
    return Refused(RefusalReason.UNABLE, why.text)


def _object(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    if not isinstance(found, dict):
        raise Malformed(name)
    return found


def _texts(said: Mapping[str, Any], name: str) -> Sequence[str]:
    found = said.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Malformed(name)
    return found


def _text(said: Mapping[str, Any], name: str, *, most: int = LONGEST_NAME) -> str:
    found = said.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= most or not found.isprintable():
        raise Malformed(name)  # half a character or a control is kept by no database, and a lost handle rings again
    return found


def _optional(said: Mapping[str, Any], name: str) -> str:
    return _text(said, name) if said.get(name) else ""


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise Malformed("base-64") from None
