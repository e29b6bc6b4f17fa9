# SPDX-License-Identifier: EUPL-1.2
"""`./run lock`: renew the hash-locked lists of packages from the ones with reasons."""

from __future__ import annotations

import datetime
import subprocess
from typing import TYPE_CHECKING

from tools.bootstrap import DEVELOPMENT, UV, bootstrap, uv_environment
from tools.console import Stop, say
from tools.paths import REQUIREMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

COOL_DOWN = datetime.timedelta(days=7)  # a poisoned release is usually found within days


def lock(arguments: Sequence[str]) -> int:
    """Perform the verb; `--upgrade` and the like go to uv. Hashes are kept, addresses of registries are not."""
    bootstrap(())
    before = (datetime.datetime.now(datetime.UTC) - COOL_DOWN).date().isoformat()
    for group in DEVELOPMENT:
        command = [str(UV), "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--no-emit-index-url"]
        command += ["--no-emit-find-links", "--python-version", "3.11", "--exclude-newer", before, *arguments]
        command += [f"{group}.in", "-o", f"{group}.txt"]
        # pip's own settings may name folders or mirrors of this machine; a lock must not depend on them.
        env = {name: value for name, value in uv_environment().items() if name != "UV_FIND_LINKS"}
        if subprocess.run(command, cwd=REQUIREMENTS, env=env, check=False).returncode:
            raise Stop(f"requirements/{group}.in has no solution; requirements/{group}.txt is as it was.")
        size = (REQUIREMENTS / f"{group}.txt").stat().st_size
        say(f"  requirements/{group}.txt: releases up to {before}, {size // 1024} KB")
    return 0
