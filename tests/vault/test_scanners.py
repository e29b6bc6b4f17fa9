# SPDX-License-Identifier: EUPL-1.2
"""ClamAV: a real daemon where there is one, and beside it a scripted one that answers what a real one will not."""

from __future__ import annotations

import io
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mukatabat.kernel import clock
from mukatabat.vault.rules import MIB, Scan
from mukatabat.vault.scanners import ClamScanner
from mukatabat.vault.vocabulary import ScanOutcome

# The test file of all scanners (eicar.org), in two halves so that this source is not taken for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
DATABASE = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"


class Script:
    """A clamd that reads the protocol strictly and answers what it is told to."""

    def __init__(self, *, verdict: str = "", version: str = "", limit: int = 100 * MIB) -> None:
        self.verdict, self.version, self.limit = verdict, version, limit
        self.seen = b""

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        command = self._command(connection)
        if command == b"zVERSION":
            connection.sendall(self.version.encode() + b"\0")
            return
        assert command == b"zINSTREAM"
        data = b""
        while length := struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))[0]:
            data += connection.recv(length, socket.MSG_WAITALL)
            if len(data) > self.limit:
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen = data
        verdict = self.verdict or ("stream: Eicar-Test-Signature FOUND" if data == EICAR else "stream: OK")
        connection.sendall(verdict.encode() + b"\0")

    @staticmethod
    def _command(connection: socket.socket) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += connection.recv(1)
        return command[:-1]


def version(age: timedelta) -> str:
    made = clock.now() - age
    return f"ClamAV 1.4.3/27520/{made:%a %b} {made.day:2} {made:%H:%M:%S %Y}"


FRESH = version(timedelta(days=1))


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="clam") as folder:
        yield Path(folder)


@contextmanager
def scripted(folder: Path, script: Script) -> Iterator[ClamScanner]:
    path = folder / "clamd.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    thread = threading.Thread(target=script.serve, args=(listener,))
    thread.start()
    try:
        yield ClamScanner(path, seconds=30)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(30)


@contextmanager
def real(folder: Path) -> Iterator[ClamScanner]:
    """A real clamd with a database of one line."""
    (folder / "db").mkdir()
    (folder / "db" / "test.hdb").write_text(DATABASE)
    path = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"LocalSocket {path}\nDatabaseDirectory {folder / 'db'}\nForeground yes\nTemporaryDirectory {folder}\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([str(CLAMD), "-c", str(folder / "clamd.conf")], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while not path.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert path.exists(), (folder / "log").read_text()
        yield ClamScanner(path, seconds=60)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(params=["scripted", "real"])
def scanner(request: pytest.FixtureRequest, short: Path) -> Iterator[ClamScanner]:
    if request.param == "real" and CLAMD is None:
        pytest.skip("no clamd on this machine")
    with scripted(short, Script(version="ClamAV 1.4.3")) if request.param == "scripted" else real(short) as found:
        yield found


def test_known_malware_is_found_whatever_the_database_is_worth(scanner: ClamScanner) -> None:
    found = scanner.scan(io.BytesIO(EICAR))
    assert found.outcome is ScanOutcome.INFECTED
    assert "Eicar" in found.signature


def test_without_a_dated_database_nothing_is_called_clean(scanner: ClamScanner) -> None:
    for data in (b"a letter", b"", bytes(3 * MIB)):
        assert scanner.scan(io.BytesIO(data)) == Scan(ScanOutcome.NOT_SCANNED)


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (FRESH, ScanOutcome.CLEAN),
        (version(timedelta(days=8)), ScanOutcome.NOT_SCANNED),
        ("ClamAV 1.4.3", ScanOutcome.NOT_SCANNED),
        ("ClamAV 1.4.3/27520/Tue Foo 99 08:30:10 2026", ScanOutcome.NOT_SCANNED),
        ("", ScanOutcome.NOT_SCANNED),
    ],
    ids=["fresh", "old", "undated", "misdated", "silent"],
)
def test_clean_is_said_only_with_a_current_database(short: Path, said: str, outcome: ScanOutcome) -> None:
    with scripted(short, Script(version=said)) as scanner:
        assert scanner.scan(io.BytesIO(b"a letter")).outcome is outcome


def test_every_byte_is_shown_to_it_from_the_beginning(short: Path) -> None:
    script, data = Script(version=FRESH), bytes(range(256)) * 10_000
    file = io.BytesIO(data)
    file.read(100)
    with scripted(short, script) as scanner:
        assert scanner.scan(file).outcome is ScanOutcome.CLEAN
    assert script.seen == data


def test_a_file_larger_than_it_takes_is_not_scanned(short: Path) -> None:
    with scripted(short, Script(version=FRESH, limit=MIB)) as scanner:
        assert scanner.scan(io.BytesIO(bytes(5 * MIB))).outcome is ScanOutcome.NOT_SCANNED


@pytest.mark.parametrize("verdict", ["stream: broken ERROR", "nonsense", "stream: OK and more", "UNKNOWN COMMAND"])
def test_an_answer_that_is_not_understood_is_never_clean(short: Path, verdict: str) -> None:
    with scripted(short, Script(version=FRESH, verdict=verdict)) as scanner:
        assert scanner.scan(io.BytesIO(b"a")).outcome is ScanOutcome.NOT_SCANNED


def test_an_absent_daemon_is_not_scanned(short: Path) -> None:
    assert ClamScanner(short / "absent").scan(io.BytesIO(b"a")).outcome is ScanOutcome.NOT_SCANNED


def test_a_daemon_that_does_not_answer_is_not_waited_for_without_end(short: Path) -> None:
    path = short / "clamd.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        assert ClamScanner(path, seconds=0.05).scan(io.BytesIO(b"a")).outcome is ScanOutcome.NOT_SCANNED
