# SPDX-License-Identifier: EUPL-1.2
"""`./run demo`: two bodies in one browser. Starts PostgreSQL, the web server and the worker; stops them in order."""

from __future__ import annotations

import argparse
import fcntl
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tools.bootstrap import DEMONSTRATION, bootstrap
from tools.console import Stop, say, step
from tools.database import Server, database_server, own_cluster
from tools.environment import program_environment
from tools.installation import DEMONSTRATION as STORY
from tools.installation import PRODUCT, prepare
from tools.keys import write_private
from tools.paths import ENVIRONMENT, PYTHON, ROOT, state
from tools.processes import Child, dies_with_parent, stop_by_signals, undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FIRST_PORT = 8600
CLIENT = ROOT / "examples" / "ministry" / "client.py"
BODIES = {"fl": ("الفتوى والتشريع", "Fatwa and Legislation"), "mof": ("وزارة المالية", "Ministry of Finance")}
LINKED = """
    الهيئة العامة للمعلومات المدنية: جهة مرتبطة؛ يقيّد نظامها ما يصلها ويفيد باستلامه بكتاب موقّع (examples/ministry)
    Civil Information, a linked body: its own system registers what arrives and acknowledges it by a signed letter"""
STAND_INS = """\
  بيئة عرض وتجربة، لا للعمل الرسمي: شهادات وأختام زمنية تطويرية، ومفاتيح على القرص، واتصال بلا تشفير، وكلمات مرور معلنة.
  For trying out, not for official work: development certificates, time-stamps in-process, keys on disk, no TLS, known
  passwords."""


class Site:
    """The running programs of one demonstration."""

    def __init__(self, folder: Path, server: Server, port: int) -> None:
        self.folder = folder
        self.server = server
        self.port = port
        self.env = program_environment(folder, server.app_url(), port=port)
        self._children: list[Child] = []

    def start(self) -> None:
        """Start web server and worker and return when a page can be read; raises Stop with the log's last lines."""
        serve: list[object] = [ENVIRONMENT / "bin" / "granian", "--interface", "wsgi", "--no-ws"]
        # One process with four threads: a demonstration shares its two cores with a browser.
        serve = [*serve, "--workers", "1", "--blocking-threads", "4", "--host", "127.0.0.1", "--port", str(self.port)]
        self._launch("web", [*serve, "mukatabat.web.wsgi:application"])
        self._launch("worker", [PYTHON, "-m", PRODUCT, "worker"])
        self._wait()
        self._link()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while not self._answers():
            self.check()
            if time.monotonic() > deadline:
                raise Stop(f"The web server gave no page within a minute. Its log: {self._children[0].log}")
            time.sleep(0.1)

    def _link(self) -> None:
        """Start the linked body's own system, a small program that knows nothing but the API."""
        if not CLIENT.exists():
            return
        command = [str(PYTHON), "-m", STORY, "link", str(self.folder / "linked")]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stop(f"The linked body could not be connected:\n{done.stderr}")
        self._launch("linked", [PYTHON, CLIENT, done.stdout.strip(), "watch"])

    def check(self) -> None:
        """Raise Stop when one of the programs has ended."""
        for child in self._children:
            if not child.running:
                raise Stop(f"The program «{child.name}» ended by itself. Its last lines:\n{child.complaint()}")
        if self.server.cluster and not self.server.cluster.running:
            raise Stop(f"PostgreSQL ended by itself. Its log: {self.server.cluster.log}")

    def stop(self) -> None:
        """Stop the programs, the last started first."""
        while self._children:
            self._children.pop().stop()

    def run(self, *arguments: str) -> int:
        """Run a program of the product against this site, on the terminal; return its exit code."""
        command = [*dies_with_parent(), str(PYTHON), "-m", *arguments]
        return subprocess.run(command, env=self.env, check=False).returncode

    def _launch(self, name: str, command: Sequence[object]) -> None:
        log = self.folder / "log" / f"{name}.log"
        self._children.append(Child(name, [*dies_with_parent(), *command], env=self.env, log=log))

    def _answers(self) -> bool:
        """Whether the front page comes without a server error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/", headers={"Host": f"fl.localhost:{self.port}"})
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


def demo(arguments: Sequence[str]) -> int:
    """Perform the verb; see `./run demo --help`. Returns the exit code, the story's own with --once."""
    options = _parser().parse_args(arguments)
    attachments = [str(file.resolve()) for file in options.attach]
    if missing := [file for file in attachments if not Path(file).is_file()]:
        raise Stop(f"There is no file {missing[0]}.", code=2)
    began = time.monotonic()
    with stop_by_signals(), ExitStack() as stack:
        folder = state()
        announce = stack.enter_context(_only_one(folder))
        bootstrap(DEMONSTRATION)
        if options.reset:
            _forget(folder)
        with running_site(folder, options.port) as site:
            announce(site.port)
            say(f"  صفحة جاهزة خلال {time.monotonic() - began:.1f} ثانية")
            say(f"  A page was usable after {time.monotonic() - began:.1f} s")
            if options.desks:
                site.run(STORY, "desks")
            if options.once:
                return site.run(STORY, "story", *(part for file in attachments for part in ("--attach", file)))
            _greet(site)
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(0.5)
                    site.check()
            say("\n  أُوقفت، والحالة محفوظة\n  Stopped; the state is kept")
            return 0


