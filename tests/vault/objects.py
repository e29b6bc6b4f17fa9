# SPDX-License-Identifier: EUPL-1.2
"""A real S3 server on this machine (SeaweedFS), started once for the tests that ask for it."""

from __future__ import annotations

import json
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mukatabat.vault.errors import StoreUnavailable
from mukatabat.vault.stores.bucket import BucketStore, Credentials

KEY = Credentials("vault", "the-secret-of-the-tests")
GRPC = 10_000
"""The server gives every part a second port, this much above its own."""


@dataclass(frozen=True)
class ObjectServer:
    """A running server with one bucket, made by the first object in it."""

    port: int

    def store(self) -> BucketStore:
        """The blob store over its bucket."""
        return BucketStore("vault", endpoint=f"http://127.0.0.1:{self.port}", region="us-east-1", credentials=KEY)


@contextmanager
def running_server(folder: Path) -> Iterator[ObjectServer]:
    """Start a server in a folder and stop it; fails after a minute without an answer."""
    program = Path(sys.executable).parent / "weed"
    (folder / "data").mkdir()
    identity = {"accessKey": KEY.key_id, "secretKey": KEY.secret}
    (folder / "s3.json").write_text(
        json.dumps({"identities": [{"name": "vault", "credentials": [identity], "actions": ["Admin"]}]})
    )
    master, volume, filer, port = _free_ports(4)
    command: list[str] = [
        str(program), "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", "-volume.max=8", "-master.volumeSizeLimitMB=64",
        "-filer", f"-filer.port={filer}", "-s3", f"-s3.port={port}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        f"-s3.config={folder / 's3.json'}",
    ]  # fmt: skip
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        server = ObjectServer(port)
        _wait(server, process, folder / "log.txt")
        yield server
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(folder / "data", ignore_errors=True)


def _wait(server: ObjectServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.store().put(b"ready")
        except StoreUnavailable:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the object server did not start:\n" + log.read_text(errors="replace")[-2000:])


def _free_ports(count: int) -> list[int]:
    """Ports whose own and whose second one are free now."""
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(20_000, 50_000)
        if port not in found and all(_is_free(one) for one in (port, port + GRPC)):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    """Whether a server can have the port: somebody's outgoing connection takes one as well, and answers nobody."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
