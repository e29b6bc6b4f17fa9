# SPDX-License-Identifier: EUPL-1.2
"""Who vouches for a certificate, and whose it is. Without any network; what was withdrawn: `revocation`.

Paths are checked after RFC 5280 by the ``cryptography`` package; what a certificate is for is checked here.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from mukatabat_verify.errors import (
    CertificateOfAnotherBody,
    CertificateOfAnotherUse,
    CertificateOutOfDate,
    CertificateUnreadable,
    CertificateUntrusted,
)
from mukatabat_verify.lists import Listed
from mukatabat_verify.log.checkpoints import Policy

DOCUMENT_SIGNING: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
BODY_IDENTIFIER: Final = "GB:KW-"
"""How a body's code stands in the organizationIdentifier of its seal (form of ETSI EN 319 412-1 §5.1.4)."""
NODE_MARK: Final = "urn:mukatabat:node"
"""The name (subjectAltName, URI) by which a certificate says that its key is a node's, which states what happened."""
_OF_OTHERS: Final = frozenset({
    DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.SMARTCARD_LOGON,
})  # fmt: skip
_OF_PERSONS: Final = (NameOID.GIVEN_NAME, NameOID.SURNAME, NameOID.PSEUDONYM, NameOID.SERIAL_NUMBER)
"""What stands in the name of a person's certificate and in no organisation's (ETSI EN 319 412-2 §4.2.4, 412-3 §4.2).

One that bears both this and a body's identifier would pass as either, and passes as neither.
"""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a check trusts (DER root certificates) and the moment for which it asks (aware).

    ``log`` names the log and its witnesses, None where nobody told this reader whom to believe. ``nodes`` are SHA-256
    fingerprints (hexadecimal) of certificates from before nodes were marked, which the reader was told are a node's.
    ``lists`` are lists of revoked certificates (DER, or read before) that the reader brings.
    """

    roots: tuple[bytes, ...]
    at: datetime
    log: Policy | None = None
    nodes: frozenset[str] = frozenset()
    lists: tuple[bytes | Listed, ...] = ()


def take_long_names() -> None:
    """Let no program warn of names over 64 bytes: the bound is 64 characters (RFC 5280 appendix A), and the library
    counts bytes, which halves an Arabic name. For whoever starts a program.
    """
    warnings.filterwarnings("ignore", message="Attribute's length must be", category=UserWarning)


def check_seal(chain: Sequence[bytes], trust: Trust, *, body: str) -> None:
    """Check that a chain of DER certificates, the seal's own first, makes it the seal of a body at the asked moment.

    1. A trusted root vouches for it. 2. It is for signing and certifies nobody. 3. It names the body. 4. It names no
    person: who has such a key is one, and would seal in the body's name.
    Raises CertificateUnreadable, CertificateOutOfDate, CertificateUntrusted, CertificateOfAnotherUse or
    CertificateOfAnotherBody.
    """
    own = check_signing(chain, trust)  # 1, 2
    if _names(own, NameOID.ORGANIZATION_IDENTIFIER) != [BODY_IDENTIFIER + body]:
        raise CertificateOfAnotherBody  # 3
    if _names_a_person(own):
        raise CertificateOfAnotherUse("it names a person as well")  # 4


def check_signing(chain: Sequence[bytes], trust: Trust) -> x509.Certificate:
    """Check that a trusted root vouches for a chain's first, and that it is for signing; gives it, parsed.

    Raises as :func:`check_seal`. Whose it is, is the caller's question.
    """
    own = _checked(chain, trust)
    if not _signs(own) or _extended(own) & {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.OCSP_SIGNING}:
        raise CertificateOfAnotherUse
    return own


def check_node(chain: Sequence[bytes], trust: Trust) -> None:
    """Check that a chain makes its first the key of a node, which states what happened; raises as :func:`check_seal`.

    It bears the mark, and nothing else that would make it a body's, a person's, a server's or a program's. One from
    before there was a mark is accepted only where the reader names it itself (``trust.nodes``).
    """
    own = check_signing(chain, trust)
    if hashlib.sha256(chain[0]).hexdigest() in trust.nodes:
        return
    if _names_a_body(own) or _names_a_person(own) or _extended(own) & _OF_OTHERS:
        raise CertificateOfAnotherUse
    if not _marked(own):
        raise CertificateOfAnotherUse("nothing in it says that it is a node's")


def check_person(certificate: bytes) -> None:
    """Check that a certificate (DER) names a person, whom a body's seal or a node's key shall not stand in for.

    Raises CertificateUnreadable or CertificateOfAnotherUse. Who vouches for it is asked elsewhere.
    """
    own = _loaded(certificate)
    if _marked(own) or not _names_a_person(own):
        raise CertificateOfAnotherUse("nothing in it says that it is a person's")
    if _names_a_body(own):
        raise CertificateOfAnotherUse("it bears the identifier of a body's seal as well")


def is_node(certificate: bytes) -> bool:
    """Tell whether a certificate (DER) bears a node's mark; CertificateUnreadable when it is none."""
    return _marked(_loaded(certificate))


