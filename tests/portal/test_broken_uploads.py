# SPDX-License-Identifier: EUPL-1.2
"""Uploads that stop half-way at the server as it is deployed: nothing is kept of them, and others are answered."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from mukatabat.letters.models import Attachment
from mukatabat.tenancy.context import scope
from tests.cast import Cast
from tests.database import test_database
from tests.portal.conftest import System
from tools.environment import program_environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

SAID = 500_000
BEGINNING = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + b"letter " * 1000
END = b"\r\n--edge--\r\n"


@pytest.fixture
def port(cast: Cast, settings: Any, tmp_path: Path) -> Iterator[int]:
    """The program under its own server, on the database of the test."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        number = int(free.getsockname()[1])
    database = test_database()
    env = program_environment(database.folder, database.app_url, port=number)
    env["MUKATABAT_VAULT_DIR"] = str(settings.MUKATABAT_VAULT_DIR)
    command = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--no-ws", "--workers", "1",
        "--blocking-threads", "4", "--host", "127.0.0.1", "--port", str(number), "mukatabat.web.wsgi:application",
    ]  # fmt: skip
    with (tmp_path / "server.txt").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        for _ in range(600):
            if _answers(number):
                break
            assert process.poll() is None, (tmp_path / "server.txt").read_text()
            time.sleep(0.1)
        yield number
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _begun(port: int, system: System, letter_id: str, *, said: int = SAID) -> socket.socket:
    """Say how much comes, send the beginning, and no more."""
    opened = socket.create_connection(("127.0.0.1", port), timeout=60)
    head = (
        f"POST /api/v1/letters/{letter_id}/attachments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {said}\r\n"
        f"Authorization: Bearer {system.token}\r\nContent-Type: multipart/form-data; boundary=edge\r\n\r\n"
    )
    opened.sendall(head.encode() + BEGINNING)
    return opened


def test_an_upload_that_is_half_closed_or_torn_keeps_nothing_and_stops_nobody(
    cast: Cast, ministry: System, port: int
) -> None:
    letter_id = ministry.write().json()["id"]
    slow = _begun(port, ministry, letter_id)
    for _ in range(6):  # more than the server has threads
        with _begun(port, ministry, letter_id) as half:
            half.shutdown(socket.SHUT_WR)
            assert b" 201 " not in half.recv(4096)
        _begun(port, ministry, letter_id).close()
    assert _answers(port), "while one upload stands still and twelve broke off"
    slow.close()
    with _begun(port, ministry, letter_id, said=len(BEGINNING + END)) as whole:
        whole.sendall(END)
        assert b" 201 " in whole.recv(4096)
    with scope(cast("clerk.mof")):
        assert Attachment.objects.filter(letter_id=letter_id).count() == 1, "the one that came whole"
