# SPDX-License-Identifier: EUPL-1.2
"""Our own PostgreSQL: who may reach it, what it sees, and what is left of it."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tools import account, postgres
from tools.account import NAMESPACE, choose_account, nobody
from tools.database import database_server
from tools.paths import ROOT
from tools.postgres import AlreadyRunning, Cluster, find_binaries
from tools.provision import clone, provision, trigrams

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {"passwords": {"owner": "o'wner", "app": "app", "backup": "backup"}}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mukatabat-launcher-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Cluster]:
    with Cluster(folder / "one", find_binaries(), password="p@ss/word", throwaway=True) as running:
        yield running


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> str:
    provision(cluster.administrator_url, "letters", **SECRETS)
    return "letters"


def as_role(cluster: Cluster, role: str, database: str) -> psycopg.Connection:
    password = {"mukatabat_owner": "o'wner", "mukatabat_app": "app"}[role]
    return psycopg.connect(cluster.url(role, password, database), autocommit=True)


def test_it_listens_on_a_private_socket_and_on_nothing_else(cluster: Cluster) -> None:
    with psycopg.connect(cluster.administrator_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
    assert len(str(cluster.sockets / ".s.PGSQL.5432")) < 100


def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url("postgres", "guess", "postgres"))


def test_trigrams_see_arabic(cluster: Cluster) -> None:
    assert trigrams(cluster.administrator_url, "سلام")


def test_a_second_launcher_is_told_that_one_runs(cluster: Cluster) -> None:
    with pytest.raises(AlreadyRunning):
        Cluster(cluster.home, cluster.binaries, password=cluster.password, throwaway=True).start()
    assert cluster.running
    psycopg.connect(cluster.administrator_url).close()


def test_provisioning_twice_changes_nothing(cluster: Cluster, database: str) -> None:
    provision(cluster.administrator_url, database, **SECRETS)
    with as_role(cluster, "mukatabat_app", database) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("mukatabat_app",)


def test_the_application_may_not_create_tables_or_become_another_role(cluster: Cluster, database: str) -> None:
    with as_role(cluster, "mukatabat_app", database) as connection:
        for forbidden in ("CREATE TABLE t ()", "CREATE SCHEMA s", "SET ROLE mukatabat_owner", "CREATE TEMP TABLE t ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_only_the_backup_s_role_steps_over_row_policies(cluster: Cluster, database: str) -> None:
    with psycopg.connect(cluster.administrator_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname LIKE 'mukatabat%' ORDER BY 1"
        ).fetchall()
    assert rows == [
        ("mukatabat_app", False, True),
        ("mukatabat_backup", True, True),
        ("mukatabat_definer", False, False),
        ("mukatabat_owner", False, True),
    ]


def test_a_role_that_steps_over_row_policies_is_refused(cluster: Cluster, database: str) -> None:
    with psycopg.connect(cluster.administrator_url, autocommit=True) as connection:
        connection.execute("ALTER ROLE mukatabat_app BYPASSRLS")
        try:
            with pytest.raises(psycopg.errors.RaiseException, match="row-level security"):
                provision(cluster.administrator_url, database, **SECRETS)
        finally:
            connection.execute("ALTER ROLE mukatabat_app NOBYPASSRLS")


def test_the_owner_may_hand_a_function_to_the_definer(cluster: Cluster, database: str) -> None:
    with as_role(cluster, "mukatabat_owner", database) as connection:
        connection.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
        connection.execute("ALTER FUNCTION f() OWNER TO mukatabat_definer")
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("DROP EXTENSION pg_trgm")


def test_a_clone_has_the_rows_and_grants_and_replaces_its_predecessor(cluster: Cluster, database: str) -> None:
    provision(cluster.administrator_url, "template", **SECRETS)
    with as_role(cluster, "mukatabat_owner", "template") as connection:
        connection.execute("CREATE TABLE book AS SELECT 1 AS page")
        connection.execute("GRANT SELECT, INSERT ON book TO mukatabat_app")
    clone(cluster.administrator_url, "template", "copy")
    held_open = as_role(cluster, "mukatabat_app", "copy")
    held_open.execute("INSERT INTO book VALUES (2)")
    clone(cluster.administrator_url, "template", "copy")
    with as_role(cluster, "mukatabat_app", "copy") as connection:
        assert connection.execute("SELECT page FROM book").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("TRUNCATE book")
    with pytest.raises(psycopg.OperationalError):
        held_open.execute("SELECT 1")


def test_rows_outlive_a_restart_and_initialising_happens_once(folder: Path) -> None:
    durable = Cluster(folder / "two", find_binaries(), password="p")
    with durable, psycopg.connect(durable.administrator_url) as connection:
        connection.execute("CREATE TABLE kept ()")
    with durable, psycopg.connect(durable.administrator_url) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() != (None,)
    assert not durable.sockets.exists()
    durable.remove()
    assert not durable.data.exists()


LAUNCH = """
import sys, time
from pathlib import Path
from tools.postgres import Cluster, find_binaries
Cluster(Path(sys.argv[1]), find_binaries(), password="p", throwaway=True).start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("bound", [True, False], ids=["ended by the kernel", "ended by the next start"])
def test_a_server_whose_launcher_was_killed_does_not_stay(folder: Path, bound: bool) -> None:
    home = folder / f"killed-{bound}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    script = LAUNCH if bound else "import tools.postgres as p\np.dies_with_parent = lambda how: ()\n" + LAUNCH
    launcher = subprocess.Popen([sys.executable, "-c", script, str(home)], env=env, stdout=subprocess.PIPE)
    assert launcher.stdout is not None
    with launcher.stdout:
        assert launcher.stdout.readline() == b"ready\n"
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    with Cluster(home, find_binaries(), password="p", throwaway=True) as again:
        psycopg.connect(again.administrator_url).close()


def test_a_socket_folder_of_somebody_else_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = folder / "shared"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    monkeypatch.setattr(postgres, "_socket_folder", lambda _: shared)
    with pytest.raises(postgres.Stop, match="private"):
        Cluster(folder / "three", find_binaries(), password="p", throwaway=True).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_without_user_namespaces_runs_it_as_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "choose_account", nobody)
    cluster = Cluster(folder / "four", find_binaries(), password="p", throwaway=True)
    try:
        with cluster, psycopg.connect(cluster.administrator_url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
            assert (cluster.data / "PG_VERSION").stat().st_uid == nobody().uid
    finally:
        cluster.remove()
        for copy in Path("/var/tmp").glob("mukatabat-programs-*"):
            shutil.rmtree(copy)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_root_prefers_a_user_namespace_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    for allowed, expected in ((True, NAMESPACE[0]), (False, "setpriv")):
        choose_account.cache_clear()
        monkeypatch.setattr(account, "_runs", lambda command, yes=allowed: yes or command[0] != NAMESPACE[0])
        assert choose_account().prefix[0] == expected
    choose_account.cache_clear()


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    cluster = Cluster(folder / "five", find_binaries(), password="p", throwaway=True)
    cluster.start()
    cluster.stop()
    (cluster.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(postgres.Stop, match="no_such_setting"):
        cluster.start()


def test_a_server_of_the_users_own_is_used_when_named(
    cluster: Cluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", cluster.administrator_url)
    with database_server(folder / "unused") as server:
        assert server.cluster is None
        assert server.administrator == cluster.administrator_url
    assert not (folder / "unused").exists()
