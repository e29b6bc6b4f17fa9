# SPDX-License-Identifier: EUPL-1.2
"""The header of a parcel: what the sending body signs, and all that a carrier may read.

It names nothing of the letter but who writes to whom. The recipients stand in it, so that a recipient cannot pass the
letter on as if the sender had sent it to a third; so does the commitment to the key, so that the sender cannot send one
parcel which opens to two letters; and so does a checkpoint of the log, so that it cannot have been signed before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from mukatabat_verify.canonical import LARGEST_NUMBER, canonical, moment, parsed
from mukatabat_verify.errors import MalformedHeader, UnknownSuite, UnknownVersion
from mukatabat_verify.parcel.suites import WRAPS
from mukatabat_verify.stream import sealed_size

VERSION: Final = 1
SUITE: Final = "stream1m-aes256gcm-hkdfsha256-p256sha256"
"""How the content is sealed and the header signed: 1 MiB chunks, AES-256-GCM under keys by HKDF-Expand with SHA-256,
ECDSA on P-256 with SHA-256. Another combination is another name, on both sides."""

LARGEST_HEADER = 2**20
MOST_RECIPIENTS = 2_000
_REALM = re.compile(r"live|training")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_BODY = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_LOG = re.compile(r"[!-~]{1,200}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One key of one body, and the suite by which the parcel's key is wrapped for it."""

    key: str
    body: str
    suite: str


@dataclass(frozen=True, slots=True)
class Content:
    """The content and its sealed form: sizes in bytes, digests in hexadecimal.

    ``digest`` is SHA-256 over the parcel's salt and the content: whoever knows the content but not the salt cannot tell
    from a header what was sent. ``sealed_digest`` is plain SHA-256, so that a carrier can check what it cannot read.
    """

    size: int
    digest: str
    sealed_size: int
    sealed_digest: str


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a transparency log that existed before the header: its origin, size, and its note's SHA-256."""

    log: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Header:
    """What the sending body signs. ``certificate`` is the SHA-256 of the certificate of its seal."""

    parcel: UUID
    realm: str
    sender: str
    certificate: str
    recipients: tuple[Recipient, ...]
    content: Content
    commitment: str
    created: datetime
    not_before: Checkpoint | None

    def to_bytes(self) -> bytes:
        """Write the header, the recipients ordered by key. Raises MalformedHeader for what could not be read back."""
        value = {
            "certificate": self.certificate,
            "commitment": self.commitment,
            "content": {name: getattr(self.content, name) for name in _CONTENT},
            "created": moment(self.created),
            "not_before": self.not_before and {name: getattr(self.not_before, name) for name in _CHECKPOINT},
            "parcel": str(self.parcel),
            "realm": self.realm,
            "recipients": [
                {name: getattr(one, name) for name in _RECIPIENT} for one in sorted(self.recipients, key=_key)
            ],
            "sender": self.sender,
            "suite": SUITE,
            "version": VERSION,
        }
        data = canonical(value)
        read(data)
        return data


_HEADER = (
    *("certificate", "commitment", "content", "created", "not_before", "parcel"),
    *("realm", "recipients", "sender", "suite", "version"),
)
_RECIPIENT = ("body", "key", "suite")
_CONTENT = ("digest", "sealed_digest", "sealed_size", "size")
_CHECKPOINT = ("digest", "log", "size")


def digest_of(header: bytes) -> bytes:
    """Give the SHA-256 by which a header is known: wraps are bound to it, and replays found by it."""
    return hashlib.sha256(header).digest()


def read(data: bytes) -> Header:
    """Read a header strictly: exactly the known members, in their known shapes, in canonical form.

    Raises NotCanonical, UnknownVersion, UnknownSuite or MalformedHeader. Tells nothing about its signature.
    """
    if len(data) > LARGEST_HEADER:
        raise MalformedHeader(f"{len(data)} bytes")
    value = parsed(data)
    if not isinstance(value, dict) or "version" not in value:
        raise MalformedHeader("no version")
    if value["version"] != VERSION or isinstance(value["version"], bool):
        raise UnknownVersion(repr(value["version"])[:40])
    value = _members(value, _HEADER)
    if value["suite"] != SUITE:
        raise UnknownSuite(repr(value["suite"])[:80])
    checkpoint = value["not_before"]
    return Header(
        parcel=UUID(_text(value, "parcel", _UUID)),
        realm=_text(value, "realm", _REALM),
        sender=_text(value, "sender", _BODY),
        certificate=_text(value, "certificate", _DIGEST),
        recipients=_recipients(value["recipients"]),
        content=_content(value["content"]),
        commitment=_text(value, "commitment", _DIGEST),
        created=_moment(value),
        not_before=None if checkpoint is None else _checkpoint(checkpoint),
    )


def _key(recipient: Recipient) -> str:
    return recipient.key


def _recipients(value: Any) -> tuple[Recipient, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_RECIPIENTS:
        raise MalformedHeader("recipients")
    found = tuple(_recipient(_members(one, _RECIPIENT)) for one in value)
    keys = [one.key for one in found]
    if keys != sorted(set(keys)):
        raise MalformedHeader("a key stands twice or out of order")
    return found


def _recipient(one: Mapping[str, Any]) -> Recipient:
    if not isinstance(one["suite"], str) or one["suite"] not in WRAPS:
        raise UnknownSuite(repr(one["suite"])[:80])
    return Recipient(key=_text(one, "key", _DIGEST), body=_text(one, "body", _BODY), suite=one["suite"])


def _content(value: Any) -> Content:
    one = _members(value, _CONTENT)
    if _number(one, "sealed_size") != sealed_size(_number(one, "size")):
        raise MalformedHeader("sizes that cannot be of the same content")
    return Content(
        size=_number(one, "size"),
        digest=_text(one, "digest", _DIGEST),
        sealed_size=_number(one, "sealed_size"),
        sealed_digest=_text(one, "sealed_digest", _DIGEST),
    )


def _checkpoint(value: Any) -> Checkpoint:
    one = _members(value, _CHECKPOINT)
    return Checkpoint(_text(one, "log", _LOG), _number(one, "size"), _text(one, "digest", _DIGEST))


def _members(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise MalformedHeader("other members than " + ", ".join(sorted(names)))
    return value


def _text(value: Mapping[str, Any], name: str, shape: re.Pattern[str]) -> str:
    text = value[name]
    if not isinstance(text, str) or not shape.fullmatch(text):
        raise MalformedHeader(name)
    return text


def _number(value: Mapping[str, Any], name: str) -> int:
    number = value[name]
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= LARGEST_NUMBER:
        raise MalformedHeader(name)
    return number


def _moment(value: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(_text(value, "created", _TIME))
    except ValueError as error:  # the thirtieth of February
        raise MalformedHeader("created") from error
