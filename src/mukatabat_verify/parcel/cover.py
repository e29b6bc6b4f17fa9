# SPDX-License-Identifier: EUPL-1.2
"""The cover of a parcel, as bytes: header, signature, certificates and wrapped keys. The sealed content follows it.

In this order, numbers big-endian:

1. the line ``mukatabat-parcel-1``;
2. length (4 bytes) and bytes of the header;
3. the signature, 64 bytes: r and s of ECDSA on P-256 over :data:`SIGNED` and the header;
4. count (1 byte) of certificates, the seal's own first; each with its length (4 bytes), DER;
5. count (2 bytes) of wrapped keys; each after the place (2 bytes) of its recipient in the header, in rising order. How
   long one is says its recipient's suite. A cover may carry fewer than the header has recipients: each gets its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from mukatabat_verify.errors import CutOff, MalformedHeader, UnknownForm, WrapMalformed
from mukatabat_verify.parcel import header as headers
from mukatabat_verify.parcel.suites import WRAPS
from mukatabat_verify.stream import exactly

MAGIC: Final = b"mukatabat-parcel-1\n"
SIGNED: Final = b"mukatabat/parcel/1/header\0"
SIGNATURE_BYTES: Final = 64
MOST_CERTIFICATES = 8
LARGEST_CERTIFICATE = 2**14


@dataclass(frozen=True, slots=True)
class Cover:
    """A parcel without its content. ``wraps`` holds wrapped keys by the id of the recipient's key."""

    header: bytes
    signature: bytes
    certificates: tuple[bytes, ...]
    wraps: Mapping[str, bytes]

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the header."""
        return headers.digest_of(self.header)

    def only_for(self, keys: Collection[str]) -> Cover:
        """Give the cover with the wraps of these keys alone, as each recipient gets it."""
        return replace(self, wraps={key: wrap for key, wrap in self.wraps.items() if key in keys})

    def to_bytes(self) -> bytes:
        """Write the cover. Its header must be readable and its wraps be for recipients in it."""
        places = {one.key: place for place, one in enumerate(headers.read(self.header).recipients)}
        parts = [MAGIC, _number(len(self.header), 4), self.header, self.signature, _number(len(self.certificates), 1)]
        for certificate in self.certificates:
            parts += [_number(len(certificate), 4), certificate]
        parts.append(_number(len(self.wraps), 2))
        for place, wrap in sorted((places[key], wrap) for key, wrap in self.wraps.items()):
            parts += [_number(place, 2), wrap]
        return b"".join(parts)


def read(stream: BinaryIO) -> tuple[Cover, headers.Header]:
    """Read a cover from the beginning of a stream, which is left at the sealed content; gives its header read, too.

    Proves nothing yet. Raises UnknownForm, CutOff, WrapMalformed, or what :func:`header.read` raises.
    """
    if exactly(stream, len(MAGIC)) != MAGIC:
        raise UnknownForm
    written = _bytes(stream, _read_number(stream, 4, most=headers.LARGEST_HEADER))
    header = headers.read(written)
    signature = _bytes(stream, SIGNATURE_BYTES)
    count = _read_number(stream, 1, most=MOST_CERTIFICATES)
    certificates = tuple(_bytes(stream, _read_number(stream, 4, most=LARGEST_CERTIFICATE)) for _ in range(count))
    return Cover(written, signature, certificates, _read_wraps(stream, header)), header


def sealed_by(stream: BinaryIO) -> str:
    """Give the SHA-256 of the seal's certificate in a cover that was checked before, without reading its header."""
    if exactly(stream, len(MAGIC)) != MAGIC:
        raise UnknownForm
    _bytes(stream, _read_number(stream, 4, most=headers.LARGEST_HEADER) + SIGNATURE_BYTES)
    if not _read_number(stream, 1, most=MOST_CERTIFICATES):
        raise CutOff
    return hashlib.sha256(_bytes(stream, _read_number(stream, 4, most=LARGEST_CERTIFICATE))).hexdigest()


def _read_wraps(stream: BinaryIO, header: headers.Header) -> dict[str, bytes]:
    wraps: dict[str, bytes] = {}
    last = -1
    for _ in range(_read_number(stream, 2, most=headers.MOST_RECIPIENTS)):
        place = _read_number(stream, 2, most=headers.MOST_RECIPIENTS)
        if not last < place < len(header.recipients):
            raise WrapMalformed(f"place {place}")
        last, recipient = place, header.recipients[place]
        wraps[recipient.key] = _bytes(stream, WRAPS[recipient.suite].length)
    return wraps


def _number(value: int, length: int) -> bytes:
    return value.to_bytes(length, "big")


def _read_number(stream: BinaryIO, length: int, *, most: int) -> int:
    value = int.from_bytes(_bytes(stream, length), "big")
    if value > most:
        raise MalformedHeader(f"{value} where at most {most} may be")
    return value


def _bytes(stream: BinaryIO, length: int) -> bytes:
    data = exactly(stream, length)
    if len(data) != length:
        raise CutOff
    return data
