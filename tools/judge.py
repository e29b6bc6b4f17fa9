# SPDX-License-Identifier: EUPL-1.2
"""`./run judge NAME…`: independent programs judge what we emit, each in an environment of its own.

A judge is a folder of bench/judges/ with `judge.py` and, if it needs packages, a hash-locked `requirements.txt`. None
of them is ever a dependency of the product.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tools.bootstrap import UV, bootstrap, uv_environment
from tools.console import Stop, quiet, say, step
from tools.paths import INSTALLER, ROOT, fingerprint
from tools.processes import dies_with_parent, stop_by_signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = ROOT / "bench" / "judges"


def judge(arguments: Sequence[str]) -> int:
    """Perform the verb: NAME [FILE…] runs one judge over files, without arguments the judges are listed."""
    known = sorted(file.parent.name for file in FOLDER.glob("*/judge.py"))
    if not arguments:
        say("\n".join(f"  {name}" for name in known) or "  There are no judges yet.")
        return 0
    name, *files = arguments
    if name not in known:
        raise Stop(f"There is no judge «{name}»; there are: {', '.join(known) or 'none yet'}.", code=2)
    with stop_by_signals():
        bootstrap(())
        python = _environment(name)
        command = [*dies_with_parent(), str(python), str(FOLDER / name / "judge.py"), *files]
        return subprocess.run(command, check=False).returncode


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
