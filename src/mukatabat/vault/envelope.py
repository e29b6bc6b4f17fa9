# SPDX-License-Identifier: EUPL-1.2
"""Sealed bytes: what the blob store holds of a document, readable only with the document's own key.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015) over AES-256-GCM, as in a sealed parcel:

1. a header of 40 bytes: ``MKTB``, form, suite, log2 of the chunk size, 0, and the key's commitment of 32 bytes;
2. chunks of 1 MiB plaintext and a tag of 16 bytes each; nonce = number of the chunk (11 bytes) and 1 for the last
   chunk, else 0; the header is each chunk's associated data.

So a flipped bit, a chunk moved, dropped or added and an end cut off are all found, any chunk is read without the
others, and no byte is released before its chunk is proven. The key is used for one document alone, so that a counter is
a sufficient nonce. AES-GCM commits to no key, the header does: one blob does not open to two documents.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from mukatabat.vault.errors import BlobDamaged
from mukatabat.vault.rules import CHUNK, KEY_BYTES, Blob
from mukatabat.vault.streams import Source, pieces

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FORM = 1
TAG = 16
SEALED_CHUNK = CHUNK + TAG
_COUNTER = 11
_OPENING = b"MKTB" + bytes((FORM, 1, CHUNK.bit_length() - 1, 0))
HEADER = len(_OPENING) + 32
_BUFFER = 64 * 1024
_KEPT = 4


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
    def cipher(self) -> AESGCM:
        """The cipher of the chunks."""
        return AESGCM(self._derived(b"chunks"))

    def _derived(self, purpose: bytes) -> bytes:
        return HKDFExpand(SHA256(), 32, b"mukatabat/vault/1/" + purpose).derive(self.secret)


class Sealer:
    """Seals plain bytes as they come: :meth:`update` and at the end, once, :meth:`finish`."""

    def __init__(self, key: DataKey) -> None:
        self._header, self._cipher = key.header, key.cipher
        self._waiting: list[bytes] = []
        self._length = self._number = self._size = 0
        self._digest = hashlib.sha256()
        # The digest of the plain bytes is as slow as all the rest together: it runs beside the sealing.
        self._beside: ThreadPoolExecutor | None = None

    def update(self, data: bytes) -> Iterator[bytes]:
        """Take plain bytes, yield what can be sealed; up to 1 MiB waits until it is known whether it is the last."""
        if not self._size and not self._waiting:
            yield self._header
        self._waiting.append(data)
        self._length += len(data)
        while self._length > CHUNK:
            if len(self._waiting[0]) != CHUNK:
                joined = b"".join(self._waiting)
                self._waiting = [joined[:CHUNK], joined[CHUNK:]]
            yield self._seal(self._waiting.pop(0), last=False)
            self._length -= CHUNK

    def finish(self) -> Iterator[bytes]:
        """Yield the rest, the last chunk marked as such."""
        if not self._size and not self._waiting:
            yield self._header
        yield self._seal(b"".join(self._waiting), last=True)
        if self._beside is not None:
            self._beside.shutdown()

    @property
    def blob(self) -> Blob:
        """What the plain bytes were, after :meth:`finish`."""
        return Blob(f"sha256:{self._digest.hexdigest()}", self._size)

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        self._size += len(chunk)
        nonce = _nonce(self._number, last=last)
        self._number += 1
        if last:
            self._digest.update(chunk)
            return self._cipher.encrypt(nonce, chunk, self._header)
        self._beside = self._beside or ThreadPoolExecutor(1)
        digested = self._beside.submit(self._digest.update, chunk)
        sealed = self._cipher.encrypt(nonce, chunk, self._header)
        digested.result()
        return sealed


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


class _Unsealed(io.RawIOBase):
    def __init__(self, stream: BinaryIO, key: DataKey, *, address: str, size: int | None) -> None:
        self._stream, self._address = stream, address
        self._header, self._cipher = key.header, key.cipher
        sealed = stream.seek(0, io.SEEK_END) - HEADER
        stream.seek(0)
        self._chunks = max(1, -(-sealed // SEALED_CHUNK))
        self._size = sealed - TAG * self._chunks
        if self._size < 0 or size not in (None, self._size) or not self._begins():
            raise BlobDamaged(digest=address)
        self._at = 0
        # Some chunks are kept, because readers of documents jump to and fro.
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def _begins(self) -> bool:
        return hmac.compare_digest(self._stream.read(HEADER), self._header)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        if self._at >= self._size:
            return 0
        number, within = divmod(self._at, CHUNK)
        part = memoryview(self._chunk(number))[within : within + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, number: int) -> bytes:
        if number not in self._kept:
            if len(self._kept) == _KEPT:
                self._kept.popitem(last=False)
            self._kept[number] = self._open(number)
        return self._kept[number]

    def _open(self, number: int) -> bytes:
        self._stream.seek(HEADER + number * SEALED_CHUNK)
        sealed = _exactly(self._stream, SEALED_CHUNK)
        nonce = _nonce(number, last=number == self._chunks - 1)
        try:
            return self._cipher.decrypt(nonce, sealed, self._header)
        except (InvalidTag, ValueError):  # ValueError: shorter than a tag
            raise BlobDamaged(digest=self._address) from None

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER, "big") + (b"\1" if last else b"\0")


def _exactly(stream: BinaryIO, length: int) -> bytes:
    """Read up to a length even where the stream answers with less at a time."""
    data = stream.read(length)
    while data and len(data) < length and (more := stream.read(length - len(data))):
        data += more
    return data
