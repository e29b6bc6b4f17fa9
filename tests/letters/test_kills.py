# SPDX-License-Identifier: EUPL-1.2
"""Twenty processes killed on a letter's way; `./run bench kills` kills five hundred."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tools.paths import ROOT

KILLS = 20


@pytest.mark.django_db(transaction=True)
def test_twenty_killed_processes_lose_and_double_nothing() -> None:
    command = [sys.executable, str(ROOT / "bench" / "kills.py"), "--count", str(KILLS)]
    run = subprocess.run(
        command, env=os.environ.copy(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith(f"{KILLS} processes killed")
    assert "\nfaults: 0" in run.stdout
