# SPDX-License-Identifier: EUPL-1.2
"""Custody of keys: which key store this installation has, and how it is opened."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mukatabat.vault.errors import KeyUnavailable

if TYPE_CHECKING:
    from mukatabat.vault.ports import KeyStore


def key_store() -> KeyStore:
    """Give the key store of this installation, opened.

    A passphrase file or a key file opens the software store in ``MUKATABAT_KEYS_DIR``; without either, a development
    installation has one whose key lies beside it. Raises KeyUnavailable.
    """
    from django.conf import settings

    if settings.MUKATABAT_VAULT_PASSPHRASE_FILE or settings.MUKATABAT_VAULT_KEY_FILE:
        return _software(
            settings.MUKATABAT_KEYS_DIR, settings.MUKATABAT_VAULT_PASSPHRASE_FILE, settings.MUKATABAT_VAULT_KEY_FILE
        )
    if settings.MUKATABAT_DEVELOPMENT:
        return _development(settings.MUKATABAT_KEYS_DIR)
    raise KeyUnavailable(reason="no key store is configured")


@cache
def _software(folder: Path, passphrase: Path | None, key: Path | None) -> KeyStore:
    from mukatabat.vault.custody.opening import opener
    from mukatabat.vault.custody.software import SoftwareKeyStore

    return SoftwareKeyStore(folder, opener(passphrase_file=passphrase, key_file=key))


@cache
def _development(folder: Path) -> KeyStore:
    from mukatabat.vault.custody.development import development_key_store

    return development_key_store(folder)
