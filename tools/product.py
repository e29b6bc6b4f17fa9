# SPDX-License-Identifier: EUPL-1.2
"""`./run cli …`: the product's own command line, on the state of this installation."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tools.bootstrap import DEMONSTRATION, bootstrap
from tools.database import database_server
from tools.environment import program_environment
from tools.installation import prepare
from tools.keys import password_file
from tools.paths import PYTHON, state
from tools.processes import dies_with_parent, stop_by_signals

if TYPE_CHECKING:
    from collections.abc import Sequence


def cli(arguments: Sequence[str]) -> int:
    """Perform the verb: hand `arguments` to the product; returns its exit code.

    A running demonstration's database is used as it stands; otherwise it is started for as long as the command takes.
    """
    with stop_by_signals():
        bootstrap(DEMONSTRATION)
        folder = state()
        with database_server(folder, join=True) as server:
            if arguments[:2] == ["backup", "restore"]:
                server.provision()  # a backup is restored into an empty database
            elif server.cluster is not None:
                prepare(folder, server)
            env = program_environment(folder, server.app_url())
            for role, password in (("owner", server.passwords.owner), ("backup", server.passwords.backup)):
                env[f"MUKATABAT_{role.upper()}_PASSWORD_FILE"] = str(password_file(folder, role, password))
            command = [*dies_with_parent(), str(PYTHON), "-m", "mukatabat.web.cli", *arguments]
            return subprocess.run(command, env=env, check=False).returncode
