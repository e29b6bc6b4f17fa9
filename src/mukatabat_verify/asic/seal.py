# SPDX-License-Identifier: EUPL-1.2
"""The body's seal: a detached CAdES baseline signature (ETSI EN 319 122-1) over the list of files, B-B or B-T."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import cms as syntax
from asn1crypto import core
from cryptography.exceptions import UnsupportedAlgorithm

from mukatabat_verify import cms
from mukatabat_verify.errors import SealBroken, SealUnreadable
from mukatabat_verify.parcel.sealing import Seal

LARGEST: Final = 2**17
_UNREADABLE = (
    ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError, UnsupportedAlgorithm,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealFound:
    """A seal as it was read: certificates with the seal's own first, the claimed time, and what was stamped when."""

    chain: tuple[bytes, ...]
    sealed_at: datetime
    value: bytes
    time_stamp: bytes | None


def make(manifest: bytes, seal: Seal, *, at: datetime, time_stamp: Callable[[bytes], bytes] | None = None) -> bytes:
    """Seal a list of files, DER. ``time_stamp`` gives a token for the SHA-256 of the signature's value."""
    own = seal.chain[0]
    attributes = cms.signed_attributes("data", hashlib.sha256(manifest).digest(), own, signing_time=at)
    value = seal.sign(attributes)
    token = time_stamp(hashlib.sha256(value).digest()) if time_stamp is not None else None
    return cms.signed_data(attributes, value, certificates=seal.chain, time_stamp=token)


def check(data: bytes, manifest: bytes) -> SealFound:
    """Check that a seal was made over a list of files by the key of the certificate that it carries first.

    1. It is written as :func:`make` writes it, to the byte, so that nothing can hide in it, and names the certificate.
    2. Its digest is the list's. 3. The certificate's key signed this.
    Who vouches for the certificate, and the time-stamp, are asked elsewhere. Raises SealUnreadable or SealBroken.
    """
    try:
        attributes, found = _read(data)
        written = cms.signed_data(attributes, found.value, certificates=found.chain, time_stamp=found.time_stamp)
        digest = cms.attribute(attributes, "message_digest").native
        again = cms.signed_attributes("data", digest, found.chain[0], signing_time=found.sealed_at)
        if written != data or again != attributes:  # 1
            raise SealUnreadable("another way of writing the same")
        if digest != hashlib.sha256(manifest).digest():  # 2
            raise SealBroken("over another list")
        if not cms.verifies(found.value, attributes, found.chain[0]):  # 3
            raise SealBroken("by another key")
    except _UNREADABLE as error:
        raise SealUnreadable(type(error).__name__) from error
    return found


def _read(data: bytes) -> tuple[bytes, SealFound]:
    content = syntax.ContentInfo.load(data, strict=True)["content"]
    (signer,) = content["signer_infos"]
    # The attributes are signed as a SET OF, whose tag is not the one under which they lie (RFC 5652 §5.4).
    attributes = bytes(signer["signed_attrs"].untag().dump())
    token = None
    if not isinstance(signer["unsigned_attrs"], core.Void):
        (stamped,) = signer["unsigned_attrs"]
        (value,) = stamped["values"]
        token = bytes(value.dump())
    # The certificates lie in a set, in no order that means anything; the signed attributes name the seal's own.
    named = cms.attribute(attributes, "signing_certificate_v2")["certs"][0]["cert_hash"].native
    certificates = [bytes(one.chosen.dump()) for one in content["certificates"]]
    return attributes, SealFound(
        chain=tuple(sorted(certificates, key=lambda one: hashlib.sha256(one).digest() != named)),
        sealed_at=cms.attribute(attributes, "signing_time").native,
        value=signer["signature"].native,
        time_stamp=token,
    )