def check_time_stamping(chain: Sequence[bytes], trust: Trust) -> None:
    """Check that a chain makes its first a time-stamp authority at the asked moment; raises as :func:`check_seal`.

    The extended key usage is critical and names nothing else (RFC 3161 §2.3).
    """
    own = _checked(chain, trust)
    try:
        usage = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as error:
        raise CertificateOfAnotherUse from error
    if not usage.critical or set(usage.value) != {ExtendedKeyUsageOID.TIME_STAMPING} or not _signs(own):
        raise CertificateOfAnotherUse


def certificates_in(data: bytes) -> tuple[bytes, ...]:
    """Read the certificates (DER) of a file as authorities give them out: PEM, one or several, or DER.

    Raises CertificateUnreadable where there is none, or one that cannot be read.
    """
    try:
        if b"-----BEGIN" not in data:
            return (x509.load_der_x509_certificate(data).public_bytes(Encoding.DER),)
        return tuple(one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(data))
    except ValueError as error:
        raise CertificateUnreadable(type(error).__name__) from error


def holder(certificate: bytes) -> str:
    """Give the common name in a certificate; CertificateUnreadable when it is none."""
    return next(iter(_names(_loaded(certificate), NameOID.COMMON_NAME)), "")


def not_after(certificate: bytes) -> datetime:
    """Give the end of a certificate (DER); CertificateUnreadable when it is none."""
    return _loaded(certificate).not_valid_after_utc


def _checked(chain: Sequence[bytes], trust: Trust) -> x509.Certificate:
    if not chain:
        raise CertificateUnreadable("none came along")
    own, *others = (_loaded(one) for one in chain)
    if not own.not_valid_before_utc <= trust.at <= own.not_valid_after_utc:
        raise CertificateOutOfDate
    try:
        policy = PolicyBuilder().store(Store([_loaded(root) for root in trust.roots])).time(trust.at)
        policy = policy.extension_policies(
            ee_policy=ExtensionPolicy.permit_all(), ca_policy=ExtensionPolicy.webpki_defaults_ca()
        )
        policy.build_client_verifier().verify(own, others)
    except (VerificationError, ValueError) as error:
        raise CertificateUntrusted(str(error).partition("(encountered")[0]) from error
    return own


def _loaded(certificate: bytes) -> x509.Certificate:
    try:
        loaded = x509.load_der_x509_certificate(certificate)
        # The parser is lazy; what it cannot read shall fail here.
        loaded.extensions, loaded.subject, loaded.issuer  # noqa: B018
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise CertificateUnreadable(type(error).__name__) from error
    return loaded


def _signs(own: x509.Certificate) -> bool:
    try:
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value
        constraints = own.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    return (usage.digital_signature or usage.content_commitment) and not usage.key_cert_sign and not constraints.ca


def _marked(own: x509.Certificate) -> bool:
    try:
        names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    return NODE_MARK in names.get_values_for_type(x509.UniformResourceIdentifier)


def _extended(own: x509.Certificate) -> set[x509.ObjectIdentifier]:
    try:
        return set(own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except x509.ExtensionNotFound:
        return set()


def _names_a_person(own: x509.Certificate) -> bool:
    return any(_names(own, one) for one in _OF_PERSONS)


def _names_a_body(own: x509.Certificate) -> bool:
    return any(one.startswith(BODY_IDENTIFIER) for one in _names(own, NameOID.ORGANIZATION_IDENTIFIER))


def _names(own: x509.Certificate, kind: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in own.subject.get_attributes_for_oid(kind)]
