# SPDX-License-Identifier: EUPL-1.2
"""Reading in pieces: a limit that holds while reading, a digest that grows with it, a real file to look into."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from mukatabat.vault.errors import TooLarge
from mukatabat.vault.rules import CHUNK, MIB, Blob


def pieces(source: BinaryIO | bytes, *, limit: int | None = None, name: str = "…") -> Iterator[bytes]:
    """Read a source to its end in pieces of at most 1 MiB.

    Raises TooLarge as soon as more than `limit` bytes came, without asking for the rest.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    total = 0
    while piece := stream.read(CHUNK):
        total += len(piece)
        if limit is not None and total > limit:
            raise TooLarge(name=name, limit=max(1, limit // MIB))
        yield piece


def address_of(source: BinaryIO | bytes) -> Blob:
    """Digest a source from its present position to its end (SHA-256, FIPS 180-4); returns its address and size."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces(source):
        digest.update(piece)
        size += len(piece)
    return Blob(f"sha256:{digest.hexdigest()}", size)


@contextmanager
def as_file(source: BinaryIO, *, limit: int, name: str) -> Iterator[tuple[BinaryIO, int]]:
    """Give a source as a seekable file of the operating system, at its beginning, and its size in bytes.

    A regular file is used as it is; anything else is copied to an unnamed temporary file, which is gone when the
    block ends. Raises TooLarge.
    """
    size = _regular_size(source)
    if size is not None:
        if size > limit:
            raise TooLarge(name=name, limit=max(1, limit // MIB))
        source.seek(0)
        yield source, size
        return
    with tempfile.TemporaryFile() as spool:
        for piece in pieces(source, limit=limit, name=name):
            spool.write(piece)
        spool.flush()
        size = spool.tell()
        spool.seek(0)
        yield cast("BinaryIO", spool), size


def _regular_size(source: BinaryIO) -> int | None:
    try:
        status = os.fstat(source.fileno())
    except (AttributeError, OSError):  # not backed by a descriptor
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
