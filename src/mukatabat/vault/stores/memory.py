# SPDX-License-Identifier: EUPL-1.2
"""A blob store in memory, for tests."""

from __future__ import annotations

import io
from typing import BinaryIO

from mukatabat.vault.errors import BlobDamaged, BlobMissing
from mukatabat.vault.rules import Blob, hexadecimal
from mukatabat.vault.streams import Source, address_of, pieces


class MemoryStore:
    """Keeps blobs in a dictionary; they are gone with the process."""

    def __init__(self) -> None:
        """Begin empty."""
        self.blobs: dict[str, bytes] = {}

    def put(self, source: Source, *, limit: int | None = None) -> Blob:
        """See :meth:`mukatabat.vault.ports.BlobStore.put`."""
        data = b"".join(pieces(source, limit=limit))
        blob = address_of(data)
        self.blobs[blob.digest] = data
        return blob

    def open(self, digest: str) -> BinaryIO:
        """See :meth:`mukatabat.vault.ports.BlobStore.open`."""
        hexadecimal(digest)
        try:
            return io.BytesIO(self.blobs[digest])
        except KeyError:
            raise BlobMissing(digest=digest) from None

    def exists(self, digest: str) -> bool:
        """See :meth:`mukatabat.vault.ports.BlobStore.exists`."""
        hexadecimal(digest)
        return digest in self.blobs

    def remove(self, digest: str) -> None:
        """See :meth:`mukatabat.vault.ports.BlobStore.remove`."""
        hexadecimal(digest)
        self.blobs.pop(digest, None)

    def verify(self, digest: str) -> Blob:
        """See :meth:`mukatabat.vault.ports.BlobStore.verify`."""
        with self.open(digest) as stream:
            blob = address_of(stream)
        if blob.digest != digest:
            raise BlobDamaged(digest=digest)
        return blob
