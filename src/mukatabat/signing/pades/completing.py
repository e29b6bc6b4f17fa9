# SPDX-License-Identifier: EUPL-1.2
"""Step three: check the raw signature, add a time-stamp if an authority answers, and fill the hole."""

from __future__ import annotations

import hashlib
import logging

from mukatabat.signing.errors import ForeignSignature, PreparationDamaged, TimeStampError, TimeStampUnavailable
from mukatabat.signing.ports import TimeStampAuthority
from mukatabat.signing.rules import Completed, Prepared
from mukatabat.signing.timestamps.tokens import stamped_at
from mukatabat_verify import cms
from mukatabat_verify.pades import SignatureLevel

logger = logging.getLogger(__name__)


def complete(prepared: Prepared, signature: bytes, *, timestamp: TimeStampAuthority | None) -> Completed:
    """Turn a prepared document and the person's raw signature into the signed document.

    1. The preparation still agrees with itself. 2. The signature is by this certificate's key over these attributes.
    3. A time-stamp over the signature value is asked for; without one the signature stands as PAdES-B-B and the
    result says why. 4. The CMS goes into the hole; every other byte stays as prepared.
    Raises PreparationDamaged or ForeignSignature, and then nothing has been made. Asks the authority once, outside
    any transaction; may take as long as its time limit.
    """
    check(prepared)  # 1
    if not cms.verifies(signature, prepared.signed_attributes, prepared.signer.own):  # 2
        raise ForeignSignature
    missing: TimeStampError | None = None
    if timestamp is not None:
        try:  # 3
            stamped = _assemble(prepared, signature, token=_stamp(timestamp, signature))
            return Completed(_fill(prepared, stamped), SignatureLevel.TIME_STAMPED)  # 4
        except TimeStampError as error:
            logger.warning("signature without time-stamp: %s", error.code)
            missing = error
    basic = _assemble(prepared, signature, token=None)
    return Completed(_fill(prepared, basic), SignatureLevel.BASIC, missing)


def check(prepared: Prepared) -> None:
    """Recompute every link between the parts of a preparation; PreparationDamaged when one does not hold.

    The bytes hash to the digest, the digest stands in the signed attributes, the attributes name the certificate,
    and the hole is empty.
    """
    start, end = prepared.placeholder
    hole = prepared.document[start:end]
    try:
        named = cms.attribute(prepared.signed_attributes, "signing_certificate_v2")["certs"][0]["cert_hash"].native
        links = (
            0 < start < end < len(prepared.document) and hole == b"<" + b"0" * (end - start - 2) + b">",
            hashlib.sha256(prepared.covered).digest() == prepared.document_digest,
            cms.attribute(prepared.signed_attributes, "message_digest").native == prepared.document_digest,
            named == hashlib.sha256(prepared.signer.own).digest(),
        )
    except (ValueError, TypeError, LookupError) as error:
        raise PreparationDamaged(detail=str(error)) from error
    if not all(links):
        raise PreparationDamaged(detail=f"links {links}")


def _stamp(authority: TimeStampAuthority, signature: bytes) -> bytes:
    digest = hashlib.sha256(signature).digest()
    try:
        token = authority.stamp(digest)
    except TimeStampError:
        raise
    except Exception as error:
        # Whatever breaks in an authority must not cost the person's signature.
        logger.exception("time-stamp authority failed")
        raise TimeStampUnavailable(detail=type(error).__name__) from error
    stamped_at(token, digest)
    return token


def _assemble(prepared: Prepared, signature: bytes, *, token: bytes | None) -> bytes:
    return cms.signed_data(prepared.signed_attributes, signature, certificates=prepared.signer.chain, time_stamp=token)


def _fill(prepared: Prepared, contents: bytes) -> bytes:
    start, end = prepared.placeholder
    room = end - start - 2
    if 2 * len(contents) > room:
        # Only a foreign token can be so long: our own part is measured before a document is prepared.
        raise TimeStampUnavailable(detail=f"{len(contents)} bytes do not fit into {room // 2}")
    filled = contents.hex().upper().encode("ascii").ljust(room, b"0")
    return prepared.document[: start + 1] + filled + prepared.document[end - 1 :]
