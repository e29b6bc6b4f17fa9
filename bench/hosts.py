# SPDX-License-Identifier: EUPL-1.2
"""Two hosts under load, one of them killed and PostgreSQL restarted and crashed; then nothing is lost and none double.

Each host is a network namespace with a web process and a worker; both share one PostgreSQL and one S3-compatible store.
Clients write, issue, approve, sign, register and read at whichever host answers, and repeat what failed. A host dies as
by a power cut: its cable first, so that PostgreSQL does not even learn that its connections ended.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from _stage import MIDDLE, RELAY, STORE_PORT, Host, make_host, network, possible

from tests.vault.objects import KEY, running_server
from tools.console import Stop, quiet
from tools.database import APP, NAME, Server, with_role
from tools.environment import program_environment
from tools.installation import prepare
from tools.keys import passwords
from tools.paths import PYTHON, ROOT
from tools.postgres import PORT, Cluster, find_binaries
from tools.processes import Child, dies_with_parent, stop_by_signals

AWAY = 3.0
"""Seconds for which PostgreSQL is away when it is restarted."""

MOST_SHOWN = 20

KEYS = """
import django
django.setup()
from mukatabat.signing import service
from mukatabat.vault.custody import key_store
key_store(), service.provider()
"""
"""Makes what every host gets a copy of, before there are hosts."""

Event = tuple[float, str, Callable[[], None]]


def main() -> int:
    """Play the whole, print what happened; exit code 1 when anything is wrong or nothing could be tried."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=90, help="how long the load lasts (default: 90)")
    options = parser.parse_args()
    if reason := possible():
        print(f"NOT RUN: {reason}")
        return 1
    try:
        with stop_by_signals(), network():
            return _play(Path(os.environ["MUKATABAT_VAR"]), options.seconds)
    except Stop as stop:
        print(stop)
        return 1


def _play(state: Path, seconds: float) -> int:
    with ExitStack() as stack:
        (state / "objects").mkdir()
        objects = stack.enter_context(running_server(state / "objects"))
        stack.enter_context(_relay(state, objects.port))
        cluster = stack.enter_context(_cluster(state))
        server = Server(cluster.administrator_url, passwords(state), cluster)
        prepare(state, server)
        env = _environment(state, server)
        quiet([PYTHON, "-c", KEYS], what="Making the keys", env=env)
        hosts = [make_host(name, number, state=state, env=env, store=(MIDDLE, STORE_PORT))
                 for name, number in (("a", 11), ("b", 12))]  # fmt: skip
        for host in hosts:
            stack.callback(host.stop)
            host.start()
        _wait_until_ready(hosts)
        load = stack.enter_context(_load(env | {"MUKATABAT_STORE_ENDPOINT": f"http://127.0.0.1:{objects.port}"}, hosts))
        _disturb(load, hosts, _events(hosts[0], cluster, seconds), seconds)
        result = load.finish(lambda: [host.watch() for host in hosts])
    return _report(result, hosts, seconds)


def _events(first: Host, cluster: Cluster, seconds: float) -> list[Event]:
    def restart() -> None:
        cluster.stop()
        time.sleep(AWAY)
        cluster.start()

    def crash() -> None:
        cluster.stop(at_once=True)
        cluster.start()

    return [
        (0.15 * seconds, "host a dies", first.die), (0.50 * seconds, "host a comes back", first.start),
        (0.65 * seconds, f"PostgreSQL is restarted, {AWAY:.0f} s away", restart),
        (0.80 * seconds, "PostgreSQL crashes and recovers", crash),
    ]  # fmt: skip


