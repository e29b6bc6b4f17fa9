# SPDX-License-Identifier: EUPL-1.2
"""Roles and databases, made with an administrative connection. Runs inside .venv, because it needs psycopg.

As a program: `python -m tools.provision DATABASE`, with MUKATABAT_ADMIN_DATABASE_URL, MUKATABAT_OWNER_PASSWORD,
MUKATABAT_APP_PASSWORD and MUKATABAT_BACKUP_PASSWORD in the environment, so that no secret shows in a process list.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).resolve().parent
OWNER = "mukatabat_owner"
ROLES = ("owner", "app", "backup")


def provision(administrator: str, database: str, *, passwords: Mapping[str, str]) -> None:
    """Make the roles and an empty `database` of the owner's, or bring both up to date; safe to repeat.

    `administrator` is a libpq connection string of a role that may create roles and databases; `passwords` has one for
    each of ROLES.
    """
    with psycopg.connect(administrator, autocommit=True) as connection:
        # One at a time per server: two installations may share it.
        connection.execute("SELECT pg_advisory_lock(hashtext('mukatabat roles'))")
        for role in ROLES:
            connection.execute("SELECT set_config(%s, %s, false)", [f"mukatabat.{role}_password", passwords[role]])
        connection.execute((FOLDER / "roles.sql").read_bytes())
        if not exists(connection, database):
            _create(connection, database)
    with psycopg.connect(administrator, dbname=database, autocommit=True) as connection:
        name = sql.Identifier(database).as_string(connection)
        connection.execute((FOLDER / "schema.sql").read_text().replace(":database", name).encode())


def clone(administrator: str, template: str, database: str) -> None:
    """Make `database` an exact copy of `template`, replacing one of that name and ending its connections."""
    with psycopg.connect(administrator, autocommit=True) as connection:
        drop(administrator, database, connection=connection)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                sql.Identifier(database), sql.Identifier(template), sql.Identifier(OWNER)
            )
        )
        # Privileges of the database itself are not copied; those of everything inside it are.
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO mukatabat_app, mukatabat_backup").format(sql.Identifier(database))
        )


def drop(administrator: str, database: str, *, connection: psycopg.Connection | None = None) -> None:
    """Drop `database` if it is there, ending its connections."""
    if connection is None:
        with psycopg.connect(administrator, autocommit=True) as own:
            drop(administrator, database, connection=own)
        return
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def exists(connection: psycopg.Connection, database: str) -> bool:
    """Whether the server has a database of that name."""
    return connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def trigrams(administrator: str, word: str) -> list[str]:
    """Return the trigrams that this server sees in `word`; none for Arabic means a locale that search cannot live with.

    The extension is made in a transaction that is rolled back.
    """
    with psycopg.connect(administrator) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        row = connection.execute("SELECT show_trgm(%s)", [word]).fetchone()
        connection.rollback()
    return list(row[0]) if row else []


def _create(connection: psycopg.Connection, database: str) -> None:
    locale = "LOCALE 'C.UTF-8'"
    if connection.info.server_version >= 170000:
        locale += " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + locale).format(
            sql.Identifier(database), sql.Identifier(OWNER)
        )
    )


def main(arguments: list[str]) -> int:
    """Provision the database named in `arguments`, or with `--trigrams WORD` print what the server makes of a word."""
    administrator = os.environ["MUKATABAT_ADMIN_DATABASE_URL"]
    if arguments[:1] == ["--trigrams"]:
        print(len(trigrams(administrator, arguments[1])))
        return 0
    passwords = {role: os.environ[f"MUKATABAT_{role.upper()}_PASSWORD"] for role in ROLES}
    provision(administrator, arguments[0], passwords=passwords)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
