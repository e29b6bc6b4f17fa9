# SPDX-License-Identifier: EUPL-1.2
"""Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature; Ed25519 and cosignatures.

A note may carry signatures of keys that nobody here knows; they are passed over. One that claims a known key must hold.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mukatabat_verify.errors import NoteMalformed, NoteSignatureBroken

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
LARGEST: Final = 2**16
MOST_SIGNATURES: Final = 100
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_ID_BYTES = 4
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key for notes: the name that it signs under, its kind (ED25519 or COSIGNATURE) and its 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the 4 bytes by which a signature line refers to the key."""
        named = self.name.encode("utf-8") + b"\n" + bytes((self.kind,)) + self.public
        return hashlib.sha256(named).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes((self.kind,)) + self.public).decode('ascii')}"

    @classmethod
    def parse(cls, text: str) -> NoteKey:
        """Read a key as :func:`str` writes it (a "vkey"); ValueError when it is none, or its id another's."""
        name, _, rest = text.partition("+")
        identifier, _, encoded = rest.partition("+")
        data = base64.b64decode(encoded, validate=True)
        key = cls(name, data[0] if data else 0, data[1:])
        known = key.kind in {ED25519, COSIGNATURE} and len(key.public) == 32
        if not known or not _NAME.fullmatch(name) or key.id.hex() != identifier:
            raise ValueError("not a key for notes")
        return key


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """A signature line: the name and the key's id that it claims, and the bytes after the id."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """Give it as a line, without its end."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.value).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a line feed, and its signatures."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def to_bytes(self) -> bytes:
        """Write the note."""
        lines = "".join(one.line + "\n" for one in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def alone_by(self, key: NoteKey) -> bytes:
        """Write the note with the signature that claims a key, and without the others'."""
        return Note(self.text, tuple(one for one in self.signatures if _claims(one, key))).to_bytes()

    def signed_by(self, key: NoteKey) -> int | None:
        """Check the signature that claims a key.

        Returns None when there is none; else the time that it states, in seconds since 1970, or 0 for a plain
        signature, which states none. Raises NoteSignatureBroken when one claims the key and does not hold.
        """
        for one in self.signatures:
            if _claims(one, key):
                return _checked(self.text, one, key)
        return None


def read(data: bytes) -> Note:
    """Read a note; raises NoteMalformed. Nothing is proven by it."""
    if len(data) > LARGEST:
        raise NoteMalformed(f"{len(data)} bytes")
    try:
        text, mark, lines = data.decode("utf-8").rpartition("\n\n")
    except ValueError as error:
        raise NoteMalformed("no UTF-8") from error
    if not mark or not lines.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise NoteMalformed
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MOST_SIGNATURES:
        raise NoteMalformed("too many signatures")
    return Note(text + "\n", signatures)


def sign(text: str, key: NoteKey, sign_with: Callable[[bytes], bytes], *, at: int = 0) -> NoteSignature:
    """Sign a text with a key, ``sign_with`` being its Ed25519; ``at`` is the time that a cosignature states."""
    value = sign_with(_signed(text, key, at))
    stated = at.to_bytes(_TIME_BYTES, "big") if key.kind == COSIGNATURE else b""
    return NoteSignature(key.name, key.id, stated + value)


def with_signatures(note: Note, more: Iterable[NoteSignature]) -> Note:
    """Give a note with further signatures."""
    return Note(note.text, (*note.signatures, *more))


def _claims(signature: NoteSignature, key: NoteKey) -> bool:
    return (signature.name, signature.key_id) == (key.name, key.id)


def _checked(text: str, signature: NoteSignature, key: NoteKey) -> int:
    stated, value = b"", signature.value
    if key.kind == COSIGNATURE:
        stated, value = value[:_TIME_BYTES], value[_TIME_BYTES:]
    at = int.from_bytes(stated, "big")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, _signed(text, key, at))
    except (InvalidSignature, ValueError) as error:
        raise NoteSignatureBroken(key.name) from error
    return at


def _signed(text: str, key: NoteKey, at: int) -> bytes:
    # C2SP tlog-cosignature: a witness signs when it saw the checkpoint, and the checkpoint.
    return (f"cosignature/v1\ntime {at}\n{text}" if key.kind == COSIGNATURE else text).encode("utf-8")


def _signature(line: str) -> NoteSignature:
    match = _LINE.fullmatch(line)
    if match is None:
        raise NoteMalformed("a signature line")
    try:
        data = base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise NoteMalformed("a signature line") from error
    if len(data) <= _ID_BYTES:
        raise NoteMalformed("a signature line")
    signature = NoteSignature(match[1], data[:_ID_BYTES], data[_ID_BYTES:])
    if signature.line != line:
        raise NoteMalformed("another spelling of a signature")
    return signature
