# SPDX-License-Identifier: EUPL-1.2
"""The database under the tests: a throw-away server per run, one seeded template, one clone per pytest process.

The owner makes, migrates and seeds the template (`tests.seeding`); every test then runs as the application's role, which may not create, change or
truncate a table. A test that commits gets its clone replaced afterwards, which restores every row, sequence and grant.

This module is a pytest plugin (`-p tests.database`), loaded before pytest-django reads the settings, because it is here
that the names of the database and its roles are decided.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tools.database import Server, database_server, foreign_server, own_cluster
from tools.environment import program_environment
from tools.installation import PRODUCT, compile_translations, run_as_owner
from tools.keys import passwords

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

RUN_FOLDER = "MUKATABAT_TEST_RUN"  # inherited by the processes of pytest-xdist
MAIN = "main"  # the process that the person started; the workers of pytest-xdist are gw0, gw1 …
TEMPLATE = "mukatabat_template"


@dataclass
class TestDatabase:
    """The database of this pytest process, and the server it lies on."""

    __test__ = False

    folder: Path
    process: str = field(default_factory=lambda: os.environ.get("PYTEST_XDIST_WORKER", MAIN))

    def __post_init__(self) -> None:
        self._server: Server | None = None
        self._stack = ExitStack()

    @property
    def name(self) -> str:
        """The database that this process tests on."""
        return self._unique(self.process)

    @property
    def server(self) -> Server:
        """The server of this run, started by whichever process asks first."""
        if self._server is None:
            self._server = self._stack.enter_context(database_server(self.folder, throwaway=True, join=True))
        return self._server

    @property
    def app_url(self) -> str:
        """The connection string that the tests use; known before the server runs."""
        return self._named().app_url(self.name)

    @property
    def owner_url(self) -> str:
        """The connection string of the owner, for tests about grants and policies; never the default connection."""
        return self._named().owner_url(self.name)

    def announce(self) -> None:
        """Tell the settings, through the environment, which database to use; starts nothing."""
        os.environ.update(program_environment(self.folder, self.app_url))
        (self.folder / "static").mkdir(exist_ok=True)  # where collected files would lie; the middleware looks for it
        os.environ["MUKATABAT_TESTING"] = "1"

    def create(self) -> None:
        """Make the seeded template, once for all processes of this run, and this process's clone of it."""
        server = self.server
        with self._alone():
            if not (self.folder / "template").exists():
                template = self._unique(TEMPLATE)
                server.provision(template)
                compile_translations()
                migrate = ["-m", PRODUCT, "migrate", "--noinput", "--verbosity", "0"]
                run_as_owner(self.folder, server, migrate, database=template)
                run_as_owner(self.folder, server, ["-m", "tests.seeding"], database=template)
                (self.folder / "template").touch()
        self.renew()

    def renew(self) -> None:
        """Replace the clone by a fresh one; connections to the old one are ended. About 0.1 s."""
        from tools.provision import clone

        # PostgreSQL copies a template for one process at a time; the others would be refused, not made to wait.
        with self._alone():
            clone(self.server.administrator, self._unique(TEMPLATE), self.name)

    def close(self) -> None:
        """Stop the server if this process started it; drop what was made on a server of DATABASE_URL."""
        if self._server is not None and os.environ.get("DATABASE_URL"):
            from tools.provision import drop

            drop(self._server.administrator, self.name)
            if self.process == MAIN:
                drop(self._server.administrator, self._unique(TEMPLATE))
        self._stack.close()

    def _named(self) -> Server:
        if url := os.environ.get("DATABASE_URL"):
            return foreign_server(url)
        return Server(own_cluster(self.folder, throwaway=True).administrator_url, passwords(self.folder))

    def _unique(self, name: str) -> str:
        """Return a name that other runs on a shared server do not use; on our own server the plain one."""
        return f"{name}_{self.folder.name.replace('-', '_').lower()}" if os.environ.get("DATABASE_URL") else name

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def test_database() -> TestDatabase:
    """Return the database of this pytest process; the same at every call."""
    global _current
    if _current is None:
        _current = TestDatabase(_run_folder())
    return _current


test_database.__test__ = False  # type: ignore[attr-defined]
_current: TestDatabase | None = None


def _run_folder() -> Path:
    """Return the folder of this run's state, made by the process that the person started and removed at its end."""
    if RUN_FOLDER not in os.environ:
        folder = tempfile.mkdtemp(prefix="mukatabat-test-")
        os.environ[RUN_FOLDER] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(os.environ[RUN_FOLDER])


def pytest_addoption(parser: pytest.Parser) -> None:
    """Announce the database; this hook runs before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ.pop(RUN_FOLDER, None)
    test_database().announce()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the controlling process of a parallel run, so that it outlives its workers."""
    if config.getoption("tx", None) and not hasattr(config, "workerinput") and config.pluginmanager.hasplugin("django"):
        assert test_database().server


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    test_database().close()
