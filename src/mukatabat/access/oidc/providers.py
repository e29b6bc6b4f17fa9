# SPDX-License-Identifier: EUPL-1.2
"""The provider that this installation names in a file; without the file nobody signs in through one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.conf import settings

from mukatabat.access.oidc.rules import Provider

FIELDS = ("issuer", "client_id", "client_secret", "body", "claim", "name_ar", "name_en")


def configured() -> Provider | None:
    """Return the provider of `MUKATABAT_OIDC_FILE` (or the credential "oidc"), or None where there is none."""
    path = settings.MUKATABAT_OIDC_FILE
    return _read(path) if path is not None else None


@cache
def _read(path: Path) -> Provider:
    """Read the file once in a process: a JSON object with `FIELDS`, all texts. Raises ValueError for anything else."""
    said = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(said, dict) or set(said) != set(FIELDS) or not all(isinstance(one, str) for one in said.values()):
        message = f"{path.name} holds an object with exactly these texts: {', '.join(FIELDS)}"
        raise ValueError(message)
    return Provider(**said)