@contextmanager
def running_site(folder: Path, port: int | None = None) -> Iterator[Site]:
    """Give a running, seeded site for the block, and stop every program after it, whatever happens."""
    with ExitStack() as stack:
        with step("starting PostgreSQL"):
            server = stack.enter_context(database_server(folder))
        prepare(folder, server)
        site = Site(folder, server, stack.enter_context(_free_port(port)))
        try:
            with step(f"starting the web server on port {site.port}"):
                site.start()
            yield site
        finally:
            with undisturbed():
                site.stop()
                stack.close()


def _greet(site: Site) -> None:
    say("\n  مكاتبات تعمل الآن\n  Mukatabat is running\n")
    for name, (arabic, english) in BODIES.items():
        say(f"    http://{name}.localhost:{site.port}    {arabic}    {english}")
    say(LINKED + "\n")
    say(STAND_INS + "\n")
    site.run(STORY, "cast")
    say("\n  للإيقاف: Ctrl-C\n  To stop: Ctrl-C")


@contextmanager
def _only_one(folder: Path) -> Iterator[Callable[[int], None]]:
    """Hold the state for one demonstration; gives a function that tells others on which port it serves."""
    with (folder / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stop(f"A demonstration already runs here{_where(folder)}. Stop that one first (Ctrl-C).") from None
        note = folder / "demo.json"
        try:
            yield lambda port: write_private(note, json.dumps({"port": port, "process": os.getpid()}))
        finally:
            note.unlink(missing_ok=True)


def _where(folder: Path) -> str:
    try:
        return f", at http://fl.localhost:{json.loads((folder / 'demo.json').read_text())['port']}"
    except (OSError, ValueError, KeyError):
        return ""


def _forget(folder: Path) -> None:
    """Remove the state, but for the lock that we hold; the database of DATABASE_URL is not ours to remove."""
    if os.environ.get("DATABASE_URL"):
        raise Stop("--reset does not drop databases of a server of yours; drop «mukatabat» there and run without it.")
    with step("forgetting the former state"):
        own_cluster(folder).remove()
        for entry in folder.iterdir():
            if entry.name != "demo.lock":
                shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


@contextmanager
def _free_port(wanted: int | None) -> Iterator[int]:
    """Keep a free port for the block: `wanted`, else raise Stop; without a wish the first free one from 8600.

    Between the look and the server's own bind another demonstration may look too; so the port is also spoken for, by a
    name that the kernel forgets with this process.
    """
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + 100):
        with socket.socket(socket.AF_UNIX) as claim, socket.socket() as probe:
            # As servers do: a port in TIME_WAIT from the last run is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                claim.bind(f"\0mukatabat-port-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            probe.close()
            yield port
            return
    raise Stop(f"Port {wanted} is taken." if wanted else f"No port from {FIRST_PORT} to {FIRST_PORT + 99} is free.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run demo", description="Start the demonstration; Ctrl-C stops it.")
    parser.add_argument("--once", action="store_true", help="play one whole exchange over HTTP, then stop")
    parser.add_argument("--reset", action="store_true", help="forget the state of former runs first")
    parser.add_argument("--port", type=int, help=f"serve here (without it: the first free port from {FIRST_PORT})")
    parser.add_argument("--desks", action="store_true", help="lay a working week on the Department's desks first")
    parser.add_argument("--attach", nargs="+", type=Path, default=[], metavar="FILE", help="attach these in the story")
    return parser
