# SPDX-License-Identifier: EUPL-1.2
"""Custody of keys: which key store this installation has, and how it is opened."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mukatabat.vault.errors import KeyUnavailable

if TYPE_CHECKING:
    from mukatabat.vault.custody.software import SoftwareKeyStore
    from mukatabat.vault.ports import KeyStore, NoteStore, PairStore


def key_store() -> KeyStore:
    """Give the key store of this installation, opened.

    A passphrase file or a key file opens the software store in ``MUKATABAT_KEYS_DIR``; without either, a development
    installation has one whose key lies beside it. Raises KeyUnavailable.
    """
    return _software_store()


def pair_store(name: str | None = None) -> PairStore:
    """Give the store of this name that holds private halves of bodies' key pairs, by default the one for new ones.

    Raises KeyUnavailable.
    """
    store = _software_store()
    if name not in (None, store.name):
        raise KeyUnavailable(reason=f"the key store {name} is not configured")
    return store


def note_store(name: str | None = None) -> NoteStore:
    """Give the store of this name that holds the log's key, by default the one for a new one. Raises KeyUnavailable."""
    store = _software_store()
    if name not in (None, store.name):
        raise KeyUnavailable(reason=f"the key store {name} is not configured")
    return store


def _software_store() -> SoftwareKeyStore:
    from django.conf import settings

    if settings.MUKATABAT_VAULT_PASSPHRASE_FILE or settings.MUKATABAT_VAULT_KEY_FILE:
        return _software(
            settings.MUKATABAT_KEYS_DIR, settings.MUKATABAT_VAULT_PASSPHRASE_FILE, settings.MUKATABAT_VAULT_KEY_FILE
        )
    if settings.MUKATABAT_DEVELOPMENT:
        return _development(settings.MUKATABAT_KEYS_DIR)
    raise KeyUnavailable(reason="no key store is configured")


@cache
def _software(folder: Path, passphrase: Path | None, key: Path | None) -> SoftwareKeyStore:
    from mukatabat.vault.custody.opening import opener
    from mukatabat.vault.custody.software import SoftwareKeyStore

    return SoftwareKeyStore(folder, opener(passphrase_file=passphrase, key_file=key))


@cache
def _development(folder: Path) -> SoftwareKeyStore:
    from mukatabat.vault.custody.development import development_key_store

    return development_key_store(folder)
