# SPDX-License-Identifier: EUPL-1.2
"""Where things lie: the tree, what is installed beside it, and the state of this installation."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
REQUIREMENTS = ROOT / "requirements"
INSTALLER = ROOT / ".tools"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


def state() -> Path:
    """Return the folder of this installation's state, ./var unless MUKATABAT_VAR names another; made, mode 0700."""
    folder = Path(os.environ.get("MUKATABAT_VAR") or ROOT / "var").absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def fingerprint(files: Iterable[Path], *extra: str) -> str:
    """Return one hash over names and contents of `files` and over `extra`; missing files count as empty."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for file in sorted(set(files)):
        digest.update(b"\0" + os.fsencode(os.path.relpath(file, ROOT)) + b"\0")
        if file.is_file():
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
