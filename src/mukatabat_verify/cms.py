# SPDX-License-Identifier: EUPL-1.2
"""Cryptographic Message Syntax as we write it: SHA-256, one signer, signed attributes, detached or enveloping.

Written with asn1crypto's types and no key: the signature comes from elsewhere. Used for PAdES and for time-stamps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import load_der_x509_certificate

SHA256 = {"algorithm": "sha256"}


def signature_algorithm(certificate: bytes) -> dict[str, Any]:
    """Name the signature algorithm of a certificate's key, as asn1crypto's native form.

    ECDSA with SHA-256 (RFC 5754 §3.3, parameters absent) or RSASSA-PKCS1-v1_5 with SHA-256 (§3.2, parameters NULL).
    Raises ValueError for any other kind of key, and for RSA below 2048 bits.
    """
    key = load_der_x509_certificate(certificate).public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return {"algorithm": "sha256_ecdsa"}
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048:
        return {"algorithm": "sha256_rsa", "parameters": core.Null()}
    raise ValueError("only elliptic-curve keys and RSA keys from 2048 bits are used for signatures")


def signed_attributes(
    content_type: str, digest: bytes, certificate: bytes, *, signing_time: datetime | None = None
) -> bytes:
    """Write the attributes that a signer signs, as the DER SET OF that goes into the signature function.

    They are content-type, message-digest, ESS signing-certificate-v2 (RFC 5035) and CMS algorithm protection
    (RFC 6211). The claimed time is among them in CAdES (ETSI EN 319 122-1 §6.3), to the second; in PAdES it stands in
    the PDF instead (ETSI EN 319 142-1 §6.3).
    """
    protection = {
        "digest_algorithm": _settled(algos.DigestAlgorithm(SHA256)),
        "signature_algorithm": _settled(algos.SignedDigestAlgorithm(signature_algorithm(certificate))),
    }
    identifier = _settled(tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate).digest()}))
    certificates = _settled(tsp.ESSCertIDv2s([identifier]))
    values: dict[str, Any] = {
        "content_type": content_type,
        "message_digest": digest,
        "signing_certificate_v2": _settled(tsp.SigningCertificateV2({"certs": certificates})),
        "cms_algorithm_protection": _settled(cms.CMSAlgorithmProtection(protection)),
    }
    if signing_time is not None:
        moment = signing_time.astimezone(UTC).replace(microsecond=0)
        values["signing_time"] = cms.Time({"utc_time" if moment.year < 2050 else "general_time": moment})
    attributes = [_settled(cms.CMSAttribute({"type": kind, "values": [value]})) for kind, value in values.items()]
    return bytes(cms.CMSAttributes(attributes).dump())


def _settled(value: core.Asn1Value) -> Any:
    """The same value, written and read again.

    asn1crypto writes what was built by hand anew for every level above it, so that depth costs ten times the bytes.
    """
    return type(value).load(value.dump())


def attribute(attributes: bytes, kind: str) -> Any:
    """Find the single value of one attribute in a DER set of attributes.

    Returns asn1crypto's value. Raises ValueError when the set cannot be read or has not exactly one such value.
    """
    found = [
        value
        for one in cms.CMSAttributes.load(attributes, strict=True)
        if one["type"].native == kind
        for value in one["values"]
    ]
    if len(found) != 1:
        raise ValueError(f"expected one {kind}, found {len(found)}")
    return found[0]


def verifies(signature: bytes, attributes: bytes, certificate: bytes) -> bool:
    """Tell whether a raw signature over signed attributes was made by the key of a DER certificate."""
    key = load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, attributes, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def signed_data(
    attributes: bytes,
    signature: bytes,
    *,
    certificates: Sequence[bytes],
    enveloped: bytes | None = None,
    time_stamp: bytes | None = None,
) -> bytes:
    """Put attributes, raw signature and certificates (the signer's first) together.

    `enveloped` is the content when it travels inside, otherwise the signature is detached; `time_stamp` is a token
    for the signature value and becomes an unsigned attribute (RFC 3161 appendix A). Returns a DER ContentInfo.
    """
    chain = [x509.Certificate.load(one, strict=True) for one in certificates]
    content_type = attribute(attributes, "content_type").native
    signer: dict[str, Any] = {
        "version": "v1",
        "sid": {"issuer_and_serial_number": {"issuer": chain[0].issuer, "serial_number": chain[0].serial_number}},
        "digest_algorithm": SHA256,
        "signed_attrs": cms.CMSAttributes.load(attributes, strict=True),
        "signature_algorithm": signature_algorithm(certificates[0]),
        "signature": signature,
    }
    signer["sid"] = cms.SignerIdentifier(signer["sid"])
    if time_stamp is not None:
        token = cms.ContentInfo.load(time_stamp, strict=True)
        signer["unsigned_attrs"] = [
            cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]}),
        ]
    inner: dict[str, Any] = {"content_type": content_type}
    if enveloped is not None:
        inner["content"] = cms.ParsableOctetString(enveloped)
    data = cms.SignedData(
        {
            "version": "v1" if content_type == "data" else "v3",
            "digest_algorithms": [algos.DigestAlgorithm(SHA256)],
            "encap_content_info": cms.EncapsulatedContentInfo(inner) if content_type != "data" else inner,
            "certificates": [cms.CertificateChoices({"certificate": one}) for one in chain],
            "signer_infos": [cms.SignerInfo(signer)],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": data}).dump())
