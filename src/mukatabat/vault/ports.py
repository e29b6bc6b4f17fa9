# SPDX-License-Identifier: EUPL-1.2
"""The vault's ways to the outside: where bytes are kept, who holds the keys, who looks for malware."""

from __future__ import annotations

from typing import BinaryIO, Protocol

from mukatabat.vault.rules import Blob, HeldKey, HeldPair, Scan
from mukatabat.vault.streams import Source
from mukatabat_verify.parcel.suites import OpeningKey


class BlobStore(Protocol):
    """Keeps bytes under the digest of those bytes, and nothing else.

    A store knows no names, types, bodies or keys: what it is given was sealed before (`mukatabat.vault.envelope`), so
    a server's operator who holds the blobs alone reads nothing. A document's blob is never removed: it may be shared by
    the rows of several bodies, and destruction needs a schedule and two approvals, and destroys keys.

    Every method takes a digest of the form "sha256:" and 64 lower-case hexadecimal digits, else raises ValueError;
    StoreUnavailable when the outside fails.
    """

    def put(self, source: Source, *, limit: int | None = None) -> Blob:
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

    def remove(self, digest: str) -> None:
        """Remove bytes that never became a document, such as a part of an upload; nothing happens when none are there.

        A failing removal is left to the store's keeper: what is removed has no key any more.
        """
        ...


class KeyStore(Protocol):
    """Holds the installation's root keys and uses them; none of them ever leaves it.

    A body's key is used through the store as well: a software store gets it out of the token for a moment, a device
    (PKCS#11) need only find it by the token. Every method raises KeyUnavailable when the store cannot answer, and its
    kind WrongKey when a key or a context does not fit what was sealed.
    """

    name: str

    def newest(self) -> str:
        """Name the root key that new bodies' keys are sealed under."""
        ...

    def generate(self, context: bytes, *, beside: HeldKey | None = None) -> HeldKey:
        """Make a key of a body or a reader; a device may let it share the place of ``beside``, and parts them."""
        ...

    def wrap(self, held: HeldKey, secret: bytes, *, context: bytes) -> bytes:
        """Seal a document's key (32 bytes) under a body's key, bound to its context."""
        ...

    def unwrap(self, held: HeldKey, wrapped: bytes, *, context: bytes) -> bytes:
        """Open what :meth:`wrap` sealed."""
        ...

    def renew(self, held: HeldKey) -> HeldKey:
        """Give the same body's key, sealed under the newest root key."""
        ...


class PairStore(Protocol):
    """Holds the private halves of bodies' key pairs and uses them; none of them ever leaves it.

    ``custody`` is a value of :class:`mukatabat.directory.vocabulary.Custody`, ``parcel_suite`` the suite of a new pair
    to which parcels are sealed. Every method raises KeyUnavailable when the store cannot answer, and its kind WrongKey
    when a key or its place does not fit.
    """

    name: str
    custody: str
    parcel_suite: str

    def generate_pair(self, suite: str, context: bytes) -> HeldPair:
        """Make a pair of the seal's suite or of a parcel's that the store can hold, bound to its context."""
        ...

    def sign(self, pair: HeldPair, data: bytes) -> bytes:
        """Sign with ECDSA on P-256 over SHA-256; gives the DER form. Signing again may give other bytes."""
        ...

    def opening(self, pair: HeldPair) -> OpeningKey:
        """Give what opens the wrapped keys of parcels, one after the other, inside this process's memory alone."""
        ...

    def renew(self, held: HeldKey) -> HeldKey:
        """Give the same private half, held as the store would hold it today."""
        ...


class NoteStore(Protocol):
    """A key store that also signs notes (Ed25519). Every method raises KeyUnavailable when it cannot answer."""

    name: str

    def generate_note_key(self, context: bytes) -> tuple[HeldKey, bytes]:
        """Make the key of a log, bound to its context, and give with it its public half, 32 bytes."""
        ...

    def note_sign(self, held: HeldKey, data: bytes) -> bytes:
        """Sign with Ed25519."""
        ...


class MalwareScanner(Protocol):
    """Looks for known malware."""

    def scan(self, file: BinaryIO) -> Scan:
        """Look through the file from its beginning, and leave it anywhere.

        A scanner that is absent, too old or failing answers "not scanned"; it never raises and never says "clean"
        about what it did not look at.
        """
        ...
