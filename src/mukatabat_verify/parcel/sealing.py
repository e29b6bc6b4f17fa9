# SPDX-License-Identifier: EUPL-1.2
"""Making a parcel: the content is sealed as it comes, then the header signed over it, then the key wrapped.

A parcel is sealed once. The same bytes are sent again for as long as it takes; sealing anything a second time under
one key would use its nonces twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from mukatabat_verify.parcel.cover import SIGNATURE_BYTES, SIGNED, Cover
from mukatabat_verify.parcel.header import Content, Header, Recipient, digest_of
from mukatabat_verify.parcel.keys import ParcelKey, wrap_info
from mukatabat_verify.parcel.suites import RecipientKey
from mukatabat_verify.stream import StreamSealer


class Seal(Protocol):
    """The seal of a body: certificates, its own first, and a P-256 key that signs with ECDSA over SHA-256."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Give the certificates, DER, without the root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Sign data; gives the DER form of the signature."""
        ...


class ContentSealer:
    """Seals a content as it comes and keeps account of it; :attr:`content` is for the header, after the end."""

    def __init__(self, key: ParcelKey) -> None:
        """Take a key that has sealed nothing yet."""
        self._digest = hashlib.sha256(key.salt)
        self._sealed_digest = hashlib.sha256()
        self._sealed_size = 0
        self._stream = StreamSealer(key.cipher, digest=self._digest.update)

    def seal(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Seal the whole content and yield it sealed, chunk by chunk."""
        for piece in pieces:
            for sealed in self._stream.update(piece):
                yield self._counted(sealed)
        yield self._counted(self._stream.finish())

    @property
    def content(self) -> Content:
        """What the header says of the content."""
        digests = self._digest.hexdigest(), self._sealed_digest.hexdigest()
        return Content(self._stream.size, digests[0], self._sealed_size, digests[1])

    def _counted(self, sealed: bytes) -> bytes:
        self._sealed_digest.update(sealed)
        self._sealed_size += len(sealed)
        return sealed


def recipients_of(keys: Iterable[tuple[str, RecipientKey]]) -> tuple[Recipient, ...]:
    """Give the recipients for a header from pairs of a body's code and its key."""
    return tuple(Recipient(key.id, body, key.suite) for body, key in keys)


def make_cover(header: Header, key: ParcelKey, *, recipients: Sequence[RecipientKey], seal: Seal) -> Cover:
    """Sign a header and wrap the parcel's key for the recipients in it.

    The header names the seal's certificate and the key's commitment; ValueError when it names others, or when the
    recipients' keys are not those in it.
    """
    named = hashlib.sha256(seal.chain[0]).hexdigest(), key.commitment, sorted(one.id for one in recipients)
    if named != (header.certificate, header.commitment, sorted(one.key for one in header.recipients)):
        raise ValueError("the header is not for this seal, this key and these recipients")
    written = header.to_bytes()
    digest = digest_of(written)
    wraps = {one.id: one.wrap(key.secret, wrap_info(digest, one.id)) for one in recipients}
    return Cover(written, raw_signature(seal.sign, SIGNED + written), seal.chain, wraps)


def raw_signature(sign: Callable[[bytes], bytes], data: bytes) -> bytes:
    """Sign, and give r and s as 32 bytes each (IEEE P1363), the one form in which a signature can be written."""
    r, s = decode_dss_signature(sign(data))
    return r.to_bytes(SIGNATURE_BYTES // 2, "big") + s.to_bytes(SIGNATURE_BYTES // 2, "big")
