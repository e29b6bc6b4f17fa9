# SPDX-License-Identifier: EUPL-1.2
"""No secret where a neighbour on the same host could read it: not in the environment, not on a command line."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mukatabat.web.cli.__main__ import mukatabat as cli
from mukatabat.web.configuration import Configuration

SECRET = re.compile(r"secret|passw|passphrase|token|credential|private|key")
NAMES_ALONE = {"key_store", "token_module", "token_label"}
"""Which store and which device: what lies there opens with a PIN, which is in a file."""
URL = "postgresql://app@db.example/mukatabat"


def test_no_setting_holds_a_secret_itself() -> None:
    for name, field in Configuration.model_fields.items():
        if SECRET.search(name) and name not in NAMES_ALONE:
            assert name.endswith("_file"), name
            assert _is_path(field.annotation), name


def _is_path(annotation: object) -> bool:
    parts = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    return Path in parts and set(parts) <= {Path, type(None)}


def test_a_database_password_in_the_environment_stops_the_service() -> None:
    leaking = Configuration(development=False, database_url="postgresql://app:hunter2@db.example/mukatabat")
    with pytest.raises(RuntimeError, match="MUKATABAT_DATABASE_PASSWORD_FILE") as refusal:
        leaking.database()
    assert "hunter2" not in str(refusal.value)
    with pytest.raises(RuntimeError):
        Configuration(development=False, owner_database_url="postgresql://o:x@db.example/m").database()


def test_a_password_comes_from_its_file_or_the_systems_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "stated"
    file.write_text("from the file\n")
    assert Configuration(database_url=URL, database_password_file=file).database()["PASSWORD"] == "from the file"
    (tmp_path / "database-password").write_text("from systemd")
    (tmp_path / "secret-key").write_text("k" * 50)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    monkeypatch.delenv("MUKATABAT_SECRET_KEY_FILE", raising=False)
    given = Configuration(database_url=URL, development=False)
    assert given.database()["PASSWORD"] == "from systemd"
    assert given.secret_key == "k" * 50


def test_without_a_secret_key_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUKATABAT_SECRET_KEY_FILE", raising=False)
    with pytest.raises(RuntimeError, match="MUKATABAT_SECRET_KEY_FILE"):
        assert Configuration(development=False, secret_key_file=None).secret_key


def test_no_command_takes_a_secret_as_an_argument() -> None:
    for path, option in _options(cli, "cli"):
        names = [name.lower() for name in (option.name or "", *option.opts)]
        assert not any(re.search(r"passw|secret|passphrase", name) for name in names), (path, option.opts)


def _options(command: click.Command, path: str) -> Iterator[tuple[str, click.Parameter]]:
    for option in command.params:
        yield path, option
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _options(inner, f"{path} {name}")
