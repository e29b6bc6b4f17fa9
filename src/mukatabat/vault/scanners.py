# SPDX-License-Identifier: EUPL-1.2
"""Malware scanners: none, and ClamAV's daemon over its socket."""

from __future__ import annotations

import logging
import re
import socket
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from mukatabat.kernel import clock
from mukatabat.vault.rules import MIB, Scan
from mukatabat.vault.vocabulary import ScanOutcome

logger = logging.getLogger(__name__)

_FOUND = re.compile(rb"stream: (.+) FOUND")
_DATE = re.compile(r"/\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})$")
_LONGEST_ANSWER = 4096
NOTHING = Scan(ScanOutcome.NOT_SCANNED)


class NotScanned:
    """The scanner of an installation that has none: it looks at nothing and says so."""

    def scan(self, file: BinaryIO) -> Scan:
        """Answer "not scanned"."""
        return NOTHING


class ClamScanner:
    """Asks clamd (clamd(8), commands INSTREAM and VERSION) over a local socket; no byte leaves this machine.

    What it finds counts whatever its database; "clean" counts only with a database of at most ``oldest`` age.
    """

    def __init__(self, path: Path, *, oldest: timedelta = timedelta(days=7), seconds: float = 120.0) -> None:
        """Use the socket at a path; wait up to so many seconds for each answer."""
        self._path, self._oldest, self._seconds = path, oldest, seconds

    def scan(self, file: BinaryIO) -> Scan:
        """See :meth:`mukatabat.vault.ports.MalwareScanner.scan`."""
        try:
            answer = self._streamed(file)
            if found := _FOUND.fullmatch(answer):
                return Scan(ScanOutcome.INFECTED, found.group(1).decode(errors="replace"))
            if answer != b"stream: OK":
                logger.warning("clamd did not look through a file: %r", answer)
                return NOTHING
            return Scan(ScanOutcome.CLEAN) if self._is_current() else NOTHING
        except OSError as error:
            logger.warning("clamd could not be asked: %s", error)
            return NOTHING

    def _streamed(self, file: BinaryIO) -> bytes:
        """Send a file in pieces, each after its length (4 bytes, big-endian), and an empty one at the end."""
        file.seek(0)
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            try:
                while piece := file.read(MIB):
                    connection.sendall(struct.pack(">I", len(piece)) + piece)
                connection.sendall(struct.pack(">I", 0))
            except (BrokenPipeError, ConnectionResetError):
                # It answered before the end, because the file is larger than it takes; the answer says so.
                pass
            return _answer(connection)

    def _is_current(self) -> bool:
        with self._connected() as connection:
            connection.sendall(b"zVERSION\0")
            version = _answer(connection).decode(errors="replace")
        made = _database_date(version)
        if made is None or clock.now() - made > self._oldest:
            logger.warning("clamd has no database or an old one, so nothing is called clean: %s", version)
            return False
        return True

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(self._seconds)
            connection.connect(str(self._path))
        except BaseException:
            connection.close()
            raise
        return connection


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER and (more := connection.recv(_LONGEST_ANSWER)):
        answer += more
    return answer.rstrip(b"\0\n")


def _database_date(version: str) -> datetime | None:
    """Read the date (UTC) from "ClamAV 1.4.3/27520/Tue Nov 24 08:30:10 2026"; without a database none is there."""
    found = _DATE.search(version.strip())
    if found is None:
        return None
    try:
        return datetime.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
