# SPDX-License-Identifier: EUPL-1.2
"""Files that several processes may create at once: the first one wins and all read the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mukatabat.kernel.files import written_beside


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
    with written_beside(path, make()) as passing, suppress(FileExistsError):
        os.link(passing, path)
    return path.read_bytes()
