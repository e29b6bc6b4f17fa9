# SPDX-License-Identifier: EUPL-1.2
"""What opens a software key store: a passphrase that people know, or a key that the machine is given at its start.

Both come from files, never from the environment, which every child process and every crash report sees.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from mukatabat.vault.errors import KeyUnavailable
from mukatabat.vault.rules import KEY_BYTES

SHORTEST_PASSPHRASE = 16
_COST = 2**16
_BLOCK = 8
_PARALLEL = 2


@dataclass(frozen=True, slots=True)
class Opener:
    """A secret and how a key is made of it: "passphrase" by scrypt (RFC 7914), "key" by HKDF (RFC 5869)."""

    kind: str
    secret: bytes = field(repr=False)

    def key(self, salt: bytes) -> bytes:
        """Give the 32 bytes under which the store's root keys are sealed; a passphrase takes 64 MiB and a moment."""
        if self.kind == "key":
            return HKDF(SHA256(), KEY_BYTES, salt=salt, info=b"mukatabat/key-store/1").derive(self.secret)
        return hashlib.scrypt(
            self.secret, salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=2 * 128 * _COST * _BLOCK, dklen=KEY_BYTES
        )


def opener(*, passphrase_file: Path | None, key_file: Path | None) -> Opener:
    """Read what opens the store: a passphrase of 16 characters and more, or a key of at least 32 random bytes.

    Raises KeyUnavailable for a file that is missing, open to others, or too short.
    """
    if passphrase_file is not None:
        words = private_bytes(passphrase_file).strip()
        if len(words.decode(errors="replace")) < SHORTEST_PASSPHRASE:
            raise KeyUnavailable(reason=f"the passphrase is shorter than {SHORTEST_PASSPHRASE} characters")
        return Opener("passphrase", words)
    if key_file is None:
        raise KeyUnavailable(reason="no key store is configured")
    secret = private_bytes(key_file)
    if len(secret) < KEY_BYTES:
        raise KeyUnavailable(reason=f"the key file is shorter than {KEY_BYTES} bytes")
    return Opener("key", secret)


def private_bytes(path: Path) -> bytes:
    """Read a secret from a file of the service alone; raises KeyUnavailable when it is missing or open to others."""
    try:
        if path.stat().st_mode & 0o007:
            raise KeyUnavailable(reason=f"{path.name} can be read by everybody")
        return path.read_bytes()
    except OSError as error:
        raise KeyUnavailable(reason=f"{path.name} cannot be read") from error
