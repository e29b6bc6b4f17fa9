# SPDX-License-Identifier: EUPL-1.2
"""Files that several processes may create at once: the first one wins and all read the same."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def private_folder(path: Path) -> Path:
    """Make sure of a folder that only its owner may enter, and give it back."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def first_wins(path: Path, make: Callable[[], bytes]) -> bytes:
    """Give the content of a file, making it when it is missing.

    The content is written under a passing name, synced, and linked to its own name, which fails when another
    process was first; then that one's content is returned. A crash leaves either the whole file or none.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    passing = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        os.link(passing, path)
    except FileExistsError:
        pass
    finally:
        passing.unlink(missing_ok=True)
    return path.read_bytes()
