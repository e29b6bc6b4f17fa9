# SPDX-License-Identifier: EUPL-1.2
"""What the stand-in of a trust service provider knows and answers: people, keys, and who is being asked.

It keeps to the standard where our side could be wrong unnoticed: tokens, digests bound to a release, single use.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, uuid5

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding

from mukatabat.signing.development.announcement import announce
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority, Identity
from mukatabat.signing.providers.csc.answers import ECDSA_SHA256, SHA256

ANNOUNCEMENT = "INSECURE, FOR DEVELOPMENT: a signing service that binds nobody; whoever reaches this page signs."
BASE = "/csc/v2/"
MANNERS = ("ask", "approve", "refuse", "ignore")
"""How the telephone behaves: its page is asked, or it answers by itself when it is looked at, or never."""
MOST = 50
METHODS = (
    "credentials/list", "credentials/info", "credentials/authorize", "credentials/authorizeCheck",
    "signatures/signHash", "signatures/signPolling",
)  # fmt: skip

Reply = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one answer: it is lost after the deed, or it is this one and nothing was done."""

    is_lost: bool = False
    status: int = 0
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who is being asked, as the page of the telephone shows it."""

    handle: str
    name: str
    text: str
    count: int


@dataclass(slots=True)
class _Asked:
    user: str
    hashes: tuple[str, ...]
    text: str
    agrees: bool | None = None
    activation: str = ""
    is_spent: bool = False


@dataclass(slots=True)
class StandIn:
    """The service. ``faults`` are taken once each, by method; ``wrong`` makes signatures over something else ("hash"),
    by another key ("key"), or the first one again ("replay"); ``number`` stands in every certificate instead of the
    person's own.
    """

    authority: DevelopmentAuthority
    people: Mapping[str, Mapping[str, str]]
    client_id: str = "mukatabat"
    secret: str = "only for trying"
    manner: str = MANNERS[0]
    signs_later: bool = False
    scal: str = "2"
    number: str = ""
    wrong: str = ""
    faults: dict[str, Fault] = field(default_factory=dict)
    origin: str = ""
    calls: list[str] = field(default_factory=list)
    _tokens: set[str] = field(default_factory=set)
    _asked: dict[str, _Asked] = field(default_factory=dict)
    _promised: dict[str, list[str]] = field(default_factory=dict)
    _first: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Say what this is."""
        announce("The stand-in of a trust service provider")

    @property
    def rung(self) -> int:
        """How often a telephone rang."""
        return len(self._asked)

    def fault(self, method: str) -> Fault:
        """Take what shall go wrong with the next answer of a method."""
        return self.faults.pop(method, Fault())

    def lines(self) -> list[Line]:
        """Everybody who is being asked and has not answered."""
        with self._lock:
            return [
                Line(handle, self.people[one.user]["name"], one.text, len(one.hashes))
                for handle, one in self._asked.items()
                if one.agrees is None and not one.is_spent
            ]  # fmt: skip

    def press(self, handle: str, *, agrees: bool) -> None:
        """Answer as the person on the telephone; once."""
        with self._lock:
            asked = self._asked.get(handle)
            if asked is not None and asked.agrees is None:
                asked.agrees = agrees

    def lapse(self, handle: str) -> None:
        """End the service's own patience with somebody who does not answer: it knows the handle no longer."""
        with self._lock:
            if (asked := self._asked.get(handle)) is not None:
                asked.is_spent = True

    def press_all(self, *, agrees: bool) -> None:
        """Answer everything that is being asked."""
        for line in self.lines():
            self.press(line.handle, agrees=agrees)

    def forget(self) -> None:
        """Lose every token and everything that was asked, as a restart does."""
        with self._lock:
            self._tokens.clear()
            self._asked.clear()

    # ── the API ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def token(self, form: Mapping[str, str], authorization: str) -> Reply:
        """Give a token for the client's secret (§8.4.4)."""
        kind, _, said = authorization.partition(" ")
        named = base64.b64decode(said).decode().partition(":") if kind == "Basic" else ("", "", "")
        if form.get("grant_type") != "client_credentials" or form.get("client_id") != self.client_id:
            return _denied("Invalid parameter grant_type or client_id")
        if (unquote(named[0]), unquote(named[2])) != (self.client_id, self.secret):
            return _denied("Invalid parameter client_secret")
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def answer(self, method: str, said: Any, authorization: str) -> Reply:
        """Answer one method of the API."""
        self.calls.append(method)
        if not isinstance(said, dict):
            return _denied("no object")
        if method == "info":
            return 200, self._info()
        if authorization.removeprefix("Bearer ") not in self._tokens:
            return 401, {"error": "invalid_token", "error_description": "The access token is not valid"}
        does = {
            "credentials/list": self._list, "credentials/info": self._credential,
            "credentials/authorize": self._authorize, "credentials/authorizeCheck": self._check,
            "signatures/signHash": self._sign, "signatures/signPolling": self._poll,
        }.get(method)  # fmt: skip
        with self._lock:
            return does(said) if does else (501, {"error": "invalid_request"})

    def _info(self) -> dict[str, Any]:
        return {
            "specs": "2.0.0.2", "name": ANNOUNCEMENT, "logo": f"{self.origin}/logo.png", "region": "KW", "lang": "ar",
            "description": ANNOUNCEMENT, "authType": ["oauth2client"], "oauth2": f"{self.origin}/",
            "asynchronousOperationMode": self.signs_later, "methods": list(METHODS),
            "signAlgorithms": {"algos": [ECDSA_SHA256]},
            "signature_formats": {"formats": ["P"], "envelope_properties": [["Certification"]]},
            "conformance_levels": ["Ades-B-B"],
        }  # fmt: skip

    def _list(self, said: dict[str, Any]) -> Reply:
        user = said.get("userID")
        if user not in self.people:
            return _denied("Invalid parameter userID")
        return 200, {"credentialIDs": [f"key-of-{user}"]}

    def _credential(self, said: dict[str, Any]) -> Reply:
        user = self._user(said)
        if user is None:
            return _denied("Invalid parameter credentialID")
        chain = self._identity(user).certificates if said.get("certificates") == "chain" else ()
        return 200, {
            "key": {"status": "enabled", "algo": [ECDSA_SHA256], "len": 256, "curve": "1.2.840.10045.3.1.7"},
            "cert": {
                "status": "valid",
                "certificates": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain],
            },
            "auth": {
                "mode": "explicit", "expression": "mobile",
                "objects": [{"type": "ChallengeResponseOOB", "id": "mobile", "label": "الهاتف"}],
            },
            "SCAL": self.scal, "multisign": MOST, "lang": "ar",
        }  # fmt: skip

    def _authorize(self, said: dict[str, Any]) -> Reply:
        user, named = self._user(said), _digests(said)
        if user is None:
            return _denied("Invalid parameter credentialID")
        if not named or said.get("hashAlgorithmOID") != SHA256:
            return _denied("Invalid Base64 hash string parameter")
        if said.get("numSignatures") != len(named) or len(named) > MOST:
            return _denied("Numbers of signatures is too high")
        if said.get("authData") != [{"id": "mobile"}]:
            return 400, {"error": "invalid_authentication_data"}
        handle = secrets.token_urlsafe(24)
        self._asked[handle] = _Asked(user, named, str(said.get("description", ""))[:500])
        return 202, {"handle": handle}

    def _check(self, said: dict[str, Any]) -> Reply:
        asked = self._asked.get(str(said.get("handle")))
        if asked is None or asked.is_spent:
            return _denied("Invalid parameter handle")
        if asked.agrees is None and self.manner in {"approve", "refuse"}:
            asked.agrees = self.manner == "approve"
        if asked.agrees is None:
            return 202, {"handle": said["handle"]}
        if not asked.agrees:
            return 400, {"error": "access_denied", "error_description": "رفض صاحب المفتاح الطلب"}
        asked.activation = asked.activation or secrets.token_urlsafe(24)
        return 200, {"SAD": asked.activation, "expiresIn": 300}

    def _sign(self, said: dict[str, Any]) -> Reply:
        user, named, activation = self._user(said), _digests(said), said.get("SAD")
        asked = next((one for one in self._asked.values() if one.activation and one.activation == activation), None)
        if asked is None or user is None or asked.user != user or asked.is_spent:
            return _denied("Invalid parameter SAD")
        if named != asked.hashes:
            return _denied("Hash is not authorized by the SAD")
        if said.get("signAlgo") != ECDSA_SHA256 or "hashAlgorithmOID" in said:
            return _denied("Invalid parameter signAlgo")
        asked.is_spent = True
        signatures = [self._signature(user, base64.b64decode(one)) for one in named]
        if said.get("operationMode") == "A":
            self._promised[response := secrets.token_urlsafe(12)] = signatures
            return 200, {"responseID": response}
        return 200, {"signatures": signatures}

    def _poll(self, said: dict[str, Any]) -> Reply:
        made = self._promised.get(str(said.get("requestID")))
        if made is None:
            return _denied("Invalid parameter requestID")
        if self.calls.count("signatures/signPolling") < 2:
            return 202, {"error": "accepted_request"}
        return 200, {"signatures": made}

    def _signature(self, user: str, digest: bytes) -> str:
        key = self._identity(user).key
        if self.wrong == "key":
            key = ec.generate_private_key(ec.SECP256R1())
        signed = hashlib.sha256(digest).digest() if self.wrong == "hash" else digest
        made = base64.b64encode(key.sign(signed, ec.ECDSA(Prehashed(hashes.SHA256())))).decode()
        self._first.append(made)
        return self._first[0] if self.wrong == "replay" else made

    def _user(self, said: dict[str, Any]) -> str | None:
        user = str(said.get("credentialID", "")).removeprefix("key-of-")
        return user if user in self.people else None

    def _identity(self, user: str) -> Identity:
        person = self.people[user]
        subject = CertificateSubject(person["name"], self.number or person["number"], person["body"])
        return self.authority.person(uuid5(NAMESPACE_URL, user), subject)


def _digests(said: Mapping[str, Any]) -> tuple[str, ...]:
    """The digests of a question; empty when one of them is none of SHA-256."""
    found = said.get("hashes")
    try:
        if isinstance(found, list) and all(len(base64.b64decode(one, validate=True)) == 32 for one in found):
            return tuple(found)
    except (ValueError, TypeError):
        pass
    return ()


def _denied(text: str) -> Reply:
    return 400, {"error": "invalid_request", "error_description": text}
