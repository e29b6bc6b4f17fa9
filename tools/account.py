# SPDX-License-Identifier: EUPL-1.2
"""Under which account PostgreSQL runs, because it refuses root.

A normal user runs it as himself. Root runs it in a user namespace where he looks like user 1000: files stay root's, no
account is made and no permission changes. Where such namespaces are forbidden, it runs as `nobody`, on a folder that
nobody owns.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.console import Stop

NAMESPACE = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")


@dataclass(frozen=True)
class Account:
    """How to become the account (`prefix` of a command) and whose the files are (`uid`, `gid` as root sees them)."""

    prefix: tuple[str, ...]
    uid: int
    gid: int
    foreign: bool = False

    def place(self, folder: Path) -> Path:
        """Return where the state that belongs in `folder` may lie: elsewhere when the account is foreign there."""
        if not self.foreign:
            return folder
        return Path("/var/tmp") / f"mukatabat-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"  # noqa: S108

    def make_folder(self, folder: Path) -> None:
        """Make `folder` private to the account."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.own(folder)

    def own(self, path: Path) -> None:
        """Give `path` to the account."""
        if self.foreign:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def programs(self, folder: Path) -> Path:
        """Return a folder of the same programs that the account can reach, copied when the tree is closed to it."""
        if not self.foreign or _runs([*self.prefix, "test", "-x", str(folder / "postgres")]):
            return folder
        package = folder.parent.parent
        copy = Path("/var/tmp") / f"mukatabat-programs-{hashlib.sha256(os.fsencode(package)).hexdigest()[:12]}"  # noqa: S108
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir(mode=0o755)
            # The shared libraries lie beside the package and are found by relative path.
            for source in (package, package.with_name(package.name + ".libs")):
                shutil.copytree(source, copy / source.name, symlinks=True)
            (copy / "complete").touch()
        return copy / package.name / folder.relative_to(package)


@functools.cache
def choose_account() -> Account:
    """Return the account for this process; raises Stop when root can neither use a namespace nor become nobody."""
    if os.geteuid():
        return Account((), os.geteuid(), os.getegid())
    if _runs([*NAMESPACE, "true"]):
        return Account(NAMESPACE, 0, 0)
    return nobody()


def nobody() -> Account:
    """Return the account of `nobody`, the choice where user namespaces are forbidden."""
    entry = pwd.getpwnam("nobody")
    change = ("setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups", "--")
    if not _runs([*change, "true"]):
        raise Stop(
            "As root, PostgreSQL needs `unshare` or `setpriv` of util-linux; install it or run as a normal user."
        )
    return Account(change, entry.pw_uid, entry.pw_gid, foreign=True)


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
