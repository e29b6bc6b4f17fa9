# SPDX-License-Identifier: EUPL-1.2
"""A disk that is really full: a file system of one megabyte, mounted where no privilege is needed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tools.paths import ROOT, SOURCE

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import io, os, sys
from pathlib import Path
from mukatabat.vault.errors import StoreUnavailable
from mukatabat.vault.stores.folder import FolderStore

place = Path(sys.argv[1])
store = FolderStore(place / "vault")
kept = store.put(io.BytesIO(os.urandom(300_000)))
files = sorted(place.rglob("*"))
ballast = place / "ballast"
ballast.write_bytes(bytes(400_000))
try:
    store.put(io.BytesIO(os.urandom(900_000)))
except StoreUnavailable as error:
    print(error.params["reason"])
assert sorted(place.rglob("*")) == sorted([*files, ballast]), "what did not fit left nothing behind"
assert store.verify(kept.digest) == kept, "what was there is as it was"
ballast.unlink()
late = store.put(io.BytesIO(os.urandom(600_000)))
assert store.verify(late.digest) == late
print("room again")
"""
MOUNTED = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1"'


def _may_mount() -> bool:
    unshare = shutil.which("unshare")
    return (
        bool(unshare) and not subprocess.run([str(unshare), "-rm", "true"], capture_output=True, check=False).returncode
    )


@pytest.mark.skipif(not _may_mount(), reason="this machine gives no namespace in which to mount")
def test_a_full_disk_refuses_what_does_not_fit_keeps_what_is_there_and_works_again_with_room(tmp_path: Path) -> None:
    command = ["unshare", "-rm", "sh", "-c", MOUNTED, "full", str(tmp_path), sys.executable, PROGRAM]
    env = {
        "PYTHONPATH": f"{SOURCE}:{ROOT}",
        "DJANGO_SETTINGS_MODULE": "mukatabat.web.settings",
        "PATH": "/usr/bin:/bin",
    }
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["ENOSPC", "room again", ""]
