# SPDX-License-Identifier: EUPL-1.2
"""What a court is handed: one file that runs alone."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.console import Stop
from tools.verifier import verifier, write

VECTORS = Path(__file__).parents[1] / "vectors" / "parcel"


def test_the_file_checks_a_parcel_where_it_lies_and_is_always_the_same(tmp_path: Path) -> None:
    wheel = write(tmp_path)
    first = wheel.read_bytes()
    assert write(tmp_path).read_bytes() == first
    arguments = [str(VECTORS / "letter.asice"), "--trust", str(VECTORS), "--at", "2026-11-25"]
    command = [sys.executable, "-m", "mukatabat_verify", *arguments]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(wheel)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✓ 14" in done.stdout


def test_the_file_is_a_wheel_that_names_what_it_needs(tmp_path: Path) -> None:
    with zipfile.ZipFile(write(tmp_path)) as wheel:
        (information,) = {name.partition("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
        metadata = wheel.read(f"{information}/METADATA").decode()
        record = wheel.read(f"{information}/RECORD").decode()
        assert {line.partition(",")[0] for line in record.splitlines()} == set(wheel.namelist())
    assert "Requires-Dist: cryptography>=" in metadata
    assert "django" not in metadata.lower()


def test_the_verb_wants_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier([str(tmp_path)]) == 0
    assert "sha256 " in capsys.readouterr().out
    for wrong in ([], [str(tmp_path / "nothing")]):
        with pytest.raises(Stop):
            verifier(wrong)
