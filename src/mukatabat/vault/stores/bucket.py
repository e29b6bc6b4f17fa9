# SPDX-License-Identifier: EUPL-1.2
"""A blob store in a bucket of an S3-compatible object store: keys `ab/cd/<64 hex digits>`, as the folder's paths."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from mukatabat.vault.errors import BlobDamaged, BlobMissing, StoreUnavailable
from mukatabat.vault.rules import CHUNK, MIB, Blob, hexadecimal
from mukatabat.vault.streams import Source, address_of, pieces
from mukatabat_verify.stream import Placed

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PART = 8 * MIB
_PARTS_AT_ONCE = 2
_TIMEOUT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Credentials:
    """The two halves of an access key, from a file of two lines that only the service may read."""

    key_id: str
    secret: str = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Credentials:
        """Read the file; raises StoreUnavailable when it is missing or has other than two lines."""
        try:
            key_id, secret = path.read_text(encoding="ascii").split()
        except (OSError, ValueError) as error:
            raise StoreUnavailable(reason=f"{path.name} does not hold an access key in two lines") from error
        return cls(key_id, secret)


class BucketStore:
    """Keeps blobs as objects of one bucket, which is there already. A store that answers has the bytes durably.

    The address of streamed bytes is known only at their end: they go to a passing name first and are copied within
    the store. What a killed process leaves under ``incoming/`` is removed by the bucket's lifecycle rule.
    """

    def __init__(self, bucket: str, *, endpoint: str, region: str, credentials: Credentials) -> None:
        """Use a bucket; an endpoint of plain ``http`` is accepted for this machine's own address alone."""
        parts = urlsplit(endpoint)
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        self._store = S3Store(
            bucket, endpoint=endpoint, region=region, virtual_hosted_style_request=False,
            access_key_id=credentials.key_id, secret_access_key=credentials.secret,
            client_options={"allow_http": local, "connect_timeout": timedelta(seconds=5), "timeout": _TIMEOUT},
            retry_config={"max_retries": 3, "retry_timeout": _TIMEOUT},
        )  # fmt: skip

    def put(self, source: Source, *, limit: int | None = None) -> Blob:
        """See :meth:`mukatabat.vault.ports.BlobStore.put`.

        1. stream to a passing name, which becomes visible only when it is whole; 2. copy it to its address within the
        store, which is atomic; 3. remove the passing name.
        """
        passing = f"incoming/{secrets.token_hex(16)}"
        blob = self._write(passing, pieces(source, limit=limit))  # 1
        with _outside():
            obstore.copy(self._store, passing, _key(blob.digest))  # 2
            obstore.delete(self._store, passing)  # 3
        return blob

    def open(self, digest: str) -> BinaryIO:
        """See :meth:`mukatabat.vault.ports.BlobStore.open`."""
        with _outside(digest):
            size = obstore.head(self._store, _key(digest))["size"]
        return cast("BinaryIO", io.BufferedReader(_Object(self._store, digest, size), CHUNK))

    def exists(self, digest: str) -> bool:
        """See :meth:`mukatabat.vault.ports.BlobStore.exists`."""
        try:
            self.open(digest)
        except BlobMissing:
            return False
        return True

    def remove(self, digest: str) -> None:
        """See :meth:`mukatabat.vault.ports.BlobStore.remove`."""
        key = _key(digest)
        with suppress(StoreUnavailable), _outside():
            obstore.delete(self._store, key)

    def verify(self, digest: str) -> Blob:
        """See :meth:`mukatabat.vault.ports.BlobStore.verify`."""
        with self.open(digest) as stream:
            blob = address_of(stream)
        if blob.digest != digest:
            raise BlobDamaged(digest=digest)
        return blob

    def _write(self, name: str, source: Iterator[bytes]) -> Blob:
        digest, size = hashlib.sha256(), 0
        with _outside():
            # Closed only when all came: what is not closed never becomes an object.
            writer = obstore.open_writer(self._store, name, buffer_size=_PART, max_concurrency=_PARTS_AT_ONCE)
        for piece in source:
            digest.update(piece)
            size += len(piece)
            with _outside():
                writer.write(piece)
        with _outside():
            writer.close()
        return Blob(f"sha256:{digest.hexdigest()}", size)


class _Object(Placed):
    """An object, read by ranges."""

    def __init__(self, store: S3Store, digest: str, size: int) -> None:
        super().__init__(size)
        self._store, self._digest = store, digest

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        target = memoryview(buffer).cast("B")
        length = min(len(target), self.size - self._at)
        if length <= 0:
            return 0
        with _outside(self._digest):
            part = obstore.get_range(self._store, _key(self._digest), start=self._at, length=length)
        got = memoryview(part)
        target[: len(got)] = got
        self._at += len(got)
        return len(got)


def _key(digest: str) -> str:
    name = hexadecimal(digest)
    return f"{name[:2]}/{name[2:4]}/{name}"


@contextmanager
def _outside(digest: str | None = None) -> Iterator[None]:
    """Turn the store's refusals into StoreUnavailable, an object that is not there into BlobMissing where one is read.

    What the store says is left out: it may name the endpoint and the access key.
    """
    try:
        yield
    except FileNotFoundError as error:
        if digest is None:
            raise StoreUnavailable(reason="the bucket is not there") from error
        raise BlobMissing(digest=digest) from error
    except (BaseError, OSError) as error:
        raise StoreUnavailable(reason=type(error).__name__) from error
