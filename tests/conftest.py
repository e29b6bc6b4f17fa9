# SPDX-License-Identifier: EUPL-1.2
"""What every test stands on: the application's own role on a real PostgreSQL, and no network but this machine's."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from tests.database import test_database
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

# A slow machine is no fault of what is tested: no example has a deadline, and slow generation is no failure.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replace pytest-django's: our own template and clone, used as the application's role.

    Django empties tables after a test that commits; the application's role may not, so the clone is replaced instead.
    """
    from django.db import connection, connections
    from django.test import TransactionTestCase

    database = test_database()
    database.create()

    def replace_database(self: TransactionTestCase) -> None:
        let_go()
        database.renew()

    def let_go() -> None:
        connections.close_all()
        connection.close_pool()  # type: ignore[attr-defined]

    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = replace_database  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == ("mukatabat_app", False), "tests must run as the application's role"
        let_go()
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        let_go()


@pytest.fixture
def cast(db: None, settings: Any, tmp_path: Path) -> Cast:
    """The standing cast of the seeded directory, with a vault and keys of its own."""
    from tests.cast import Cast

    settings.MUKATABAT_VAULT_DIR = tmp_path / "vault"
    return Cast()


@pytest.fixture
def owner_url(django_db_setup: None) -> str:
    """The owner's connection string to this process's database, for tests about grants and policies."""
    return test_database().owner_url


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An empty, provisioned database beside the one under test."""
    from tools.provision import drop

    name = f"beside_{uuid4().hex[:12]}"
    server = test_database().server
    server.provision(name)
    yield name
    drop(server.administrator, name)


@pytest.fixture(autouse=True, scope="session")
def plain_static_files(request: pytest.FixtureRequest) -> None:
    """Let pages name static files as they lie in the tree, so that nothing has to be collected and hashed first."""
    if request.config.pluginmanager.hasplugin("django"):
        from django.conf import settings

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def open_site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take it as known that the site takes changes: whether a request has to ask depends on the second it comes in."""
    if request.config.pluginmanager.hasplugin("django"):
        from mukatabat.web.watching import site

        monkeypatch.setattr(site, "_known", (float("inf"), site.SiteState()))


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """Refuse connections to anything but this machine: a test that needs the network is wrong."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
            raise RuntimeError(f"A test tried to reach {address!r}.")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@dataclass(frozen=True)
class Site:
    """A running demonstration: where it serves and where its state lies."""

    port: int
    folder: Path

    def url(self, body: str, path: str = "/") -> str:
        """Return the address of `path` as the body with the short name `body` sees it."""
        return f"http://{body}.localhost:{self.port}{path}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start `./run demo` for the browser tests, on a state that MUKATABAT_SITE_VAR names or on a fresh one.

    It names as many states as processes play the tests, separated as PATH is: each has a site of its own.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    states = dict(enumerate(filter(None, os.environ.get("MUKATABAT_SITE_VAR", "").split(os.pathsep))))
    folder = Path(states.get(worker) or tmp_path_factory.mktemp("site"))
    with demonstration(folder, tmp_path_factory.mktemp("demo") / "output.txt") as running:
        yield running


@contextmanager
def demonstration(folder: Path, log: Path, **told: str) -> Iterator[Site]:
    """Run `./run demo` on a state for the block, a whole site of its own; `told` goes into its environment."""
    # The demonstration decides for itself what its programs are told; only the choice of PostgreSQL is handed on.
    ours = {name for name in os.environ if name.startswith(("MUKATABAT_", "DJANGO_"))} - {"MUKATABAT_SYSTEM_POSTGRES"}
    ours.add("DATABASE_URL")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"MUKATABAT_VAR": str(folder), **told}
    with log.open("w+") as output:
        # As a person types it: under the environment's own Python the launcher would take .venv for another machine's.
        command = [str(ROOT / "run"), "demo"]
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield Site(_port(folder, process, log), folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _port(folder: Path, process: subprocess.Popen[bytes], output: Path) -> int:
    """Return the port once the demonstration says that it serves; up to 120 seconds."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            note = json.loads((folder / "demo.json").read_text())
        except OSError:
            time.sleep(0.2)
            continue
        if note["process"] == process.pid:
            return int(note["port"])
        time.sleep(0.2)
    pytest.fail("The demonstration did not start:\n" + output.read_text())
