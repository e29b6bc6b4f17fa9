# SPDX-License-Identifier: EUPL-1.2
"""Two hosts on one machine: network namespaces on a bridge, each with a web process and a worker; PostgreSQL and the
object store stand beside them on the bridge. Needs root; knows nothing of Django.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.console import Stop
from tools.paths import ENVIRONMENT, PYTHON, ROOT
from tools.processes import Child, dies_with_parent

BRIDGE = "mukatabat0"
NETWORK = "10.87.0.0/24"
MIDDLE = "10.87.0.1"
"""The address on the bridge of what both hosts share, and of the clients."""

RELAY = ROOT / "bench" / "_relay.py"
WEB_PORT = 8601
STORE_PORT = 8700
"""On each host's own loopback, where its tunnel to the object store begins."""


@contextmanager
def network() -> Iterator[None]:
    """Give an empty bridge for the block; raises Stop where that needs more than this user may."""
    with Path("/run/lock/mukatabat-hosts").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop("Two hosts are already being tried on this machine.") from None
        _remove()  # what a killed run left
        try:
            ip("link", "add", BRIDGE, "type", "bridge")
            ip("addr", "add", f"{MIDDLE}/24", "dev", BRIDGE)
            ip("link", "set", BRIDGE, "up")
            yield
        finally:
            _remove()


def possible() -> str:
    """Why two hosts cannot be tried here, or nothing."""
    if os.geteuid():
        return "network namespaces need root"
    if not shutil.which("ip"):
        return "the program ip is missing (on Debian: apt install iproute2)"
    try:
        ip("netns", "add", f"{BRIDGE}-trial")
        ip("netns", "delete", f"{BRIDGE}-trial")
    except Stop as refused:
        return str(refused)
    return ""


def ip(*arguments: str) -> None:
    """Run the program ip; raises Stop with what it said."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def _remove() -> None:
    for name in ("a", "b"):
        with suppress(Stop):
            ip("netns", "delete", f"{BRIDGE}-{name}")
    with suppress(Stop):
        ip("link", "delete", BRIDGE)


@dataclass
class Host:
    """One host: its namespace, its state, its programs, which are started again when they end, as systemd does.

    ``number`` is its address on the bridge; ``restarts`` counts what ended by itself.
    """

    name: str
    number: int
    folder: Path
    env: Mapping[str, str]
    store: tuple[str, int]
    restarts: Counter[str] = field(default_factory=Counter)
    _children: dict[str, Child] = field(default_factory=dict)
    alive: bool = False

    @property
    def address(self) -> str:
        return f"10.87.0.{self.number}"

    @property
    def _space(self) -> str:
        return f"{BRIDGE}-{self.name}"

    @property
    def _cable(self) -> str:
        return f"mkt-{self.name}"

    def connect(self) -> None:
        """Lay the host's cable to the bridge."""
        ip("netns", "add", self._space)
        ip("link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", self._space)
        ip("link", "set", self._cable, "master", BRIDGE, "up")
        for command in (
            ("addr", "add", f"{self.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):  # fmt: skip
            ip("-n", self._space, *command)

    def start(self) -> None:
        """Plug the cable in and start every program."""
        ip("link", "set", self._cable, "up")
        for name in self._commands():
            self._launch(name)
        self.alive = True

    def watch(self) -> None:
        """Start again what ended by itself."""
        for name, child in self._children.items():
            if self.alive and not child.running:
                self.restarts[name] += 1
                self._launch(name)

    def die(self) -> None:
        """Fail as by a power cut: nothing leaves the host any more, not even the end of its connections."""
        ip("link", "set", self._cable, "down")
        self.alive = False
        for child in self._children.values():
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()

    def stop(self) -> None:
        """Stop every program in order."""
        self.alive = False
        for name in reversed(self._children):
            self._children[name].stop(signal.SIGINT if name == "worker" else signal.SIGTERM, patience=20)

    def ready(self) -> bool:
        """Whether the web process says that it may be sent requests."""
        connection = http.client.HTTPConnection(self.address, WEB_PORT, timeout=5)
        try:
            connection.request("GET", "/health/ready/", headers={"Host": "127.0.0.1"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def complaint(self) -> str:
        """The last lines of every program."""
        return "\n".join(f"{self.name} {name}: {child.complaint()[-1500:]}" for name, child in self._children.items())

    def pids(self) -> dict[str, int]:
        """The first process of every program."""
        return {name: child.process.pid for name, child in self._children.items()}

    def _launch(self, name: str) -> None:
        command = [*dies_with_parent(), "ip", "netns", "exec", self._space, *self._commands()[name]]
        self._children[name] = Child(name, command, env=self.env, log=self.folder / f"{name}.log")

    def _commands(self) -> dict[str, Sequence[object]]:
        relay = [PYTHON, RELAY, "127.0.0.1", STORE_PORT, *self.store]
        web: list[object] = [ENVIRONMENT / "bin" / "granian", "--interface", "wsgi", "--no-ws", "--workers", "1"]
        web += ["--blocking-threads", "4", "--workers-kill-timeout", "30"]
        web += ["--host", "0.0.0.0", "--port", WEB_PORT, "mukatabat.web.wsgi:application"]  # noqa: S104 - in its own network
        return {"relay": relay, "web": web, "worker": [PYTHON, "-m", "mukatabat", "worker", "--concurrency", "2"]}


def make_host(name: str, number: int, *, state: Path, env: Mapping[str, str], store: tuple[str, int]) -> Host:
    """A host with a copy of the keys, the store's access, and a state of its own below ``state``.

    Only the development authority, which a real installation does not have, lies in one place for both.
    """
    folder = state / f"host-{name}"
    folder.mkdir(mode=0o700)
    shutil.copytree(state / "keys", folder / "keys")
    (folder / "signing").symlink_to(state / "signing")
    own = {
        **env, "MUKATABAT_VAR": str(folder), "MUKATABAT_STATIC_DIR": str(state / "static"),
        "MUKATABAT_STORE_ENDPOINT": f"http://127.0.0.1:{STORE_PORT}",
        "MUKATABAT_WATCHERS": json.dumps([NETWORK]),
    }  # fmt: skip
    host = Host(name, number, folder, own, store)
    host.connect()
    return host
