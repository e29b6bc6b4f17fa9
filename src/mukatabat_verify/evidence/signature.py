# SPDX-License-Identifier: EUPL-1.2
"""The signature of an evidence: enveloped XAdES baseline B-B (ETSI EN 319 132-1), written and read by one template.

All that is signed is written in exclusive canonical form where it stands, so that no transformation is needed to check
it here; others canonicalise and come to the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate

from mukatabat_verify.canonical import moment, read_moment
from mukatabat_verify.errors import EvidenceMalformed, EvidenceOfAnotherParcel, EvidenceSignatureBroken
from mukatabat_verify.evidence.statement import DS, LARGEST, Statement, read
from mukatabat_verify.parcel.sealing import Seal, raw_signature

_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_END: Final = "</erds:Evidence>"
_DIGEST = (
    f'<ds:DigestMethod{{ds}} Algorithm="{_SHA256}"></ds:DigestMethod><ds:DigestValue{{ds}}>{{digest}}</ds:DigestValue>'
)
_SIGNED_INFO = (
    f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{_C14N}"></ds:CanonicalizationMethod>'
    f'<ds:SignatureMethod Algorithm="{_ECDSA}"></ds:SignatureMethod>'
    f'<ds:Reference Id="whole" URI=""><ds:Transforms><ds:Transform Algorithm="{_ENVELOPED}"></ds:Transform>'
    f'<ds:Transform Algorithm="{_C14N}"></ds:Transform></ds:Transforms>'
    + _DIGEST.format(ds="", digest="{whole}")
    + f'</ds:Reference><ds:Reference Type="{_PROPERTIES}" URI="#properties"><ds:Transforms>'
    f'<ds:Transform Algorithm="{_C14N}"></ds:Transform></ds:Transforms>'
    + _DIGEST.format(ds="", digest="{properties}")
    + "</ds:Reference></ds:SignedInfo>"
)
_SIGNED_PROPERTIES = (
    f'<xades:SignedProperties xmlns:xades="{_XADES}" Id="properties"><xades:SignedSignatureProperties>'
    "<xades:SigningTime>{at}</xades:SigningTime><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
    + _DIGEST.format(ds=f' xmlns:ds="{DS}"', digest="{certificate}")
    + "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties>"
    '<xades:SignedDataObjectProperties><xades:DataObjectFormat ObjectReference="#whole">'
    "<xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat></xades:SignedDataObjectProperties>"
    "</xades:SignedProperties>"
)
_SIGNATURE = (
    f'<ds:Signature xmlns:ds="{DS}" Id="signature">{{info}}<ds:SignatureValue>{{value}}</ds:SignatureValue>'
    "<ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo><ds:Object>"
    f'<xades:QualifyingProperties xmlns:xades="{_XADES}" Target="#signature">{{properties}}'
    "</xades:QualifyingProperties></ds:Object></ds:Signature>"
)
_CERTIFICATE = "<ds:X509Certificate>{certificate}</ds:X509Certificate>"
_BASE64 = r"[A-Za-z0-9+/]+={0,2}"
_BEGIN = f'<ds:Signature xmlns:ds="{DS}" Id="signature">'


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed evidence as it was read: what it states, the certificates (the signer's own first), the claimed time."""

    statement: Statement
    chain: tuple[bytes, ...]
    signed_at: datetime


def sign(statement: Statement, by: Seal, *, at: datetime) -> bytes:
    """Write and sign an evidence; ``at`` is the time that the signature claims."""
    return _with_signature(statement.to_bytes().decode("utf-8"), by.chain, at, by)


def check(data: bytes) -> Signed:
    """Check that an evidence is written in its one form and signed by the key of the certificate in it.

    1. Its signature is what is written for its parts. 2. Its digests are those of the statement, of the signed
    properties and of the certificate. 3. The certificate's key signed. 4. What it states is in its one form.
    Who vouches for the certificate is asked elsewhere. Raises EvidenceMalformed or EvidenceSignatureBroken.
    """
    try:
        head, mark, rest = data.decode("utf-8").partition(_BEGIN)
        if len(data) > LARGEST or not mark or not rest.endswith(_END):
            raise EvidenceMalformed("no signature at its place")
        whole, (value, at, chain) = head + _END, _parts(mark + rest.removesuffix(_END))
        info, properties = _signed_parts(whole, chain[0], at)
        if _assembled(info, value, chain, properties) != mark + rest.removesuffix(_END):  # 1, 2
            raise EvidenceSignatureBroken("digests of something else")
        key = load_der_x509_certificate(chain[0]).public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(value) != 64:
            raise EvidenceSignatureBroken("a key of another kind")
        r, s = int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big")
        key.verify(encode_dss_signature(r, s), info.encode("utf-8"), ec.ECDSA(SHA256()))  # 3
    except (InvalidSignature, UnsupportedAlgorithm) as error:
        raise EvidenceSignatureBroken from error
    except (ValueError, binascii.Error) as error:
        raise EvidenceMalformed(type(error).__name__) from error
    return Signed(read(whole.encode("utf-8")), chain, at)  # 4


def check_about(statement: Statement, *, parcel: UUID, header: bytes) -> None:
    """Check that an evidence is of the parcel with this identifier and header; raises EvidenceOfAnotherParcel."""
    if (statement.parcel, statement.header) != (parcel, header):
        raise EvidenceOfAnotherParcel


def _with_signature(whole: str, chain: tuple[bytes, ...], at: datetime, by: Seal) -> bytes:
    info, properties = _signed_parts(whole, chain[0], at)
    signature = _assembled(info, raw_signature(by.sign, info.encode("utf-8")), chain, properties)
    return (whole.removesuffix(_END) + signature + _END).encode("utf-8")


def _signed_parts(whole: str, certificate: bytes, at: datetime) -> tuple[str, str]:
    properties = _SIGNED_PROPERTIES.format(at=moment(at), certificate=_base64(hashlib.sha256(certificate).digest()))
    return _SIGNED_INFO.format(whole=_hash(whole), properties=_hash(properties)), properties


def _assembled(info: str, value: bytes, chain: tuple[bytes, ...], properties: str) -> str:
    certificates = "".join(_CERTIFICATE.format(certificate=_base64(one)) for one in chain)
    return _SIGNATURE.format(info=info, value=_base64(value), certificates=certificates, properties=properties)


def _parts(signature: str) -> tuple[bytes, datetime, tuple[bytes, ...]]:
    (value,) = re.findall(rf"<ds:SignatureValue>({_BASE64})</ds:SignatureValue>", signature)
    (at,) = re.findall(r"<xades:SigningTime>([0-9TZ:-]+)</xades:SigningTime>", signature)
    chain = re.findall(_CERTIFICATE.format(certificate=f"({_BASE64})"), signature)
    if not chain:
        raise EvidenceMalformed("no certificate")
    return base64.b64decode(value), read_moment(at), tuple(base64.b64decode(one) for one in chain)


def _hash(text: str) -> str:
    return _base64(hashlib.sha256(text.encode("utf-8")).digest())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
