# SPDX-License-Identifier: EUPL-1.2
"""Sealed bytes: what the blob store holds of a document, readable only with the document's own key.

A header of 40 bytes: ``MKTB``, form, suite, log2 of the chunk size, 0, and the key's commitment of 32 bytes; then the
document as a sealed stream (:mod:`mukatabat_verify.stream`), the header being each chunk's associated data. The key is
used for one document alone. AES-GCM commits to no key, the header does: one blob does not open to two documents.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from mukatabat.vault.errors import BlobDamaged
from mukatabat.vault.rules import KEY_BYTES, Blob, Sealed
from mukatabat.vault.streams import Source, pieces
from mukatabat_verify.errors import ChunkBroken
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.stream import CHUNK, ChunkCipher, StreamSealer, Unsealed, exactly

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FORM = 1
_OPENING = b"MKTB" + bytes((FORM, 1, CHUNK.bit_length() - 1, 0))
HEADER = len(_OPENING) + 32
_BUFFER = 64 * 1024


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one document: 32 random bytes, never shown."""

    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> DataKey:
        """Make a key for a document that is about to be sealed."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def header(self) -> bytes:
        """The header of what this key seals, with the key's commitment in it."""
        return _OPENING + self._derived(b"commitment")

    @property
    def cipher(self) -> ChunkCipher:
        """The cipher of the chunks."""
        return ChunkCipher(self._derived(b"chunks"), associated=self.header)

    def _derived(self, purpose: bytes) -> bytes:
        return HKDFExpand(SHA256(), 32, b"mukatabat/vault/1/" + purpose).derive(self.secret)


class Sealer:
    """Seals plain bytes as they come: :meth:`update` and at the end, once, :meth:`finish`."""

    def __init__(self, key: DataKey) -> None:
        self._before: bytes | None = key.header
        self._digest = hashlib.sha256()
        self._stream = StreamSealer(key.cipher, digest=self._digest.update)

    def update(self, data: bytes) -> Iterator[bytes]:
        """Take plain bytes, yield what can be sealed; up to 1 MiB waits until it is known whether it is the last."""
        yield from self._header()
        yield from self._stream.update(data)

    def finish(self) -> Iterator[bytes]:
        """Yield the rest, the last chunk marked as such."""
        yield from self._header()
        yield self._stream.finish()

    @property
    def blob(self) -> Blob:
        """What the plain bytes were, after :meth:`finish`."""
        return Blob(f"sha256:{self._digest.hexdigest()}", self._stream.size)

    def _header(self) -> Iterator[bytes]:
        if self._before is not None:
            header, self._before = self._before, None
            yield header


def seal(source: Source, sealer: Sealer) -> Iterator[bytes]:
    """Yield a source's bytes sealed, header first; the sealer's ``blob`` then tells what they were."""
    for piece in pieces(source):
        yield from sealer.update(piece)
    yield from sealer.finish()


def unsealed(stream: BinaryIO, key: DataKey, *, address: str, size: int | None = None) -> BinaryIO:
    """Read sealed bytes as plain ones, with :meth:`seek`; closing it closes the sealed stream.

    ``address`` names the blob in errors. ``size``, when given, is what the record says of the plain bytes. Raises
    BlobDamaged here for a foreign header or another size, and at each read for a chunk that is not what was sealed.
    """
    return cast("BinaryIO", io.BufferedReader(_Unsealed(stream, key, address=address, size=size), _BUFFER))


def in_parcel(stream: BinaryIO, sealed: Sealed, *, size: int) -> BinaryIO:
    """Read a document of ``size`` bytes that lies in the sealed content of a parcel, as :func:`unsealed` does.

    The parcel's header committed to the key when it was opened; here each chunk is proven under it again.
    """
    return cast("BinaryIO", io.BufferedReader(_InParcel(stream, sealed, size=size), _BUFFER))


class _InParcel(Unsealed):
    """The plain bytes from one place to another."""

    def __init__(self, stream: BinaryIO, sealed: Sealed, *, size: int) -> None:
        self._address, self._first, self._length = sealed.address, sealed.begin or 0, size
        try:
            super().__init__(stream, ParcelKey(sealed.secret).cipher)
        except ChunkBroken:
            raise BlobDamaged(digest=sealed.address) from None
        if self._first + size > self.size:
            raise BlobDamaged(digest=sealed.address)
        self._at = self._first

    def tell(self) -> int:
        return self._at - self._first

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.tell(), io.SEEK_END: self._length}[whence]
        self._at = self._first + max(0, start + offset)
        return self.tell()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        left = max(0, self._length - self.tell())
        try:
            return super().readinto(memoryview(buffer).cast("B")[:left]) if left else 0
        except ChunkBroken:
            raise BlobDamaged(digest=self._address) from None


class _Unsealed(Unsealed):
    """The stream after the header, whose refusals are this room's."""

    def __init__(self, stream: BinaryIO, key: DataKey, *, address: str, size: int | None) -> None:
        self._address = address
        stream.seek(0)
        begins = hmac.compare_digest(exactly(stream, HEADER), key.header)
        try:
            super().__init__(stream, key.cipher, begin=HEADER)
        except ChunkBroken:
            raise BlobDamaged(digest=address) from None
        if not begins or size not in (None, self.size):
            raise BlobDamaged(digest=address)

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            return super().readinto(buffer)
        except ChunkBroken:
            raise BlobDamaged(digest=self._address) from None
