# SPDX-License-Identifier: EUPL-1.2
"""`./run check`: everything that reads the code and runs none of its use cases; `./run fmt` formats."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tools.bootstrap import DEVELOPMENT, bootstrap
from tools.console import Stop, last_lines, say
from tools.database import database_server
from tools.environment import program_environment
from tools.installation import PRODUCT, compile_translations
from tools.paths import ENVIRONMENT, PYTHON, ROOT
from tools.processes import stop_by_signals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

BIN = ENVIRONMENT / "bin"


@dataclass
class Tally:
    """How many checks and tests passed, failed and were skipped; which ones passed only when run once more."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    unsteady: tuple[str, ...] = ()

    def add(self, other: Tally) -> None:
        """Count `other` too."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.unsteady += other.unsteady

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def check(arguments: Sequence[str]) -> int:
    """Perform the verb: run every check, print what each found; returns 1 when one failed."""
    if arguments:
        raise Stop("./run check takes no arguments.", code=2)
    with stop_by_signals():
        bootstrap(DEVELOPMENT)
        with temporary_state() as folder:
            tally = run_checks(folder)
    say(str(tally))
    return 1 if tally.failed else 0


def fmt(arguments: Sequence[str]) -> int:
    """Perform the verb: sort imports and format; further arguments are files, without them the whole tree."""
    bootstrap(DEVELOPMENT)
    files = list(arguments) or [str(ROOT)]
    ruff = str(BIN / "ruff")
    subprocess.run([ruff, "check", "--quiet", "--select", "I", "--fix", *files], cwd=ROOT, check=False)
    return subprocess.run([ruff, "format", *files], cwd=ROOT, check=False).returncode


def run_checks(folder: Path) -> Tally:
    """Run every check, each line saying what it was and how it ended; `folder` is state to be thrown away."""
    compile_translations()
    tally = Tally()
    with database_server(folder, throwaway=True) as server:
        server.provision()
        env = program_environment(folder, server.app_url(), owner_url=server.owner_url())
        for name, command in _commands():
            tally.add(report(name, command, env=env))
    return tally


def report(name: str, command: Sequence[object], *, env: Mapping[str, str]) -> Tally:
    """Run one check quietly; print its whole output only when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    seconds = time.monotonic() - began
    say(f"  {'FAILED' if done.returncode else 'passed'}  {name} ({seconds:.1f} s)")
    if done.returncode:
        say(last_lines(done.stdout, 200))
        return Tally(failed=1)
    return Tally(passed=1)


@contextmanager
def temporary_state() -> Iterator[Path]:
    """Give a folder for state that nobody keeps; its path is short, because sockets and logs lie under it."""
    with TemporaryDirectory(prefix="mukatabat-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _commands() -> list[tuple[str, list[object]]]:
    return [
        ("lint", [BIN / "ruff", "check", "--quiet", "--output-format", "concise", "."]),
        ("format", [BIN / "ruff", "format", "--check", "--output-format", "concise", "."]),
        ("style", [PYTHON, "-m", "tools.style"]),
        ("import contracts", [BIN / "lint-imports", "--no-cache", "--no-logo"]),
        ("types", [BIN / "mypy"]),
        ("migrations", [PYTHON, "-m", PRODUCT, "makemigrations", "--check", "--dry-run"]),
        ("migrations under way", [PYTHON, "-m", "tools.migrations"]),
        ("translations", [PYTHON, "-m", "tools.translations", "check"]),
    ]
