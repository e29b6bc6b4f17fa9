# SPDX-License-Identifier: EUPL-1.2
"""DSS, the European Commission's: do seals, signatures and time-stamps hold, and are they what they claim to be?

ASiC-E with CAdES, PAdES and XAdES, in the files and in the published vectors. Needs Java 17 and Maven, which brings the
program's parts into this judge's own environment; each is compared with its SHA-256 in jars.txt before it may run.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PARTS = Path(sys.prefix) / "jars"
VECTORS = HERE.parents[2] / "tests" / "vectors"
FAULTS, UNABLE = 1, 69


def main(files: list[str]) -> int:
    """Judge the files and the vectors, and say what DSS said of each signature."""
    trouble = unable()
    if trouble:
        print(f"  DSS cannot run here: {trouble}")
        return UNABLE
    given = [
        *(Path(file) for file in files if b"/ByteRange" in Path(file).read_bytes()),
        VECTORS / "parcel" / "letter.asice",
        *sorted((VECTORS / "evidence").glob("*.xml")),
    ]
    roots = sorted({root for file in given for root in file.parent.glob("*.pem")})
    version = next(PARTS.glob("dss-validation-*.jar")).stem.rpartition("-")[2]
    print(f"  DSS {version}, given {len(given)} signed files and {len(roots)} roots")
    java = ["java", "-Xmx768m", "-cp", f"{PARTS}/*", str(HERE / "Judge.java"), *map(str, [*roots, "--", *given])]
    said = subprocess.run(java, capture_output=True, text=True, check=False)
    verdicts = [line.split("\t") for line in said.stdout.splitlines() if "\t" in line]
    for file, *words in verdicts:
        print(f"    {Path(file).name}: {', '.join(words)}")
    if said.returncode not in {0, FAULTS} or not verdicts:
        print(said.stderr.strip()[-2000:])
        return UNABLE
    return said.returncode


def unable() -> str:
    """Bring the parts in if they are not there; return what stands in the way, or nothing."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not matching():
        copy = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
        command = [*copy, f"-DoutputDirectory={PARTS}"]
        brought = subprocess.run(command, capture_output=True, text=True, check=False)
        if brought.returncode != 0:
            return f"Maven could not bring it in: {brought.stdout.strip()[-300:]}"
    return "" if matching() else "its parts are not those named in jars.txt"


def matching() -> bool:
    """Whether exactly the named parts are there, each with its digest."""
    found = {part.name: hashlib.sha256(part.read_bytes()).hexdigest() for part in PARTS.glob("*.jar")}
    named = (line.split() for line in (HERE / "jars.txt").read_text().splitlines() if not line.startswith("#"))
    return found == {name: digest for digest, name in named}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