def _disturb(load: Load, hosts: list[Host], events: list[Event], seconds: float) -> None:
    """Let the load run, and every event happen at its second."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        while events and events[0][0] <= passed:
            _, what, happen = events.pop(0)
            print(f"  {passed:5.1f} s  {what}", flush=True)
            happen()
        for host in hosts:
            host.watch()
        if load.ended:
            raise Stop("The load ended by itself.")
        time.sleep(0.1)


class Load:
    """The program that is all clients and the judge at the end; ``_mixed.py`` says what it does."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._result: dict[str, Any] = {}
        self._began = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def wait_until_begun(self) -> None:
        while not self._began.wait(0.2):
            if self.ended:
                raise Stop("The load did not begin.")

    def finish(self, meanwhile: Callable[[], object]) -> dict[str, Any]:
        """Tell the clients to stop, and wait until all that they began is done and judged."""
        assert self._process.stdin
        self._process.stdin.close()
        while not self.ended:
            meanwhile()
            time.sleep(0.1)
        self._reader.join()
        return self._result

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            word, _, rest = line.rstrip("\n").partition(" ")
            if word == "result":
                self._result = json.loads(rest)
            elif word == "begun":
                self._began.set()
            else:
                print("  " + line, end="", flush=True)


@contextmanager
def _load(env: Mapping[str, str], hosts: list[Host]) -> Iterator[Load]:
    command = [*dies_with_parent(), str(PYTHON), str(ROOT / "bench" / "_mixed.py"), *(host.address for host in hosts)]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            load = Load(process)
            load.wait_until_begun()
            yield load
        finally:
            process.kill()


@contextmanager
def _cluster(state: Path) -> Iterator[Cluster]:
    binaries = find_binaries()
    with Cluster(state / "postgres", binaries, password=passwords(state).administrator, address=MIDDLE) as cluster:
        yield cluster


@contextmanager
def _relay(state: Path, port: int) -> Iterator[None]:
    """Let both hosts reach the object store, which listens on the loopback alone."""
    command = [*dies_with_parent(), PYTHON, RELAY, MIDDLE, STORE_PORT, "127.0.0.1", port]
    relay = Child("relay", command, env=os.environ, log=state / "log" / "relay.log")
    try:
        yield
    finally:
        relay.stop()


def _environment(state: Path, server: Server) -> dict[str, str]:
    access = state / "store-access"
    access.touch(mode=0o600)
    access.write_text(f"{KEY.key_id}\n{KEY.secret}\n")
    url = with_role(f"postgresql://nobody@{MIDDLE}:{PORT}/postgres", APP, server.passwords.app, NAME)
    return program_environment(state, url) | {
        "MUKATABAT_STORE_BUCKET": "vault", "MUKATABAT_STORE_CREDENTIALS_FILE": str(access),
        "MUKATABAT_RATE_FACTOR": "0",
    }  # fmt: skip


def _wait_until_ready(hosts: list[Host]) -> None:
    deadline = time.monotonic() + 60
    while not all(host.ready() for host in hosts):
        if time.monotonic() > deadline:
            raise Stop("The hosts did not become ready.\n" + "\n".join(host.complaint() for host in hosts))
        time.sleep(0.2)


def _report(result: dict[str, Any], hosts: list[Host], seconds: float) -> int:
    if not result:
        print("The load gave no result.")
        return 1
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{sum(result['requests'].values())} requests in {seconds:.0f} s (load of the machine: {load})")
    for title, counted in (("answered", "requests"), ("errors that clients saw and repeated", "errors"),
                           ("done", "done"), ("books and trail", "books"), ("jobs left", "jobs")):  # fmt: skip
        found = ", ".join(f"{name} {number}" for name, number in sorted(result[counted].items()))
        print(f"{title}: {found or 'none'}")
    print(f"longest time without any answer: {result['silence']:.1f} s, slowest request {result['slowest']:.1f} s; "
          f"all at rest {result['rest']:.0f} s after the load")  # fmt: skip
    for host in hosts:
        again = ", ".join(f"{name} {number}" for name, number in host.restarts.items())
        print(f"host {host.name}: programs that ended by themselves and were started again: {again or 'none'}")
    print(f"faults: {len(result['faults'])}", *result["faults"][:MOST_SHOWN], sep="\n")
    return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
