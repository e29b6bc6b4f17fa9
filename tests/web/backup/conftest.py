# SPDX-License-Identifier: EUPL-1.2
"""An installation with the password files of its roles, and an empty one beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

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


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An empty, provisioned database beside the one under test."""
    from tools.provision import drop

    name = f"restored_{uuid4().hex[:12]}"
    server = test_database().server
    server.provision(name)
    yield name
    drop(server.administrator, name)
