# SPDX-License-Identifier: EUPL-1.2
"""Reading in pieces: a limit that holds while reading, a digest that grows with it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

from mukatabat.vault.errors import TooLarge
from mukatabat.vault.rules import CHUNK, MIB, Blob

Source: TypeAlias = BinaryIO | bytes | Iterator[bytes]
"""Bytes at hand, a stream that is read from its present position, or pieces as they come."""


def pieces(source: Source, *, limit: int | None = None, name: str = "…") -> Iterator[bytes]:
    """Read a source to its end, a stream in pieces of at most 1 MiB.

    Raises TooLarge as soon as more than `limit` bytes came, without asking for the rest.
    """
    total = 0
    for piece in _each(source):
        total += len(piece)
        if limit is not None and total > limit:
            raise TooLarge(name=name, limit=max(1, limit // MIB))
        yield piece


def _each(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    read = getattr(source, "read", None)
    if read is None:
        yield from source
        return
    while piece := read(CHUNK):
        yield piece


def address_of(source: Source) -> Blob:
    """Digest a source from its present position to its end (SHA-256, FIPS 180-4); returns its address and size."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces(source):
        digest.update(piece)
        size += len(piece)
    return Blob(f"sha256:{digest.hexdigest()}", size)


def regular_size(source: BinaryIO) -> int | None:
    """Give the size of a regular file of the operating system, None for any other stream."""
    try:
        status = os.fstat(source.fileno())
    except (AttributeError, OSError):  # not backed by a descriptor
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
