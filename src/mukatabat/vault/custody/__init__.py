# SPDX-License-Identifier: EUPL-1.2
"""Custody of keys: which key stores this installation has, and how they are opened.

Each key's row names its store. The software store is there always; a hardware token beside it when its module is
configured.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from mukatabat.vault.errors import KeyUnavailable

if TYPE_CHECKING:
    from mukatabat.vault.custody.device import TokenKeyStore
    from mukatabat.vault.custody.software import SoftwareKeyStore
    from mukatabat.vault.ports import KeyStore, NoteStore, PairStore
    from mukatabat.vault.rules import HeldKey

SOFTWARE: Final = "software"
TOKEN: Final = "token"


class KeptKey(Protocol):
    """A row of a key that wraps others: the store in which it is, and how that holds it."""

    store: str

    @property
    def held(self) -> HeldKey:
        """How its store holds it."""
        ...


def wrap(key: KeptKey, secret: bytes, *, context: bytes) -> bytes:
    """Seal 32 bytes under a key in the store where it is, bound to their context; raises KeyUnavailable."""
    return key_store(key.store).wrap(key.held, secret, context=context)


def unwrap(key: KeptKey, wrapped: bytes | memoryview, *, context: bytes) -> bytes:
    """Open what :func:`wrap` sealed; raises KeyUnavailable, and its kind WrongKey for another key or context."""
    return key_store(key.store).unwrap(key.held, bytes(wrapped), context=context)


def key_store(name: str | None = None) -> KeyStore:
    """Give the key store of this name, opened, by default the one for keys of bodies that have none yet.

    A passphrase file or a key file opens the software store in ``MUKATABAT_KEYS_DIR``; without either, a development
    installation has one whose key lies beside it. Raises KeyUnavailable.
    """
    return _store(name)


def pair_store(name: str | None = None) -> PairStore:
    """Give the store of this name that holds private halves of key pairs, by default the one for new ones.

    Raises KeyUnavailable.
    """
    return _store(name)


def note_store(name: str | None = None) -> NoteStore:
    """Give the store of this name that holds the log's key; raises KeyUnavailable.

    By default the one for new keys, where that is a token which offers Ed25519, else that of software.
    """
    if name is None:
        name = TOKEN if store_for_new_keys() == TOKEN and token_store().signs_notes() else SOFTWARE
    return _store(name)


def store_for_new_keys() -> str:
    """Name the store for the keys of bodies that have none yet, and of the node."""
    from django.conf import settings

    return str(settings.MUKATABAT_KEY_STORE)


def configured() -> tuple[str, ...]:
    """Name the key stores of this installation."""
    from django.conf import settings

    return (SOFTWARE, TOKEN) if settings.MUKATABAT_TOKEN_MODULE else (SOFTWARE,)


def _store(name: str | None) -> SoftwareKeyStore | TokenKeyStore:
    chosen = store_for_new_keys() if name is None else name
    if chosen not in configured():
        raise KeyUnavailable(reason=f"the key store {chosen} is not configured")
    return token_store() if chosen == TOKEN else software_store()


def token_store() -> TokenKeyStore:
    """Give the store over the configured token; raises KeyUnavailable without one."""
    from django.conf import settings

    if not settings.MUKATABAT_TOKEN_MODULE:
        raise KeyUnavailable(reason="no token is configured")
    return _token(
        settings.MUKATABAT_TOKEN_MODULE, settings.MUKATABAT_TOKEN_LABEL, settings.MUKATABAT_TOKEN_PIN_FILE,
        settings.MUKATABAT_KEYS_DIR,
    )  # fmt: skip


def software_store() -> SoftwareKeyStore:
    """Give the store in ``MUKATABAT_KEYS_DIR``, opened; raises KeyUnavailable."""
    from django.conf import settings

    if settings.MUKATABAT_VAULT_PASSPHRASE_FILE or settings.MUKATABAT_VAULT_KEY_FILE:
        return _software(
            settings.MUKATABAT_KEYS_DIR, settings.MUKATABAT_VAULT_PASSPHRASE_FILE, settings.MUKATABAT_VAULT_KEY_FILE
        )
    if settings.MUKATABAT_DEVELOPMENT:
        return _development(settings.MUKATABAT_KEYS_DIR)
    raise KeyUnavailable(reason="no key store is configured")


@cache
def _token(module: Path, label: str, pin_file: Path | None, folder: Path) -> TokenKeyStore:
    from mukatabat.vault.custody.device import TokenKeyStore
    from mukatabat.vault.custody.token import Token

    return TokenKeyStore(Token(module, label, pin_file=pin_file, folder=folder))


@cache
def _software(folder: Path, passphrase: Path | None, key: Path | None) -> SoftwareKeyStore:
    from mukatabat.vault.custody.opening import opener
    from mukatabat.vault.custody.software import SoftwareKeyStore

    return SoftwareKeyStore(folder, opener(passphrase_file=passphrase, key_file=key))


@cache
def _development(folder: Path) -> SoftwareKeyStore:
    from mukatabat.vault.custody.development import development_key_store

    return development_key_store(folder)
