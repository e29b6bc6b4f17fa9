# SPDX-License-Identifier: EUPL-1.2
"""The letter editor: its packages by npm as locked, one bundle by esbuild into the product's static files.

It is an addition: where there is no node, or no line to fetch packages the first time, the compose page keeps its plain
text area and the launcher says so. What is already built is not built again, so a second start needs no network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tools.console import Stop, last_lines, quiet, say, step
from tools.paths import ROOT, SOURCE, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

EDITOR = ROOT / "editor"
MODULES = EDITOR / "node_modules"
BUNDLE = SOURCE / "mukatabat" / "web" / "static" / "built" / "editor.js"
BUILT = MODULES / ".mukatabat-built"
LOCK = EDITOR / "package-lock.json"
OLDEST_NODE = 18
NOTE = "  note: the letter editor is not built ({reason}); letters are written in a plain text area."


def build_island() -> None:
    """Make the bundle what the sources in editor/ say; never raises Stop, because every page works without it."""
    if is_current():
        return
    missing = _missing()
    if missing:
        _leave_out(missing)
        return
    try:
        _install()
        with step("building the letter editor"):
            BUNDLE.parent.mkdir(exist_ok=True)
            quiet(["node", EDITOR / "build.js"], what="Building the letter editor")
        BUILT.write_text(_identity())
    except (Stop, OSError) as reason:
        _leave_out(f"it failed:\n{last_lines(str(reason), 6)}\n ")


def is_current() -> bool:
    """Whether the bundle that lies in the static files was built from the sources as they are."""
    return BUNDLE.exists() and _read(BUILT) == _identity()


def _install() -> None:
    """Bring the locked packages in, without running any script of theirs."""
    installed = MODULES / ".mukatabat-lock"
    lock = fingerprint([LOCK])
    if _read(installed) == lock:
        return
    with step("installing the letter editor's packages"):
        # npm settings of the folder say the rest: no scripts, no audit, no addresses in the lock file.
        command = ["npm", "ci", "--prefix", EDITOR, "--prefer-offline", "--loglevel=error"]
        quiet(command, what="Installing the letter editor's packages", env=_environment())
        installed.write_text(lock)


def _environment() -> dict[str, str]:
    """Return the terminal's environment without what would make npm leave out packages or speak of itself."""
    return {name: value for name, value in os.environ.items() if name not in {"NODE_ENV", "NODE_OPTIONS"}}


def _missing() -> str:
    """Say what keeps the editor from being built here, or nothing."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "node and npm are missing"
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    version = done.stdout.strip().lstrip("v").partition(".")[0]
    if done.returncode or not version.isdecimal() or int(version) < OLDEST_NODE:
        return f"node {OLDEST_NODE} or newer is needed, this is {done.stdout.strip() or 'unknown'}"
    return ""


def _leave_out(reason: str) -> None:
    """Say why there is no editor; one of other sources would speak another language than this server."""
    BUNDLE.unlink(missing_ok=True)
    say(NOTE.format(reason=reason))


def _identity() -> str:
    """One hash over all that the bundle is made from."""
    return fingerprint([LOCK, EDITOR / "package.json", EDITOR / "build.js", *(EDITOR / "src").glob("*.js")])


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
