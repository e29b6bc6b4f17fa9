# SPDX-License-Identifier: EUPL-1.2
"""A log of its own for each test, and witnesses that are processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mukatabat.kernel.ids import new_id
from mukatabat.ledger import actions
from mukatabat.ledger.jobs import Logger
from mukatabat.ledger.models import Log
from mukatabat.ledger.rules import Head
from mukatabat.ledger.witness.state import WitnessFolder
from mukatabat.ledger.witnesses import HttpWitnesses
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat_verify.log.notes import NoteKey
from mukatabat_verify.log.policies import WitnessEntry, WitnessPolicy
from tests.cast import Cast
from tools.paths import SOURCE

ORIGIN = "host.example/log"


class WitnessProcess:
    """A witness in a folder, served by a process that can be killed and started again."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self.state = WitnessFolder.make(folder, f"{name}.example/w")
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self) -> WitnessProcess:
        command = [sys.executable, "-m", "mukatabat.ledger.witness", "serve", str(self.folder), "--port", "0"]
        env = {**os.environ, "PYTHONPATH": str(SOURCE)}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:")
        return self

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def entry(self) -> WitnessEntry:
        return WitnessEntry(self.name, self.state.key, self.url)


class House:
    """The log of this test's database, as one process after the other sees it."""

    def __init__(self) -> None:
        self.keys = VaultLogKeys()
        self.log = actions.begin(self.keys, ORIGIN)

    @property
    def key(self) -> NoteKey:
        return self.log.note_key

    def head(self) -> Head:
        return Log.objects.get().head

    def commit(self, count: int = 1) -> list[bytes]:
        values = [new_id().bytes * 2 for _ in range(count)]
        for value in values:
            actions.commit(new_id(), value)
        return values

    def process(self, policy: WitnessPolicy | None = None) -> Logger:
        """A worker that starts now."""
        return Logger(ORIGIN, policy or WitnessPolicy(), self.keys, HttpWitnesses())


@pytest.fixture
def house(cast: Cast) -> House:
    return House()


@pytest.fixture
def witnesses(house: House, tmp_path: Path) -> Iterator[list[WitnessProcess]]:
    """Three witnesses of this log, running."""
    made = [WitnessProcess(tmp_path / name, name) for name in ("audit-bureau", "ict", "fatwa")]
    try:
        for one in made:
            one.state.trust(house.key)
            one.start()
        yield made
    finally:
        for one in made:
            one.kill()


def two_of(witnesses: list[WitnessProcess]) -> WitnessPolicy:
    """The policy: two of these."""
    return WitnessPolicy(tuple(one.entry() for one in witnesses), 2)
