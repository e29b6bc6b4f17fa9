# SPDX-License-Identifier: EUPL-1.2
"""One installation made ready: database migrated, people and bodies seeded, static files collected.

What is ready is remembered by a hash over the source tree, so that a second start goes straight to serving.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tools.console import quiet, step
from tools.database import NAME, Server
from tools.environment import program_environment
from tools.paths import PYTHON, REQUIREMENTS, ROOT, SOURCE, fingerprint, require_writable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PRODUCT = "mukatabat"
DEMONSTRATION = "mukatabat.web.demo"


def prepare(folder: Path, server: Server, *, database: str = NAME, seed: bool = True) -> None:
    """Bring `database` up to the source tree, and seed it; skipped when nothing changed since the last time."""
    stamp = folder / f"prepared-{database}{_suffix(server)}"
    identity = fingerprint(_sources(), database, server.administrator, str(seed))
    if stamp.exists() and stamp.read_text() == identity:
        return
    stamp.unlink(missing_ok=True)
    with step("preparing the database"):
        server.provision(database)
        compile_translations()
        run_as_owner(folder, server, ["-m", PRODUCT, "migrate", "--noinput", "--verbosity", "0"], database=database)
    if seed:
        with step("seeding bodies and people"):
            run_as_owner(folder, server, ["-m", DEMONSTRATION, "seed"], database=database)
    with step("collecting static files"):
        collect = ["-m", PRODUCT, "collectstatic", "--noinput", "--verbosity", "0"]
        env = program_environment(folder, server.app_url(database))
        quiet([PYTHON, *collect], what="Collecting the static files", env=env)
    stamp.write_text(identity)


def run_as_owner(folder: Path, server: Server, arguments: Sequence[str], *, database: str = NAME) -> None:
    """Run a program of the product that may change tables; raises Stop with its last lines when it fails."""
    env = program_environment(folder, server.app_url(database), owner_url=server.owner_url(database))
    quiet([PYTHON, *arguments], what=" ".join(arguments[1:3]), env=env)


def compile_translations() -> None:
    """Compile the .po files of the tree whose .mo is older; needs no gettext programs."""
    stale = [po for po in SOURCE.rglob("*.po") if _time(po.with_suffix(".mo")) < _time(po)]
    if stale:
        for po in stale:
            require_writable(po.parent)
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        quiet([PYTHON, "-m", "tools.translations", "compile", *stale], what="Compiling the translations", env=env)


def _sources() -> list[Path]:
    kinds = {".py", ".sql", ".csv", ".toml", ".typ", ".json", ".po", ".css", ".js", ".html", ".svg", ".woff2"}
    return [*(file for file in SOURCE.rglob("*") if file.suffix in kinds), REQUIREMENTS / "runtime.txt"]


def _suffix(server: Server) -> str:
    return f"-{server.cluster.home.name}" if server.cluster else ""


def _time(file: Path) -> float:
    return file.stat().st_mtime if file.exists() else 0.0
