# SPDX-License-Identifier: EUPL-1.2
"""Opening a parcel, in steps that build on each other; each raises its own refusal.

1. The cover has its form, and the header is canonical and closed (:func:`cover.read`).
2. The certificate is the one that the header names, and its key signed the header (:func:`check_signature`).
3. Somebody who is trusted says that this certificate is the sender's seal (:mod:`mukatabat_verify.certificates`).
4. It is the first time that this parcel comes, or it is the same again (:func:`came_before`).
5. The sealed bytes are those that the header names (:func:`check_sealed`): a carrier's check, without a key.
6. The key opens, for this header and this recipient alone, and is the one committed to (:func:`open_key`).
7. Every chunk opens at its place and the whole is the one that was signed for (:func:`opened`).

A caller must have made steps 2 and 3 before it believes anything that a header says.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate

from mukatabat_verify.errors import (
    BelowFloor,
    CommitmentBroken,
    ContentChanged,
    CutOff,
    HeaderSignatureBroken,
    NotAddressed,
    OtherCertificate,
    SameIdOtherBytes,
    SealedBytesChanged,
    TooMuch,
    WrapMissing,
)
from mukatabat_verify.parcel.cover import SIGNATURE_BYTES, SIGNED, Cover
from mukatabat_verify.parcel.header import Header
from mukatabat_verify.parcel.keys import ParcelKey, wrap_info
from mukatabat_verify.parcel.suites import OpeningKey
from mukatabat_verify.stream import CHUNK, SEALED_CHUNK, chunks_of, exactly


def check_signature(cover: Cover, header: Header) -> None:
    """Make step 2. Raises OtherCertificate or HeaderSignatureBroken."""
    own = cover.certificates[0] if cover.certificates else b""
    if hashlib.sha256(own).hexdigest() != header.certificate:
        raise OtherCertificate
    half = SIGNATURE_BYTES // 2
    r, s = (int.from_bytes(part, "big") for part in (cover.signature[:half], cover.signature[half:]))
    try:
        key = load_der_x509_certificate(own).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise HeaderSignatureBroken("the certificate's key is not of the suite")
        key.verify(encode_dss_signature(r, s), SIGNED + cover.header, ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise HeaderSignatureBroken(type(error).__name__) from error


def came_before(cover: Cover, known: bytes | None) -> bool:
    """Make step 4: tell whether this parcel is known, by the header's digest that was kept for its identifier.

    Raises SameIdOtherBytes when another header is known under the identifier.
    """
    if known is None:
        return False
    if not hmac.compare_digest(known, cover.digest):
        raise SameIdOtherBytes
    return True


def check_sealed(header: Header, stream: BinaryIO) -> None:
    """Make step 5 over a stream that holds the sealed content and no more.

    Raises CutOff, TooMuch or SealedBytesChanged.
    """
    digest, left = hashlib.sha256(), header.content.sealed_size
    while left and (piece := stream.read(min(CHUNK, left))):
        digest.update(piece)
        left -= len(piece)
    if left:
        raise CutOff(f"{left} bytes are missing")
    if stream.read(1):
        raise TooMuch
    if digest.hexdigest() != header.content.sealed_digest:
        raise SealedBytesChanged


def open_key(cover: Cover, header: Header, key: OpeningKey, *, accepted: Collection[str]) -> ParcelKey:
    """Make step 6. ``accepted`` are the suites that the recipient still takes: its floor, from the directory.

    Raises NotAddressed, BelowFloor, WrapMissing, WrapForeign or CommitmentBroken.
    """
    public = key.recipient
    own = next((one for one in header.recipients if one.key == public.id), None)
    if own is None:
        raise NotAddressed
    if own.suite not in accepted:
        raise BelowFloor(own.suite)
    if public.id not in cover.wraps:
        raise WrapMissing
    opened_key = ParcelKey(key.unwrap(cover.wraps[public.id], wrap_info(cover.digest, public.id)))
    if not hmac.compare_digest(opened_key.commitment, header.commitment):
        raise CommitmentBroken
    return opened_key


def opened(header: Header, key: ParcelKey, stream: BinaryIO) -> Iterator[bytes]:
    """Make step 7: yield the content, chunk by chunk, from a stream that holds it sealed and no more.

    No byte comes out before its chunk is proven; but only when the iteration has ended without a refusal is it the
    whole content. Raises CutOff, TooMuch, ChunkBroken or ContentChanged.
    """
    cipher, digest = key.cipher, hashlib.sha256(key.salt)
    last = chunks_of(header.content.size) - 1
    left = header.content.sealed_size
    for number in range(last + 1):
        wanted = min(SEALED_CHUNK, left)
        sealed = exactly(stream, wanted)
        if len(sealed) != wanted:
            raise CutOff(f"chunk {number}")
        left -= wanted
        chunk = cipher.open(number, sealed, last=number == last)
        digest.update(chunk)
        yield chunk
    if stream.read(1):
        raise TooMuch
    if digest.hexdigest() != header.content.digest:
        raise ContentChanged
