# SPDX-License-Identifier: EUPL-1.2
"""The JDK's own XML signatures, in secure mode: do the evidences hold, and does each signature cover the whole?

It is given the evidences among the published vectors and among the files. Who vouches for a certificate it does not
ask.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VECTORS = HERE.parents[2] / "tests" / "vectors" / "evidence"
FAULTS, UNABLE = 1, 69


def main(files: list[str]) -> int:
    """Judge the evidences and say what the JDK said of each."""
    java = shutil.which("java")
    if java is None:
        print("  The JDK cannot run here: it is not installed")
        return UNABLE
    evidence = [Path(file) for file in files if file.endswith(".xml") and Path(file).parent.name == "evidence"]
    given = [*evidence, *sorted(VECTORS.glob("*.xml"))]
    version = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr.splitlines()[0]
    print(f"  {version}, given {len(given)} evidences")
    said = subprocess.run(
        [java, str(HERE / "Judge.java"), *map(str, given)], capture_output=True, text=True, check=False
    )
    for line in said.stdout.splitlines():
        file, holds, algorithm = line.split("\t")
        word, place = "sound" if holds == "true" else "NOT SOUND", "/".join(Path(file).parts[-3:])
        print(f"    {word:9}  {place} ({algorithm.rpartition('#')[2]})")
    if said.returncode not in {0, FAULTS} or not said.stdout:
        print(said.stderr.strip()[-2000:])
        return UNABLE
    return said.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
