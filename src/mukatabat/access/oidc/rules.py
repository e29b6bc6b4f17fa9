# SPDX-License-Identifier: EUPL-1.2
"""What a provider's answer must say before anybody is let in by it. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from mukatabat.kernel.addresses import is_trusted

DRIFT = timedelta(seconds=60)
"""How far the provider's clock may stand off ours."""
OLDEST = timedelta(minutes=10)
"""How old a token may be: it was asked for a moment ago."""
PENDING_LIFE = timedelta(minutes=10)
"""How long a person may take at the provider's page."""
LONGEST_SUBJECT = 255
LONGEST_CLAIM = 64
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")


class Flaw(StrEnum):
    """What is wrong with an answer; for the log and the trail alone, a person reads one and the same refusal."""

    STATE = "state"
    LATE = "late"
    REFUSED = "refused-by-provider"
    UNREACHABLE = "unreachable"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NONCE = "nonce"
    SUBJECT = "subject"
    CLAIM = "claim"
    UNKNOWN_PERSON = "unknown-person"
    OTHER_SUBJECT = "other-subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One body's directory: who issues, who we are to it, and which claim holds the staff number."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    body: str
    claim: str
    name_ar: str
    name_en: str

    def __post_init__(self) -> None:
        """Refuse an address that anybody on the way could read, but for one on this very machine."""
        if not is_trusted(self.issuer):
            message = f"the issuer {self.issuer!r} is not reached over https"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A sign-in that went to the provider and has not come back: kept in the session, used once."""

    state: str
    nonce: str
    verifier: str
    begun_at: str
    wanted: str

    @property
    def challenge(self) -> str:
        """The verifier's digest, which the provider compares when the code is redeemed (RFC 7636 §4.2, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def flaw(self, state: str, now: datetime) -> Flaw | None:
        """Say what keeps an answer with this state from being the answer to this question, or None."""
        if not hmac.compare_digest(state.encode("utf-8", "replace"), self.state.encode()):
            return Flaw.STATE
        age = now - datetime.fromisoformat(self.begun_at)
        return Flaw.LATE if not timedelta() <= age <= PENDING_LIFE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a provider names: its own unchanging name for them, and their staff number."""

    issuer: str
    subject: str
    staff_number: str


def identity_of(claims: Mapping[str, Any], provider: Provider, *, nonce: str, now: datetime) -> Identity | Flaw:
    """Check the claims of an ID token whose signature holds (Core §3.1.3.7), and return whom it names.

    1. Issuer. 2. Audience, and the authorized party where there are several. 3. Times. 4. Nonce. 5. Subject and claim.
    """
    if claims.get("iss") != provider.issuer:  # 1
        return Flaw.ISSUER
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in several or (len(several) > 1 and claims.get("azp") != provider.client_id):  # 2
        return Flaw.AUDIENCE
    if claims.get("azp", provider.client_id) != provider.client_id:
        return Flaw.AUDIENCE
    if not _in_time(claims, now):  # 3
        return Flaw.EXPIRED
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), nonce.encode()):  # 4
        return Flaw.NONCE
    subject, number = claims.get("sub"), claims.get(provider.claim)
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):  # 5
        return Flaw.SUBJECT
    # What cannot be printed can stand in no staff number, and the database would not even compare it.
    if not isinstance(number, str) or not 0 < len(number.strip()) <= LONGEST_CLAIM or not number.strip().isprintable():
        return Flaw.CLAIM
    return Identity(issuer=provider.issuer, subject=subject, staff_number=number.strip())


def _in_time(claims: Mapping[str, Any], now: datetime) -> bool:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (expires, issued)):
        return False
    at, drift = now.timestamp(), DRIFT.total_seconds()
    assert isinstance(expires, int)
    assert isinstance(issued, int)
    return expires > at - drift and at - OLDEST.total_seconds() <= issued <= at + drift
