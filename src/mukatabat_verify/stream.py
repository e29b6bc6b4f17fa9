# SPDX-License-Identifier: EUPL-1.2
"""Sealing without an end in sight: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015) over AES-256-GCM.

Chunks of 1 MiB, each with a tag of 16 bytes; nonce = number of the chunk (11 bytes, big-endian) and 1 for the last
chunk, else 0. A flipped bit, a chunk moved, dropped or added and an end cut off are all found; any chunk is read
without the others; no byte is released before its chunk is proven. The content is never empty of chunks: nothing at all
is one last chunk of no bytes.

A key seals one content, once. That is what makes a counter a sufficient nonce; whoever uses this module sees to it.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mukatabat_verify.errors import ChunkBroken

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK: Final = 2**20
TAG: Final = 16
SEALED_CHUNK: Final = CHUNK + TAG
KEY_BYTES: Final = 32
_COUNTER = 11
_KEPT = 4


def chunks_of(size: int) -> int:
    """Count the chunks of a content of so many bytes."""
    return max(1, -(-size // CHUNK))


def sealed_size(size: int) -> int:
    """Give the length of the sealed form of so many bytes."""
    return size + TAG * chunks_of(size)


def plain_size(sealed: int) -> int:
    """Give the length of what was sealed from the length of its sealed form; ChunkBroken if there is none such."""
    size = sealed - TAG * max(1, -(-sealed // SEALED_CHUNK))
    if size < 0 or sealed_size(size) != sealed:
        raise ChunkBroken(f"no content seals to {sealed} bytes")
    return size


class ChunkCipher:
    """Seals and opens single chunks under one key. ``associated`` is bound to every one of them."""

    def __init__(self, key: bytes, *, associated: bytes = b"") -> None:
        """Take 32 bytes of key."""
        self._cipher = AESGCM(key)
        self._associated = associated

    def seal(self, number: int, chunk: bytes, *, last: bool) -> bytes:
        """Seal the chunk of this number."""
        return self._cipher.encrypt(_nonce(number, last=last), chunk, self._associated)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Open the chunk of this number; ChunkBroken when it is not what was sealed there."""
        try:
            return self._cipher.decrypt(_nonce(number, last=last), sealed, self._associated)
        except (InvalidTag, ValueError):  # ValueError: shorter than a tag
            raise ChunkBroken(f"chunk {number}") from None


class StreamSealer:
    """Seals bytes as they come: :meth:`update`, and at the end, once, :meth:`finish`; ``size`` counts them."""

    def __init__(self, cipher: ChunkCipher, *, digest: Callable[[bytes], object]) -> None:
        """Take a cipher whose key has sealed nothing yet, and what is shown every chunk before it is sealed."""
        self._cipher, self._digest = cipher, digest
        self._waiting: list[bytes] = []
        self._length = self._number = self.size = 0
        # The digest of the plain bytes is as slow as all the rest together: it runs beside the sealing.
        self._beside: ThreadPoolExecutor | None = None

    def update(self, data: bytes) -> Iterator[bytes]:
        """Take plain bytes, yield what can be sealed; up to 1 MiB waits until it is known whether it is the last."""
        self._waiting.append(data)
        self._length += len(data)
        while self._length > CHUNK:
            if len(self._waiting[0]) != CHUNK:
                joined = b"".join(self._waiting)
                self._waiting = [joined[:CHUNK], joined[CHUNK:]]
            self._length -= CHUNK
            chunk = self._waiting.pop(0)
            self._beside = self._beside or ThreadPoolExecutor(1)
            digested = self._beside.submit(self._digest, chunk)
            sealed = self._seal(chunk, last=False)
            digested.result()
            yield sealed

    def finish(self) -> bytes:
        """Give the rest, sealed as the last chunk."""
        if self._beside is not None:
            self._beside.shutdown()
        chunk = b"".join(self._waiting)
        self._digest(chunk)
        return self._seal(chunk, last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        self.size += len(chunk)
        return self._cipher.seal(number, chunk, last=last)


class Placed(io.RawIOBase):
    """Bytes of a known number, read from any place; what is read is said by whoever derives from it."""

    def __init__(self, size: int) -> None:
        """Take the number of bytes; the next byte is the first."""
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the bytes."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, start + offset)
        return self._at


class Unsealed(Placed):
    """Sealed bytes, read as plain ones, with seek. Every read raises ChunkBroken for what does not open.

    ``begin`` is where the first chunk lies in the sealed stream; closing this closes that. Give it to
    :class:`io.BufferedReader` for small reads.
    """

    def __init__(self, stream: BinaryIO, cipher: ChunkCipher, *, begin: int = 0) -> None:
        """Take a seekable stream that ends with the last chunk; ChunkBroken when its length is of no content."""
        self._stream, self._cipher, self._begin = stream, cipher, begin
        super().__init__(plain_size(stream.seek(0, io.SEEK_END) - begin))
        self._last = chunks_of(self.size) - 1
        # Some chunks are kept, because readers of documents jump to and fro.
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read from one chunk, at most to its end."""
        target = memoryview(buffer).cast("B")
        number, within = divmod(self._at, CHUNK)
        # An empty content has one chunk too, and it is opened like any other.
        if number > self._last:
            return 0
        part = memoryview(self._chunk(number))[within : within + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _chunk(self, number: int) -> bytes:
        if number in self._kept:
            return self._kept[number]
        if len(self._kept) == _KEPT:
            self._kept.popitem(last=False)
        self._stream.seek(self._begin + number * SEALED_CHUNK)
        sealed = exactly(self._stream, SEALED_CHUNK)
        return self._kept.setdefault(number, self._cipher.open(number, sealed, last=number == self._last))

    def close(self) -> None:
        """Close the sealed stream too."""
        if not self.closed:
            self._stream.close()
        super().close()


class Window(Placed):
    """A part of a seekable stream, read as if it were all of it."""

    def __init__(self, stream: BinaryIO, begin: int, size: int) -> None:
        """Take the stream, where the part begins in it, and its length in bytes."""
        super().__init__(size)
        self._stream, self._begin = stream, begin

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Read, at most to the end of the part."""
        target = memoryview(buffer).cast("B")
        self._stream.seek(self._begin + self._at)
        part = exactly(self._stream, max(0, min(len(target), self.size - self._at)))
        target[: len(part)] = part
        self._at += len(part)
        return len(part)


def exactly(stream: BinaryIO, length: int) -> bytes:
    """Read up to a length even where the stream answers with less at a time."""
    data = stream.read(length)
    while data and len(data) < length and (more := stream.read(length - len(data))):
        data += more
    return data


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_COUNTER, "big") + (b"\1" if last else b"\0")
