# SPDX-License-Identifier: EUPL-1.2
"""`./run doctor`: what is here, what is missing, and what would go wrong; changes nothing but the environment."""

from __future__ import annotations

import os
import platform
import shutil
from typing import TYPE_CHECKING

from tools.account import choose_account
from tools.bootstrap import DEMONSTRATION, bootstrap
from tools.checks import temporary_state
from tools.console import Stop, say
from tools.database import database_server
from tools.island import is_current
from tools.paths import ROOT, state
from tools.postgres import find_binaries
from tools.processes import dies_with_parent, stop_by_signals
from tools.suite import find_chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENOUGH_DISK = 2 * 1024**3  # environment with the tests' packages, one data directory, logs


def doctor(arguments: Sequence[str]) -> int:
    """Perform the verb: one line for each finding; returns 1 when the demonstration could not run here."""
    if arguments:
        raise Stop("./run doctor takes no arguments.", code=2)
    findings: list[tuple[str, Callable[[], tuple[bool, str]]]] = [
        ("Python", lambda: (True, platform.python_version())),
        ("disk", _disk),
        ("packages", _packages),
        ("account", _account),
        ("PostgreSQL", _postgres),
        ("Arabic search", _arabic),
        ("stopping", _stopping),
        ("letter editor", _editor),
        ("browser", _browser),
        ("token", _token),
    ]
    bad = 0
    with stop_by_signals():
        for name, examine in findings:
            try:
                good, text = examine()
            except Stop as stop:
                good, text = False, str(stop)
            bad += not good
            say(f"  {'ok     ' if good else 'MISSING'}  {name:14}{text}")
    return 1 if bad else 0


def _disk() -> tuple[bool, str]:
    free = shutil.disk_usage(ROOT).free
    return free > ENOUGH_DISK, f"{free / 1024**3:.1f} GB free, state in {os.path.relpath(state(), ROOT)}"


def _packages() -> tuple[bool, str]:
    bootstrap(DEMONSTRATION)
    return True, "as locked"


def _account() -> tuple[bool, str]:
    account = choose_account()
    if account.foreign:
        return True, "root, no user namespaces: PostgreSQL runs as nobody"
    return True, "root, PostgreSQL in a user namespace" if account.prefix else "a normal user"


def _postgres() -> tuple[bool, str]:
    if os.environ.get("DATABASE_URL"):
        return True, "the server of DATABASE_URL"
    binaries = find_binaries()
    return True, f"{binaries.major}, from the {'system' if binaries.source == 'system' else 'environment'}"


def _arabic() -> tuple[bool, str]:
    with temporary_state() as folder, database_server(folder, throwaway=True) as server:
        if server.sees_arabic():
            return True, "trigrams see Arabic letters"
    return False, "trigrams do not see Arabic letters: the database was initialised without C.UTF-8"


def _stopping() -> tuple[bool, str]:
    if dies_with_parent():
        return True, "children end with the launcher, even when it is killed"
    return True, "no setpriv: after a kill the next start ends what was left"


def _editor() -> tuple[bool, str]:
    return True, "built" if is_current() else "not built (node and npm): letters are written in a plain text area"


def _token() -> tuple[bool, str]:
    found = shutil.which("softhsm2-util")
    return True, "SoftHSM for the tests of keys in a token" if found else "no SoftHSM: tests of tokens would be NOT RUN"


def _browser() -> tuple[bool, str]:
    found = find_chromium()
    return True, f"{found} for the browser tests" if found else "no Chromium: browser tests would be NOT RUN"
