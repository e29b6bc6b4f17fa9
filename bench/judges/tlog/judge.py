# SPDX-License-Identifier: EUPL-1.2
"""Go's own reader of transparency logs: does a log that we wrote hold, and do its proofs, also those in bundles?

Notes and tiles are read by the Go checksum database's packages, cosignatures and proofs by those of the Trillian
project. It is given the folders `ledger/log` among the exhibits, written by the code that keeps the log, and every
bundle of evidence that was unpacked there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FAULTS, UNABLE = 1, 69


def main(files: list[str]) -> int:
    """Judge the logs beside the files and the bundles, or the folders that are named; say what was said of each."""
    go = shutil.which("go")
    if go is None:
        print("  Go cannot run here: it is not installed")
        return UNABLE
    beside = {one for file in map(Path, files) for one in (file, file.parent, file.parent / "ledger" / "log")}
    places = sorted(one for one in beside if is_log(one))
    version = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout.strip()
    program = HERE.parents[2] / ".tools" / "judges" / "tlog" / "reader"
    built = subprocess.run(
        [go, "build", "-trimpath", "-o", str(program), "."], cwd=HERE, capture_output=True, text=True, check=False,
        env={**os.environ, "CGO_ENABLED": "0"},
    )  # fmt: skip
    if built.returncode:
        print(f"  {version} cannot run here: {built.stderr.strip()[-500:]}")
        return UNABLE
    print(f"  {version}, given {len(places)} logs and bundles")
    return max([judged(program, place) for place in places], default=FAULTS)


def is_log(place: Path) -> bool:
    """Whether a folder is a log with its proofs, or a bundle that shows one."""
    return (place / "exhibits.json").is_file() or (place / "log" / "policy").is_file()


def judged(program: Path, place: Path) -> int:
    """Let the reader judge one log or bundle."""
    print(f"    {'/'.join(place.parts[-2:])}:")
    done = subprocess.run([str(program), str(place)], capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        verdict, _, what = line.partition("\t")
        print(f"    {'sound' if verdict == 'HOLDS' else 'NOT SOUND':9}  {what}")
    if done.returncode:
        print(done.stderr.strip()[-1000:])
    return FAULTS if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
