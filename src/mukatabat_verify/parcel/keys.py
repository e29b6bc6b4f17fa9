# SPDX-License-Identifier: EUPL-1.2
"""The key of one parcel, and what is derived from it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from mukatabat_verify.stream import KEY_BYTES, ChunkCipher

LABEL = b"mukatabat/parcel/1/"


@dataclass(frozen=True, slots=True)
class ParcelKey:
    """32 random bytes for one parcel and one content: never used again, never shown.

    AES-GCM alone commits to no key: one ciphertext can be made that opens to two letters under two keys. The
    commitment in the signed header closes that.
    """

    secret: bytes = field(repr=False)

    @classmethod
    def fresh(cls) -> ParcelKey:
        """Make a key for a parcel that is about to be sealed. What was sealed is sent again; it is not sealed again."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def cipher(self) -> ChunkCipher:
        """The cipher of the content's chunks."""
        return ChunkCipher(self._derived(b"chunks"))

    @property
    def commitment(self) -> str:
        """What the header says of the key, in hexadecimal."""
        return self._derived(b"commitment").hex()

    @property
    def salt(self) -> bytes:
        """What goes before the content in its digest. To show it to a court opens nothing."""
        return self._derived(b"salt")

    def _derived(self, purpose: bytes) -> bytes:
        return HKDFExpand(SHA256(), KEY_BYTES, LABEL + purpose).derive(self.secret)


def wrap_info(header_digest: bytes, key_id: str) -> bytes:
    """Give what a wrapped key is bound to: this header and this recipient's key."""
    return LABEL + b"wrap\0" + header_digest + bytes.fromhex(key_id)
