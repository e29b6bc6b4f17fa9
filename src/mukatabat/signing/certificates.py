# SPDX-License-Identifier: EUPL-1.2
"""Whether a certificate that came from outside is this person's, for signing, and vouched for today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from mukatabat.kernel.clock import KUWAIT
from mukatabat.signing.errors import CertificateExpired, CertificateNotUsable
from mukatabat.signing.rules import SignerCertificate
from mukatabat_verify.certificates import Trust
from mukatabat_verify.errors import CertificateWithdrawn
from mukatabat_verify.revocation import Used, check_kept
from mukatabat_verify.waiting import run

LONGEST_CHAIN = 5


def expires_at(certificate: SignerCertificate) -> datetime:
    """When a signer's certificate ends (UTC); raises CertificateNotUsable for one that cannot be read."""
    try:
        ends: datetime = x509.Certificate.load(certificate.own, strict=True).not_valid_after
    except (ValueError, TypeError) as error:
        raise CertificateNotUsable(signer="—") from error
    return ends


def require_in_date(certificate: SignerCertificate, at: datetime) -> None:
    """Raise CertificateExpired for one that has ended; what it signed before stays valid by its time-stamp."""
    ends = expires_at(certificate)
    if at > ends:
        raise CertificateExpired(day=ends.astimezone(KUWAIT).date())


def accept_certificate(chain: Sequence[bytes], *, staff_number: str, trust: Trust) -> SignerCertificate:
    """Check a chain (DER, the person's own first) and give it as the signer's certificate.

    1. It is a chain of at most five certificates. 2. The person's own leads over the others to a trusted root, all
    valid at ``trust.at``, and may be used for signatures (non-repudiation, RFC 5280 §4.2.1.3). 3. Its subject carries
    the person's number in the directory (serialNumber, RFC 5280 §4.1.2.4). 4. No list among ``trust.lists`` says that
    anything of it was withdrawn. Raises CertificateNotUsable.
    """
    try:
        parsed = [x509.Certificate.load(one, strict=True) for one in chain]
        number = parsed[0].subject.native.get("serial_number", "")
    except (ValueError, TypeError, LookupError) as error:  # 1
        raise CertificateNotUsable(signer=staff_number) from error
    if len(parsed) > LONGEST_CHAIN or not staff_number or number != staff_number:  # 1, 3
        raise CertificateNotUsable(signer=staff_number)
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in trust.roots], moment=trust.at, allow_fetching=False
    )
    validator = CertificateValidator(parsed[0], intermediate_certs=parsed[1:], validation_context=context)
    try:
        run(validator.async_validate_usage({"non_repudiation"}))  # type: ignore[no-untyped-call]  # 2
    except Exception as error:
        # The library has a class for every way in which a path fails; all mean the same to whoever asks.
        raise CertificateNotUsable(signer=staff_number) from error
    try:
        check_kept(trust.lists, Used(tuple(chain), trust.at), trust)  # 4
    except CertificateWithdrawn as refusal:
        raise CertificateNotUsable(signer=staff_number) from refusal
    return SignerCertificate(tuple(chain))
