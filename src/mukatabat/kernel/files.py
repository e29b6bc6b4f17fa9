# SPDX-License-Identifier: EUPL-1.2
"""Files that nobody but their owner reads, from their first byte on, and that are whole or absent."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FRESH: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


def write_private(path: Path, data: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all, also after a power cut.

    What stands under that name is replaced: a link that somebody laid there is not followed, and a file that somebody
    holds open is not written to. Raises OSError.
    """
    with written_beside(path, data) as passing:
        passing.replace(path)
    sync(path.parent)


@contextmanager
def written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """Write a private file beside ``path``, durably, for the block to move to its place; else it goes with the block.

    Its name cannot be known beforehand, and it must be new: in a folder where others write too, nobody can have made
    it before, with another mode, or as a link to elsewhere. Raises OSError.
    """
    passing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(passing, _FRESH, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield passing
    finally:
        passing.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
