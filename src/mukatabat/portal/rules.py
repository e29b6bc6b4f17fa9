# SPDX-License-Identifier: EUPL-1.2
"""Tokens of linked bodies: their text, their scopes, how much they may ask. Pure."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from mukatabat.access.rules import Capability
from mukatabat.kernel.vocabulary import Vocabulary, gettext_noop

PREFIX = "mkt"
_TOKEN = re.compile(rf"{PREFIX}_(?P<handle>[a-z2-7]{{10}})_(?P<secret>[A-Za-z0-9_-]{{43}})")
_KEY = re.compile(r"[\x21-\x7e]{8,128}")
LONGEST_LIFE = timedelta(days=400)
OVERLAP = timedelta(days=7)
"""How long a token may still be used after its successor was made, unless it ends earlier."""
PER_MINUTE = 600


class Scope(Vocabulary):
    """What a token is for; it lets nothing through that its person's posts do not allow."""

    DIRECTORY = "directory", gettext_noop("Read the directory"), "الاطلاع على دليل الجهات"
    FOLLOW = "follow", gettext_noop("Read letters and their track"), "الاطلاع على الكتب ومسارها"
    SEND = "send", gettext_noop("Prepare letters"), "إعداد الكتب"
    ISSUE = "issue", gettext_noop("Issue letters with the signer's own key"), "إصدار الكتب بمفتاح الموقّع نفسه"
    RECEIVE = "receive", gettext_noop("Take in, return and redirect arrivals"), "قيد الوارد وإعادته وتحويله"
    SUBSCRIBE = (
        "subscribe",
        gettext_noop("Propose webhooks and follow their deliveries"),
        "اقتراح الإشعار الآلي ومتابعته",
    )


_C = Capability
CAPABILITIES: dict[Scope, frozenset[Capability]] = {
    Scope.DIRECTORY: frozenset(),
    Scope.FOLLOW: frozenset({_C.WORK_ITEMS, _C.SEE_REGISTERS}),
    Scope.SEND: frozenset({_C.DRAFT}),
    Scope.ISSUE: frozenset({_C.DISPATCH}),
    Scope.RECEIVE: frozenset({_C.REGISTER_INCOMING, _C.WORK_ITEMS}),
    Scope.SUBSCRIBE: frozenset(),
}
"""What each scope may use of the capabilities of the token's person. Signing is nobody's but the signer's."""


@dataclass(frozen=True, slots=True)
class TokenText:
    """A token as it travels: ``mkt_<handle>_<secret>``. The handle names the row, the secret is 256 random bits."""

    handle: str
    secret: str

    def __str__(self) -> str:
        """The text that is shown once, when the token is made."""
        return f"{PREFIX}_{self.handle}_{self.secret}"

    @property
    def digest(self) -> str:
        """SHA-256 of the secret: enough for a secret that nobody can guess, and quick at every request."""
        return hashlib.sha256(self.secret.encode("ascii")).hexdigest()

    @classmethod
    def parse(cls, text: str) -> TokenText | None:
        """Read a token, or None for anything else."""
        found = _TOKEN.fullmatch(text)
        return cls(found["handle"], found["secret"]) if found else None


def is_secret(text: TokenText, digest: str) -> bool:
    """Compare in constant time; an empty digest (no such row) costs the same and is never equal."""
    return hmac.compare_digest(text.digest, digest or "0" * 64)


def is_usable(*, expires_at: datetime, revoked_at: datetime | None, at: datetime) -> bool:
    """Whether a token may be used at a moment."""
    return at < expires_at and (revoked_at is None or at < revoked_at)


def allowed(scopes: frozenset[Scope], held: frozenset[str]) -> frozenset[str]:
    """The capabilities of a call: those of the scopes that the person's posts give as well."""
    wanted = frozenset(str(one) for scope in scopes for one in CAPABILITIES[scope])
    return wanted & held


def identifier_for(token_id: UUID, key: str) -> UUID | None:
    """The identifier that an Idempotency-Key of a token stands for, the same at every repetition; None for a bad key.

    So a repeated request finds what the first one made, whatever died in between
    (draft-ietf-httpapi-idempotency-key-header).
    """
    return uuid5(NAMESPACE_URL, f"urn:mukatabat:token:{token_id}:{key}") if _KEY.fullmatch(key) else None
