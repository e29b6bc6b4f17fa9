# SPDX-License-Identifier: EUPL-1.2
"""The secrets of one installation: made once, kept beside its data, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Passwords:
    """The database passwords: of our own server's administrator, of the owner of the tables, of the application,
    of the backup.
    """

    administrator: str
    owner: str
    app: str
    backup: str


def passwords(folder: Path) -> Passwords:
    """Return the database passwords kept in `folder`, made at the first call."""
    file = folder / "passwords.json"
    kept = json.loads(file.read_text()) if file.exists() else {}
    names = [one.name for one in fields(Passwords)]
    if missing := [name for name in names if name not in kept]:  # a role that came later gets its password here
        kept |= {name: secrets.token_urlsafe(24) for name in missing}
        write_private(file, json.dumps(kept, indent=1))
    return Passwords(**kept)


def password_file(folder: Path, role: str, password: str) -> Path:
    """Return a file that holds the password of one role ("owner", "backup") alone, as an installation is given it."""
    file = folder / f"{role}-password"
    if not file.exists() or file.read_text() != password:
        write_private(file, password)
    return file


def secret_key(folder: Path) -> Path:
    """Return the file in `folder` that holds Django's signing key, made at the first call."""
    file = folder / "secret-key"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(48))
    return file


def write_private(file: Path, text: str) -> None:
    """Write `text` to `file`, mode 0600 from its first byte; the file is whole or absent, also after a crash.

    As `mukatabat.kernel.files`, which cannot be imported before there is an environment.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as output:
            output.write(text)
            output.flush()
            os.fsync(output.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
