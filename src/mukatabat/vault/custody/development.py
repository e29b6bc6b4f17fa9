# SPDX-License-Identifier: EUPL-1.2
"""The key store of a development installation: the key that opens it lies beside it."""

from __future__ import annotations

import secrets
from pathlib import Path

from mukatabat.signing.development.announcement import announce
from mukatabat.signing.development.files import first_wins, private_folder
from mukatabat.vault.custody.opening import Opener
from mukatabat.vault.custody.software import SoftwareKeyStore
from mukatabat.vault.rules import KEY_BYTES


def development_key_store(folder: Path) -> SoftwareKeyStore:
    """Give a store that opens itself; says in warnings and in the log that it protects from nobody."""
    announce(
        "The development key store", because="its key lies beside what it protects, so a thief of the disk has both"
    )
    secret = first_wins(private_folder(folder) / "development.key", lambda: secrets.token_bytes(KEY_BYTES))
    return SoftwareKeyStore(folder, Opener("key", secret))
