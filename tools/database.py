# SPDX-License-Identifier: EUPL-1.2
"""The database of an installation: our own PostgreSQL, or the one that DATABASE_URL administers."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from tools.console import Stop, quiet
from tools.keys import Passwords, passwords
from tools.paths import PYTHON, ROOT
from tools.postgres import AlreadyRunning, Cluster, find_binaries

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OWNER = "mukatabat_owner"
APP = "mukatabat_app"
NAME = "mukatabat"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that answers, how to administer it, and the passwords of our roles on it.

    `cluster` is ours to watch and stop; None for a server that somebody else runs.
    """

    administrator: str
    passwords: Passwords
    cluster: Cluster | None = None

    def owner_url(self, database: str = NAME) -> str:
        """Return the connection string of the role that changes tables."""
        return with_role(self.administrator, OWNER, self.passwords.owner, database)

    def app_url(self, database: str = NAME) -> str:
        """Return the connection string of the role that the program and the tests run as."""
        return with_role(self.administrator, APP, self.passwords.app, database)

    def provision(self, database: str = NAME) -> None:
        """Make roles and database, or bring them up to date; runs in the environment's Python."""
        env = self._administrative_environment()
        quiet([PYTHON, "-m", "tools.provision", database], what="Preparing the database roles", env=env)

    def sees_arabic(self) -> bool:
        """Whether trigram search on this server sees Arabic letters at all."""
        command = [PYTHON, "-m", "tools.provision", "--trigrams", "سلام"]
        return int(quiet(command, what="Asking PostgreSQL about Arabic", env=self._administrative_environment())) > 0

    def _administrative_environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "MUKATABAT_ADMIN_DATABASE_URL": self.administrator,
            "MUKATABAT_OWNER_PASSWORD": self.passwords.owner,
            "MUKATABAT_APP_PASSWORD": self.passwords.app,
            "MUKATABAT_BACKUP_PASSWORD": self.passwords.backup,
        }


def own_cluster(folder: Path, *, throwaway: bool = False) -> Cluster:
    """Return the cluster whose state lies in `folder`, one per kind and major version of PostgreSQL; not started."""
    binaries = find_binaries()
    place = folder / f"postgres-{binaries.major}-{binaries.source}"
    return Cluster(place, binaries, password=passwords(folder).administrator, throwaway=throwaway)


@contextmanager
def database_server(folder: Path, *, throwaway: bool = False, join: bool = False) -> Iterator[Server]:
    """Give a server for the block: that of DATABASE_URL, else our own, started here and stopped after.

    With `join`, a server that another launcher runs on this state is used as it stands.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield foreign_server(url)
        return
    cluster = own_cluster(folder, throwaway=throwaway)
    server = Server(cluster.administrator_url, passwords(folder), cluster)
    try:
        cluster.start()
    except AlreadyRunning:
        if not join:
            raise
        yield Server(cluster.administrator_url, passwords(folder))
        return
    try:
        yield server
    finally:
        cluster.stop()


def foreign_server(url: str) -> Server:
    """Return the server that `url` administers.

    The roles there have one password each, so everything that this tree starts on it shares those in ./var, whatever
    MUKATABAT_VAR says: a test run must not change the password under a demonstration.
    """
    folder = ROOT / "var"
    folder.mkdir(mode=0o700, exist_ok=True)
    return Server(url, passwords(folder))


def with_role(url: str, role: str, password: str, database: str) -> str:
    """Return `url`, a postgresql:// address, with another role, password and database; host and options stay."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise Stop("DATABASE_URL must be an address such as postgresql://admin:password@host:5432/postgres.")
    host = parts.netloc.rpartition("@")[2]
    # Written out by hand: an empty host (a socket named in the options) must keep its two slashes.
    options = f"?{parts.query}" if parts.query else ""
    return f"postgresql://{quote(role)}:{quote(password, safe='')}@{host}/{quote(database)}{options}"
