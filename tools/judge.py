# SPDX-License-Identifier: EUPL-1.2
"""`./run judge NAME [FILE…]`: independent programs judge what we emit, each in an environment of its own.

A judge is a folder of bench/judges/ with `judge.py` and, if it needs packages, a hash-locked `requirements.txt`. None
of them is ever a dependency of the product. It prints its version, what it was given and what it said, and ends with
0 (nothing found), 1 (found faults) or 69 (cannot run here).
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tools.bootstrap import DEVELOPMENT, UV, bootstrap, uv_environment
from tools.checks import temporary_state
from tools.console import Stop, quiet, say, step
from tools.database import database_server
from tools.environment import program_environment
from tools.installation import prepare
from tools.paths import INSTALLER, PYTHON, ROOT, SOURCE, fingerprint, state
from tools.processes import dies_with_parent, stop_by_signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = ROOT / "bench" / "judges"
ALL = "all"
UNABLE = 69  # EX_UNAVAILABLE of sysexits.h
PIECES = {".pdf", ".xml", ".asice", ".p7s", ".tst", ".tlog-proof", ".crl", ".json"}
"""What some judge understands; each takes what it knows and says how much that was."""
VERDICTS = {0: "nothing found", 1: "found faults", UNABLE: "could not run"}


def judge(arguments: Sequence[str]) -> int:
    """Perform the verb: NAME [FILE…] runs one judge over files, `all` every judge; without a name they are listed.

    Without files the judges get one of every sheet that the product prints, and the pieces of letters that were really
    sent and received, made anew. Ends with 1 if a judge found faults or broke off, with 69 if none could run; one that
    could not is named.
    """
    known = sorted(file.parent.name for file in FOLDER.glob("*/judge.py"))
    if not arguments:
        say("\n".join(f"  {name}" for name in (*known, ALL)))
        return 0
    name, *files = arguments
    if name not in (*known, ALL):
        raise Stop(f"There is no judge «{name}»; there are: {', '.join((*known, ALL))}.", code=2)
    with stop_by_signals():
        bootstrap(() if files else DEVELOPMENT)
        given = files or _exhibits()
        codes = {one: _judged(one, given) for one in (known if name == ALL else [name])}
    say("\n".join(f"  {one}: {VERDICTS.get(code, 'broke off')}" for one, code in codes.items()))
    if any(code not in {0, UNABLE} for code in codes.values()):
        return 1
    return UNABLE if UNABLE in codes.values() and 0 not in codes.values() else 0


def _judged(name: str, files: Sequence[str]) -> int:
    python = _environment(name)
    say(f"{name}:")
    command = [*dies_with_parent(), str(python), str(FOLDER / name / "judge.py"), *files]
    # What several judges need lies beside them.
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(FOLDER)}, check=False).returncode


def _exhibits() -> list[str]:
    """Print one of every sheet, and play a story on a database of its own, into the state's folder `exhibits`."""
    folder = state() / "exhibits"
    with step("printing one of every sheet"):
        env = {**uv_environment(), "PYTHONPATH": str(SOURCE)}
        quiet([PYTHON, FOLDER / "exhibits.py", folder], what="Printing the exhibits", env=env)
    with step("playing a story"), temporary_state() as place, database_server(place) as server:
        prepare(place, server)
        env = program_environment(place, server.app_url(), owner_url=server.owner_url())
        env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "bench"), str(ROOT), str(SOURCE)])
        quiet([PYTHON, FOLDER / "story.py", folder / "story"], what="Playing the story", env=env)
    found = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix in PIECES)
    return [str(file) for file in found if not {"authority", "story-witnesses"} & set(file.parts)]


def _environment(name: str) -> Path:
    """Return the Python of the judge's own environment, made anew when its lock changed."""
    folder = INSTALLER / "judges" / name
    lock = FOLDER / name / "requirements.txt"
    stamp = folder / "stamp"
    identity = fingerprint([lock], sys.version, str(ROOT))
    python = folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != identity:
        with step(f"making the environment of the judge {name}"):
            env = uv_environment()
            quiet([UV, "venv", "--quiet", "--clear", "--force", "--python", sys.executable, folder], what=name, env=env)
            if lock.exists():
                install = [UV, "pip", "install", "--quiet", "--require-hashes", "--python", python, "-r", lock]
                quiet(install, what=f"Installing the judge {name}", env=env)
            stamp.write_text(identity)
    return python
