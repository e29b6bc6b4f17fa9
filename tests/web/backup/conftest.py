# SPDX-License-Identifier: EUPL-1.2
"""An installation with the password files of its roles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.database import test_database


@pytest.fixture(autouse=True)
def passwords(settings: Any, tmp_path: Path) -> None:
    """The files that an installation gives: one password each."""
    of = test_database().server.passwords
    for role in ("owner", "backup"):
        file = tmp_path / f"{role}-password"
        file.write_text(getattr(of, role))
        setattr(settings, f"MUKATABAT_{role.upper()}_PASSWORD_FILE", file)
