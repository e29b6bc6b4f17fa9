# SPDX-License-Identifier: EUPL-1.2
"""Real tokens: SoftHSM of the distribution, in a folder of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest

from mukatabat.vault.custody.device import TokenKeyStore
from mukatabat.vault.custody.token import Token

PIN = "271828"
_MODULES = (Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib64/softhsm/libsofthsm2.so"))


@dataclass
class TestToken:
    """One initialised token: what an installation is told of it, and what can befall it."""

    __test__ = False

    module: Path
    label: str
    pin_file: Path
    slots: Path

    def store(self) -> TokenKeyStore:
        """Open a store as another process would: with a session of its own."""
        return TokenKeyStore(Token(self.module, self.label, pin_file=self.pin_file, folder=self.slots.parent))

    def configure(self, settings: Any) -> None:
        """Make it the token of the installation."""
        settings.MUKATABAT_TOKEN_MODULE, settings.MUKATABAT_TOKEN_LABEL = self.module, self.label
        settings.MUKATABAT_TOKEN_PIN_FILE = self.pin_file

    def take_out(self) -> None:
        """Take the token out of its slot."""
        self._move(self.slots, self.slots.with_name("taken out"))

    def put_back(self) -> None:
        """Put it into its slot again."""
        self._move(self.slots.with_name("taken out"), self.slots)

    def _move(self, source: Path, target: Path) -> None:
        target.mkdir(exist_ok=True)
        for token in list(source.iterdir()):
            token.rename(target / token.name)
        forget_sessions(self.module)


def forget_sessions(module: Path) -> None:
    """End every session of this process, as a module does whose device went away; it then looks at its slots anew."""
    library = pkcs11.lib(str(module))
    library.finalize()


def new_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> TestToken:
    """Initialise a token in a folder of its own; without SoftHSM the test is named as not run, and fails where CI is."""
    module = next((one for one in _MODULES if one.exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        said = "NOT RUN: no SoftHSM on this machine (apt install softhsm2)"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)
    slots = folder / "slots"
    slots.mkdir(parents=True)
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {slots}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "test", "--pin", PIN, "--so-pin", "31415926"],
        check=True, capture_output=True,
    )  # fmt: skip
    pin_file = folder / "pin"
    pin_file.write_text(f"{PIN}\n")
    pin_file.chmod(0o600)
    forget_sessions(module)
    return TestToken(module, "test", pin_file, slots)
