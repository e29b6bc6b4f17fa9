# SPDX-License-Identifier: EUPL-1.2
"""`./run bench NAME…`: the measurements in bench/, each on a migrated database that outlives no run."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tools.bootstrap import DEVELOPMENT, bootstrap
from tools.checks import temporary_state
from tools.console import Stop, say
from tools.database import database_server
from tools.environment import program_environment
from tools.installation import prepare
from tools.paths import PYTHON, ROOT
from tools.processes import dies_with_parent, stop_by_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = ROOT / "bench"
ALONE = {"hosts"}
"""What brings its own servers, because it ends them."""


def bench(arguments: Sequence[str]) -> int:
    """Perform the verb: run the named measurements, or list them; words after `--` go to the measurement.

    A measurement is a program bench/NAME.py. It gets a durable PostgreSQL with our defaults, the seeded database and
    the connection strings of application and owner. Returns the first exit code that is not 0.
    """
    names, options = _split(list(arguments))
    known = sorted(file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_"))
    if unknown := [name for name in names if name not in known]:
        raise Stop(f"There is no measurement «{unknown[0]}»; there are: {', '.join(known) or 'none yet'}.", code=2)
    if not names:
        say("\n".join(f"  {name:12}{_first_sentence(name)}" for name in known) or "  There are no measurements yet.")
        return 0
    with stop_by_signals():
        bootstrap(DEVELOPMENT)
        codes = [_measure(name, options) for name in names]
    return next((code for code in codes if code), 0)


def _measure(name: str, options: Sequence[str]) -> int:
    command = [*dies_with_parent(), str(PYTHON), str(FOLDER / f"{name}.py"), *options]
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_state())
        env = program_environment(folder, "")
        if name not in ALONE:
            server = stack.enter_context(database_server(folder))
            prepare(folder, server)
            env = program_environment(folder, server.app_url(), owner_url=server.owner_url())
        return subprocess.run(command, env=env, cwd=ROOT, check=False).returncode


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    place = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:place], arguments[place + 1 :]


def _first_sentence(name: str) -> str:
    lines = (FOLDER / f"{name}.py").read_text(encoding="utf-8").splitlines()
    return next((line.strip('" ') for line in lines if line.startswith('"""')), "")
