# SPDX-License-Identifier: EUPL-1.2
"""What our programs are told by environment variables; `mukatabat.web.settings` reads the same names."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tools.keys import secret_key
from tools.paths import ROOT, SOURCE

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "mukatabat.web.settings"


def program_environment(
    folder: Path, app_url: str, *, owner_url: str | None = None, port: int | None = None
) -> dict[str, str]:
    """Return the environment of a program of the product that keeps its state in `folder`.

    `owner_url` goes only to programs that change tables or seed. Connection settings of the terminal (PG…,
    DATABASE_URL) are left out, so that nothing can connect as somebody else by accident.
    """
    env = {name: value for name, value in os.environ.items() if not name.startswith("PG") and name != "DATABASE_URL"}
    env.pop("MUKATABAT_OWNER_DATABASE_URL", None)
    env.update(
        DJANGO_SETTINGS_MODULE=SETTINGS,
        MUKATABAT_DATABASE_URL=app_url,
        MUKATABAT_DEVELOPMENT="1",
        MUKATABAT_VERIFICATION_ORIGIN="https://verify.example",
        MUKATABAT_SECRET_KEY_FILE=str(secret_key(folder)),
        MUKATABAT_VAR=str(folder),
        PYTHONPATH=os.pathsep.join((str(SOURCE), str(ROOT))),
        PYTHONUNBUFFERED="1",
        PYTHONUTF8="1",
    )
    if owner_url is not None:
        env["MUKATABAT_OWNER_DATABASE_URL"] = owner_url
    if port is not None:
        env["MUKATABAT_PORT"] = str(port)
        # What is printed beside the code leads to this site's own page.
        env["MUKATABAT_VERIFICATION_ORIGIN"] = f"http://fl.localhost:{port}"
    return env
