# SPDX-License-Identifier: EUPL-1.2
"""The key of the transparency log in the installation's key store."""

from __future__ import annotations

from mukatabat.ledger.rules import LogKey
from mukatabat.vault.custody import note_store
from mukatabat.vault.rules import HeldKey


class VaultLogKeys:
    """Implements :class:`mukatabat.ledger.ports.LogKeys` over the key store; opened when it is first needed."""

    def generate(self, origin: str) -> LogKey:
        """See :meth:`mukatabat.ledger.ports.LogKeys.generate`."""
        store = note_store()
        held, public = store.generate_note_key(_context(origin))
        return LogKey(public, store.name, held.root, held.token)

    def sign(self, key: LogKey, origin: str, data: bytes) -> bytes:
        """See :meth:`mukatabat.ledger.ports.LogKeys.sign`."""
        return note_store(key.store).note_sign(HeldKey(key.root, key.token, _context(origin)), data)


def _context(origin: str) -> bytes:
    """What binds the log's key to the log's name."""
    return f"mukatabat/log-key/1/{origin}".encode()
