# SPDX-License-Identifier: EUPL-1.2
"""veraPDF: are the files what they claim, PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1)?

Needs Java 17 and Maven, which brings the program's parts into this judge's own environment; each is compared with its
SHA-256 in jars.txt before it may run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jars import FAULTS, PARTS, UNABLE, unable

HERE = Path(__file__).parent


def main(files: list[str]) -> int:
    """Judge the files and say what veraPDF said of each."""
    files = [file for file in files if file.endswith(".pdf")]
    trouble = unable(HERE)
    if trouble:
        print(f"  veraPDF cannot run here: {trouble}")
        return UNABLE
    path = ":".join(str(part) for part in sorted(PARTS.glob("*.jar")))
    print(f"  veraPDF {version()}, given {len(files)} files, each asked for PDF/A-3a and PDF/UA-1")
    java = ["java", "-Xmx768m", "-cp", path, str(HERE / "Judge.java"), *files]
    said = subprocess.run(java, capture_output=True, text=True, check=False)
    verdicts = [line.split("\t") for line in said.stdout.splitlines()]
    for verdict in verdicts:
        if verdict[0]:
            file, claim, sound, checks = verdict
            word = "sound" if sound == "true" else "NOT SOUND"
            print(f"    {word:9}  {claim:3}  {'/'.join(Path(file).parts[-2:])} ({checks} checks)")
        else:
            print(f"               {verdict[1]}")
    if said.returncode not in {0, FAULTS} or not verdicts:
        print(said.stderr.strip())
        return UNABLE
    return said.returncode


def version() -> str:
    """The version that the environment holds."""
    return next(part.stem.rpartition("-")[2] for part in PARTS.glob("validation-model-*.jar"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
