# SPDX-License-Identifier: EUPL-1.2
"""What an audit entry is, its digest, and the chain over the digests: pure functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

GENESIS = bytes(32)
"""The "previous" of the first link: 32 zero bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act as it is hashed. ``at`` is UTC; ``detail`` is JSON of strings, integers, booleans and lists of them."""

    id: UUID
    body_id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    act: str
    object_kind: str
    object_id: UUID | None
    place: str
    detail: Mapping[str, Any]

    def digest(self) -> bytes:
        """SHA-256 of the canonical JSON form (keys sorted, no spaces, UTF-8, RFC 8785 for these value types)."""
        canonical = {
            "act": self.act,
            "actor": [self.actor_kind, str(self.actor_id or ""), self.actor_name],
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "body": str(self.body_id),
            "detail": self.detail,
            "id": str(self.id),
            "object": [self.object_kind, str(self.object_id or "")],
            "place": self.place,
        }
        text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).digest()


def link_hash(number: int, previous: bytes, digest: bytes) -> bytes:
    """The hash of link ``number`` (from 1): SHA-256 of number (8 bytes, big endian), previous hash, digest."""
    return hashlib.sha256(number.to_bytes(8, "big") + previous + digest).digest()
