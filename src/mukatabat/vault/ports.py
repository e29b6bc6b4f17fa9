# SPDX-License-Identifier: EUPL-1.2
"""The vault's two ways to the outside: where bytes are kept, and who looks for malware in them."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from mukatabat.vault.rules import Blob, Scan


class BlobStore(Protocol):
    """Keeps bytes under the digest of those bytes, and nothing else.

    A store knows no names, types, bodies or keys. Encryption is a transformation of the stream before :meth:`put` and
    after :meth:`open`; the wrapped data key stands in the document's row. So one store serves plain and sealed bytes,
    and a server's operator who holds the blobs alone holds no key. There is no delete: what is content-addressed may
    be shared by several rows, and destruction needs a schedule and two approvals.

    Every method takes a digest of the form "sha256:" and 64 lower-case hexadecimal digits, else raises ValueError;
    StoreUnavailable when the outside fails.
    """

    def put(self, source: BinaryIO | bytes, *, limit: int | None = None) -> Blob:
        """Store all bytes from the source's present position and return their address.

        When it returns, the bytes survive a power cut; no reader ever sees a part of them. Storing the same bytes
        again changes nothing, and mends a damaged copy. Reads in pieces of 1 MiB; raises TooLarge once more than
        `limit` bytes came.
        """
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open the bytes for reading and seeking; the caller closes. Raises BlobMissing."""
        ...

    def exists(self, digest: str) -> bool:
        """Tell whether bytes are stored under this digest, without reading them."""
        ...

    def verify(self, digest: str) -> Blob:
        """Read all bytes and compare; returns the address and size. Raises BlobMissing or BlobDamaged."""
        ...


class MalwareScanner(Protocol):
    """Looks for known malware."""

    def scan(self, file: BinaryIO) -> Scan:
        """Look through the file from its beginning, and leave it anywhere.

        A scanner that is absent, too old or failing answers "not scanned"; it never raises and never says "clean"
        about what it did not look at.
        """
        ...
