# SPDX-License-Identifier: EUPL-1.2
"""The parts of a judge written in Java: Maven brings them into the judge's own environment, each is compared."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

PARTS = Path(sys.prefix) / "jars"
FAULTS, UNABLE = 1, 69


def unable(judge: Path) -> str:
    """Bring the parts of a judge (its folder) in if they are not there; return what stands in the way, or nothing."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not _matching(judge):
        copy = ["mvn", "-q", "-B", "-f", str(judge / "pom.xml"), "dependency:copy-dependencies"]
        command = [*copy, f"-DoutputDirectory={PARTS}"]
        brought = subprocess.run(command, capture_output=True, text=True, check=False)
        if brought.returncode != 0:
            return f"Maven could not bring it in: {brought.stdout.strip()[-300:]}"
    return "" if _matching(judge) else "its parts are not those named in jars.txt"


def _matching(judge: Path) -> bool:
    """Whether exactly the named parts are there, each with its digest."""
    found = {part.name: hashlib.sha256(part.read_bytes()).hexdigest() for part in PARTS.glob("*.jar")}
    named = (line.split() for line in (judge / "jars.txt").read_text().splitlines() if not line.startswith("#"))
    return found == {name: digest for digest, name in named}
