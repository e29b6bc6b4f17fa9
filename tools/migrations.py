# SPDX-License-Identifier: EUPL-1.2
"""Migrations under way: squawk reads the SQL of all that came after the first release. Runs inside .venv.

Those of the first release (`first_release.txt`) only ever meet an empty database. Every other one runs under an
installation in use, so it may neither hold a table for long nor break what the former release still asks.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.migrations import Migration
    from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ROOT / "src" / "mukatabat"
FIRST_RELEASE = Path(__file__).with_name("first_release.txt")
SQUAWK = Path(sys.executable).with_name("squawk")
OLDEST_POSTGRESQL = "15.0"

# Rules about taste, or met elsewhere: Django chooses the types, its own record keeps a migration from being done twice,
# the owner's connection waits five seconds for a lock, and a constraint that goes refuses the former release nothing.
NOT_ASKED = (
    "ban-drop-constraint",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "require-lock-timeout",
    "require-statement-timeout",
)

Name: TypeAlias = tuple[str, str]


def unreleased() -> list[Name]:
    """Return app and name of every migration of the tree that the first release did not have, in order of names."""
    lines = FIRST_RELEASE.read_text(encoding="utf-8").splitlines()
    known = {line for line in lines if line and not line.startswith("#")}
    found = sorted(PRODUCT.glob("*/migrations/[0-9]*.py"))
    return [(one.parent.parent.name, one.stem) for one in found if f"{one.parent.parent.name}.{one.stem}" not in known]


def complaints(names: Sequence[Name]) -> list[str]:
    """Return what squawk says of these migrations, one text for each that it refuses; their apps must be installed.

    The connection is the owner's, to an empty database: nothing that is read here is done, except where Django has to
    look a constraint's name up; then the tables before that migration are made first.
    """
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, replace_migrations=False)
    said = []
    for name in names:
        migration = loader.graph.nodes[name]
        if found := squawked(_sql(loader, migration), in_transaction=migration.atomic):
            said.append(f"{name[0]}.{name[1]}\n{found}")
    return said


def squawked(sql: str, *, in_transaction: bool) -> str:
    """Return squawk's findings in `sql`, empty when it has none; what one transaction holds, it holds to its end."""
    command: list[str | Path] = [SQUAWK, "--pg-version", OLDEST_POSTGRESQL, "--exclude", ",".join(NOT_ASKED)]
    command += ["--reporter", "gcc", "--stdin-filepath", "migration.sql"]
    command += ["--assume-in-transaction"] if in_transaction else ["--no-assume-in-transaction"]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def _sql(loader: MigrationLoader, migration: Migration) -> str:
    """Return what `sqlmigrate` prints, without the transaction around it."""
    plan = [(migration, False)]
    try:
        return "\n".join(loader.collect_sql(plan))
    except ValueError:
        from django.db.migrations.executor import MigrationExecutor

        MigrationExecutor(loader.connection).migrate(list(migration.dependencies))
        return "\n".join(loader.collect_sql(plan))


def main() -> int:
    """Print what squawk refuses and return 1, else 0; without a migration to read, nothing is loaded."""
    names = unreleased()
    if not names:
        return 0
    import django

    django.setup()
    said = complaints(names)
    if said:
        print("\n\n".join(said))
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
