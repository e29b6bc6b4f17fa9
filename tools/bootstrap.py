# SPDX-License-Identifier: EUPL-1.2
"""Bring up the Python environment: uv into .tools, an environment in .venv, hash-locked packages into it; the editor.

Each step leaves a stamp, the hash of what it depends on, written last: an interrupted step is simply done again, and a
finished one costs a file comparison.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tools.console import Stop, quiet, step
from tools.island import build_island
from tools.paths import ENVIRONMENT, INSTALLER, PYTHON, REQUIREMENTS, ROOT, fingerprint, require_writable

if TYPE_CHECKING:
    from pathlib import Path

RUNTIME = ("runtime",)
DEMONSTRATION = ("runtime", "demo")
DEVELOPMENT = ("runtime", "demo", "dev")
UV = INSTALLER / "bin" / "uv"
UV_LOCK = ROOT / "tools" / "uv.txt"
PIP_OPTIONS = ("--quiet", "--disable-pip-version-check", "--no-warn-script-location", "--no-deps", "--require-hashes")


def bootstrap(groups: tuple[str, ...] = DEMONSTRATION) -> None:
    """Make .venv hold the packages of `groups` exactly as locked; without groups only uv is brought in.

    An environment that holds more groups than asked for is left as it is, so that demo and test do not undo each other.
    Raises Stop when pip, a lock file or a package cannot be had, or the tree is another user's and lacks something.
    """
    _install_uv()
    if not groups:
        return
    identity = fingerprint([UV_LOCK], _interpreter(), sys.version, str(ROOT))
    _make_environment(identity)
    _install_packages(groups, identity)
    build_island()


def uv_environment() -> dict[str, str]:
    """Return the environment that uv runs in: the system's certificates, and pip's index where one is set.

    Offices have their own certificate authority and their own package mirror; pip honours both, uv only when told.
    """
    env = dict(os.environ)
    env.update(UV_SYSTEM_CERTS="1", UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1", VIRTUAL_ENV=str(ENVIRONMENT))
    if "UV_DEFAULT_INDEX" not in env and (index := env.get("PIP_INDEX_URL")):
        env["UV_DEFAULT_INDEX"] = index
    return env


def _install_uv() -> None:
    stamp = INSTALLER / "stamp"
    identity = fingerprint([UV_LOCK], sys.version)
    if UV.exists() and _read(stamp) == identity:
        return
    require_writable(ROOT)
    with step("installing uv into .tools"):
        fresh = INSTALLER.with_name(".tools.new")
        shutil.rmtree(fresh, ignore_errors=True)
        quiet(
            [*_pip(), "install", *PIP_OPTIONS, "--target", fresh, "-r", UV_LOCK],
            what="Installing uv with pip",
        )
        shutil.rmtree(INSTALLER, ignore_errors=True)
        fresh.rename(INSTALLER)
        stamp.write_text(identity)


def _pip() -> list[str]:
    """Return the command that runs some pip; any will do, because it only unpacks one wheel into a folder."""
    for command in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        try:
            if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
                return command
        except OSError:
            continue
    raise Stop("pip is missing. Install it (on Debian and Ubuntu: apt install python3-pip) and run this again.", code=2)


def _interpreter() -> str:
    """Return the Python behind this process: the same one whether ./run was started by it or from the environment."""
    return os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)


def _make_environment(identity: str) -> None:
    stamp = ENVIRONMENT / "mukatabat.environment"
    if PYTHON.exists() and _read(stamp) == identity:
        return
    require_writable(ROOT)
    with step("making the environment .venv"):
        # The identity holds the tree's own path: scripts inside an environment do not survive a move.
        command = [UV, "venv", "--quiet", "--clear", "--force", "--python", _interpreter(), ENVIRONMENT]
        quiet(command, what="Making the environment", env=uv_environment())
        stamp.write_text(identity)


def _install_packages(groups: tuple[str, ...], identity: str) -> None:
    stamp = ENVIRONMENT / "mukatabat.packages"
    installed, _, locks = _read(stamp).partition(" ")
    if set(groups) <= set(installed.split("+")) and locks == _locks(tuple(installed.split("+")), identity):
        return
    # What was there before stays: the checks of a developer are not removed by a demonstration.
    wanted = tuple(group for group in DEVELOPMENT if group in {*groups, *installed.split("+")})
    for group in wanted:
        if not _lock(group).exists():
            raise Stop(f"requirements/{group}.txt is missing; `./run lock` makes it from requirements/{group}.in.")
    require_writable(ENVIRONMENT)
    with step("installing packages"):
        stamp.unlink(missing_ok=True)
        command: list[object] = [UV, "pip", "install", "--quiet", "--require-hashes", "--python", PYTHON]
        for group in wanted:
            command += ["-r", _lock(group)]
        quiet(command, what="Installing the packages", env=uv_environment())
        stamp.write_text(f"{'+'.join(wanted)} {_locks(wanted, identity)}")


def _lock(group: str) -> Path:
    return REQUIREMENTS / f"{group}.txt"


def _locks(groups: tuple[str, ...], identity: str) -> str:
    return fingerprint([_lock(group) for group in groups], identity)


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
