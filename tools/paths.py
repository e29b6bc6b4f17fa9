# SPDX-License-Identifier: EUPL-1.2
"""Where things lie: the tree, what is installed beside it, and the state of this installation."""

from __future__ import annotations

import errno
import hashlib
import os
import pwd
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tools.console import Stop

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
REQUIREMENTS = ROOT / "requirements"
INSTALLER = ROOT / ".tools"
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
"""How the system says that this user may not write somewhere."""


def state() -> Path:
    """Return the folder of this installation's state, ./var unless MUKATABAT_VAR names another; made, mode 0700.

    Raises Stop where this user may not make it, or not write in it.
    """
    folder = _state()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise (closed(folder) if error.errno in CLOSED else Stop(f"{folder}: {error.strerror}", code=2)) from error
    require_writable(folder)
    return folder


def _state() -> Path:
    return Path(os.environ.get("MUKATABAT_VAR") or ROOT / "var").absolute()


def require_writable(folder: Path) -> None:
    """Raise Stop where this user may not write in a folder, before anything is begun there."""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise closed(folder)


def closed(place: Path, *, begun: bool = False) -> Stop:
    """Say of a place where this user may not write what happened, what is safe and what to do.

    ``begun``: something was done before it was met, which every verb goes on from.
    """
    verb = shlex.join(["./run", *sys.argv[1:]])
    if place.is_relative_to(_state()):
        arabic, english = "سمِّ للحالة مجلدًا لك وأعد الأمر:", "Name a folder of your own for the state, and run it again:"
        do = f'MUKATABAT_VAR="$HOME/mukatabat-var" {verb}'
    else:
        arabic, english = (
            "انسخ الشجرة إلى مجلد لك وأعد الأمر هناك:",
            "Copy the tree into a folder of yours, and run it there:",
        )
        do = f'cp -r {shlex.quote(str(ROOT))} "$HOME/mukatabat" && cd "$HOME/mukatabat" && {verb}'
    safe = (
        ("ما أُنجز قبل ذلك باقٍ كما هو.", "What was done before stays as it is.")
        if begun
        else ("لم يُبدأ شيء ولم يتغيّر شيء.", "Nothing was begun, and nothing was changed.")
    )
    return Stop(
        f"لا يُسمح لهذا المستخدم بالكتابة هنا. {safe[0]}\n"
        f"This user may not write here. {safe[1]}\n\n    {place} ({_owner(place)})\n\n{arabic}\n{english}\n\n    {do}",
        code=2,
    )


def _owner(place: Path) -> str:
    """Name the user whose place it is, or whose the folder is in which it would be made."""
    for one in (place, *place.parents):
        try:
            number = one.stat().st_uid
        except OSError:
            continue
        try:
            return pwd.getpwuid(number).pw_name
        except KeyError:
            return str(number)
    return "?"


def fingerprint(files: Iterable[Path], *extra: str) -> str:
    """Return one hash over names and contents of `files` and over `extra`; missing files count as empty."""
    digest = hashlib.sha256("\0".join(extra).encode())
    for file in sorted(set(files)):
        digest.update(b"\0" + os.fsencode(os.path.relpath(file, ROOT)) + b"\0")
        if file.is_file():
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
