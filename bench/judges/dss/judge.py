# SPDX-License-Identifier: EUPL-1.2
"""DSS, the European Commission's: do seals, signatures and time-stamps hold, and are they what they claim to be?

ASiC-E with CAdES, CAdES, PAdES, XAdES and time-stamps, in the files and in the published vectors. Needs Java 17 and
Maven, which brings the program's parts into this judge's own environment; each is compared with its SHA-256 in jars.txt
before it may run.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jars import FAULTS, PARTS, UNABLE, unable

HERE = Path(__file__).parent
VECTORS = HERE.parents[2] / "tests" / "vectors"


def main(files: list[str]) -> int:
    """Judge the files and the vectors, and say what DSS said of each signature."""
    trouble = unable(HERE)
    if trouble:
        print(f"  DSS cannot run here: {trouble}")
        return UNABLE
    given = [*(Path(file) for file in files if signed(Path(file))), VECTORS / "parcel" / "letter.asice"]
    given += sorted((VECTORS / "evidence").glob("*.xml"))
    roots = sorted({root for file in given for place in file.parents[:2] for root in place.glob("*.pem")})
    version = next(PARTS.glob("dss-validation-*.jar")).stem.rpartition("-")[2]
    print(f"  DSS {version}, given {len(given)} signed files and {len(roots)} roots")
    java = ["java", "-Xmx768m", "-cp", f"{PARTS}/*", str(HERE / "Judge.java"), *map(str, [*roots, "--", *given])]
    said = subprocess.run(java, capture_output=True, text=True, check=False)
    verdicts = [line.split("\t") for line in said.stdout.splitlines() if "\t" in line]
    for file, *words in verdicts:
        print(f"    {'/'.join(Path(file).parts[-3:])}: {', '.join(words)}")
    if said.returncode not in {0, FAULTS} or not verdicts:
        print(said.stderr.strip()[-2000:])
        return UNABLE
    return said.returncode


def signed(file: Path) -> bool:
    """Whether a file is one that DSS knows: a signed PDF, a container, an evidence, a seal, a time-stamp."""
    if file.suffix == ".pdf":
        return b"/ByteRange" in file.read_bytes()
    return file.suffix in {".asice", ".p7s", ".tst"} or (file.suffix == ".xml" and file.parent.name == "evidence")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
