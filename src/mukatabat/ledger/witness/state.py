# SPDX-License-Identifier: EUPL-1.2
"""A witness's folder: its key, the logs that it knows, and what it saw last of each; a few kB, durable before told."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mukatabat.kernel.files import sync, write_private
from mukatabat_verify.log.checkpoints import LogCheckpoint
from mukatabat_verify.log.notes import COSIGNATURE, ED25519, NoteKey

KEY, LOGS, SEEN = "witness.json", "logs.txt", "seen"


class StateUnreadable(Exception):
    """The folder is no witness's, or is damaged; a witness that forgot what it saw must not go on."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was cosigned last of a log; nothing yet is size 0."""

    size: int = 0
    root: bytes = b""


class WitnessFolder:
    """What a witness keeps. Several processes may share a folder; they wait for one another."""

    def __init__(self, folder: Path) -> None:
        """Open the folder of a witness that was made before; raises StateUnreadable."""
        self.folder = folder
        try:
            content = json.loads((folder / KEY).read_bytes())
            self._private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(content["secret"], validate=True))
            self.key = NoteKey(str(content["name"]), COSIGNATURE, _public(self._private))
            NoteKey.parse(str(self.key))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StateUnreadable(f"{folder} is not the folder of a witness") from error

    @classmethod
    def make(cls, folder: Path, name: str) -> WitnessFolder:
        """Make a witness with a fresh key under a name; FileExistsError when the folder holds one."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        content = {"name": name, "secret": base64.b64encode(secrets.token_bytes(32)).decode("ascii")}
        with os.fdopen(os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(json.dumps(content).encode())
            file.flush()
            os.fsync(file.fileno())
        (folder / SEEN).mkdir(exist_ok=True, mode=0o700)
        sync(folder)
        return cls(folder)

    def sign(self, data: bytes) -> bytes:
        """Sign with Ed25519."""
        return self._private.sign(data)

    def trust(self, key: NoteKey) -> None:
        """Witness this log from now on; ValueError for a key that is no log's, or under a name that is known."""
        if key.kind != ED25519 or key.name in self.logs():
            raise ValueError("not the key of a new log")
        with self.alone():
            lines = [*map(str, self.logs().values()), str(key)]
            write_private(self.folder / LOGS, "".join(f"{line}\n" for line in lines).encode())

    def logs(self) -> dict[str, NoteKey]:
        """Give the logs that are witnessed, by name; raises StateUnreadable."""
        try:
            text = (self.folder / LOGS).read_text(encoding="utf-8")
            return {key.name: key for key in map(NoteKey.parse, text.split())}
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise StateUnreadable(f"{LOGS} is not understood") from error

    def seen(self, origin: str) -> Seen:
        """Tell what was cosigned last of a log; raises StateUnreadable, for a damaged memory is not an empty one."""
        try:
            content = json.loads(self._memory(origin).read_bytes())
            if content["origin"] != origin:
                raise StateUnreadable("the memory of another log")
            return Seen(int(content["size"]), base64.b64decode(content["root"], validate=True))
        except FileNotFoundError:
            return Seen()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StateUnreadable(f"what was seen of {origin} cannot be read") from error

    def remember(self, checkpoint: LogCheckpoint) -> None:
        """Keep what is about to be cosigned; when it returns, it survives a power cut. Call it within :meth:`alone`."""
        root = base64.b64encode(checkpoint.root).decode("ascii")
        content = {"origin": checkpoint.origin, "size": checkpoint.size, "root": root}
        write_private(self._memory(checkpoint.origin), json.dumps(content).encode())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every other thread and process out of the folder meanwhile."""
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _memory(self, origin: str) -> Path:
        return self.folder / SEEN / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
