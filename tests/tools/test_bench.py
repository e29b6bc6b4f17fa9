# SPDX-License-Identifier: EUPL-1.2
"""A measurement runs from its filling to its last line, however few letters: what nobody runs falls out of date."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
def test_the_lists_are_measured_over_a_database_that_was_filled_by_sql() -> None:
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("MUKATABAT_", "DATABASE_", "DJANGO_"))
    }
    command = [ROOT / "run", "bench", "lists", "--", "--letters", "400", "--requests", "2"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "400 letters over 72 bodies" in done.stdout
    assert "adviser: one letter" in done.stdout
