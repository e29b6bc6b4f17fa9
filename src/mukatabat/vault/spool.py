# SPDX-License-Identifier: EUPL-1.2
"""A file on its way into the vault, sealed on the disk from its first byte.

An offered file has to be looked through before it is stored, and may be too large for memory. What lies in the
temporary folder meanwhile has no name there and is sealed with the key that the document will have; a thief of the disk
finds nothing in it, and a refused file is gone with its key.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast

from mukatabat.vault.envelope import DataKey, Sealer, unsealed
from mukatabat.vault.errors import StoreUnavailable, TooLarge
from mukatabat.vault.rules import MIB, Blob
from mukatabat.vault.streams import pieces, regular_size


class Spool:
    """An unnamed file of sealed bytes, its key, and after :meth:`finish` what the plain bytes are."""

    def __init__(self) -> None:
        """Begin empty; raises StoreUnavailable as :meth:`write` does."""
        self.key = DataKey.fresh()
        self._sealer = Sealer(self.key)
        with _disk():
            self.file = cast("BinaryIO", tempfile.TemporaryFile(buffering=0))  # noqa: SIM115 - closed by close()

    def write(self, data: bytes) -> None:
        """Take plain bytes; raises StoreUnavailable for a full disk."""
        self._write(self._sealer.update(data))

    def finish(self) -> Blob:
        """Take the last bytes to the disk; returns what all of them are."""
        self._write(self._sealer.finish())
        return self.blob

    @property
    def blob(self) -> Blob:
        """Digest and size of the plain bytes."""
        return self._sealer.blob

    def plain(self) -> BinaryIO:
        """Open the plain bytes at their beginning; closing that stream leaves the spool open."""
        again = os.fdopen(os.dup(self.file.fileno()), "rb")
        return unsealed(again, self.key, address="", size=self.blob.size)

    def sealed(self) -> BinaryIO:
        """Give the sealed bytes at their beginning."""
        self.file.seek(0)
        return self.file

    def close(self) -> None:
        """Let the file go."""
        self.file.close()

    def _write(self, sealed: Iterator[bytes]) -> None:
        for piece in sealed:
            rest = memoryview(piece)
            with _disk():
                while rest:
                    rest = rest[self.file.write(rest) :]


@contextmanager
def spooled(source: BinaryIO, *, limit: int, name: str) -> Iterator[Spool]:
    """Give a source from its beginning as a finished spool, and leave a seekable source at its beginning.

    What was spooled already is not spooled again. Raises TooLarge once more than ``limit`` bytes came, and before any
    are read where the size is known.
    """
    size = regular_size(source)
    spool = getattr(source, "spool", None)
    if size is None and isinstance(spool, Spool):
        size = spool.blob.size
    if size is not None and size > limit:
        raise TooLarge(name=name, limit=max(1, limit // MIB))
    if isinstance(spool, Spool):
        yield spool
        return
    _rewind(source)
    spool = Spool()
    try:
        for piece in pieces(source, limit=limit, name=name):
            spool.write(piece)
        spool.finish()
        _rewind(source)
        yield spool
    finally:
        spool.close()


def _rewind(source: BinaryIO) -> None:
    with suppress(AttributeError, OSError):
        source.seek(0)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(reason=os.strerror(error.errno or 0)) from error
