# SPDX-License-Identifier: EUPL-1.2
"""Whether a certificate that came from outside is this person's, for signing, and vouched for today."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from mukatabat.kernel.clock import KUWAIT
from mukatabat.signing import profiles
from mukatabat.signing.errors import CertificateExpired, CertificateNotUsable
from mukatabat.signing.rules import SignerCertificate
from mukatabat_verify.certificates import Trust, check_person
from mukatabat_verify.errors import CertificateWithdrawn, Refusal
from mukatabat_verify.revocation import Used, check_kept
from mukatabat_verify.waiting import run

LONGEST_CHAIN = 5
OF_A_REGISTER = re.compile(r"(?:[A-Z]{3}|[A-Z]{2}:)[A-Z]{2}-[!-~]+")
"""The form of such a number in ETSI EN 319 412-1 §5.1.3."""


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


def accept_certificate(
    chain: Sequence[bytes], *, staff_number: str, trust: Trust, organizations: Collection[str] = ()
) -> SignerCertificate:
    """Check a chain (DER, the person's own first) and give it as the signer's certificate.

    1. It is a chain of at most five certificates. 2. The person's own leads over the others to a trusted root, all
    valid at ``trust.at``, and may be used for signatures (non-repudiation, RFC 5280 §4.2.1.3). 3. Its subject carries
    the person's number in the directory (serialNumber, RFC 5280 §4.1.2.4), and no body's identifier: whoever holds what
    a body signed will look for a person's. 4. Where ``organizations`` are given, the names by which the person's body
    goes or ever went, a number that says nothing of its register stands beside one of them: it is one body's own, and
    the authority may have certified somebody of another body under the same. 5. No list among ``trust.lists`` says that
    anything of it was withdrawn. Raises CertificateNotUsable.
    """
    try:
        parsed = [x509.Certificate.load(one, strict=True) for one in chain]
        stated = parsed[0].subject.native
        check_person(chain[0])  # 3
    except (ValueError, TypeError, LookupError, Refusal) as error:  # 1
        raise CertificateNotUsable(signer=staff_number) from error
    if len(parsed) > LONGEST_CHAIN or not staff_number or stated.get("serial_number", "") != staff_number:  # 1, 3
        raise CertificateNotUsable(signer=staff_number)
    if organizations and not names_its_register(staff_number):
        _require_one_of(organizations, stated.get("organization_name", ""), staff_number)  # 4
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
        check_kept(trust.lists, Used(tuple(chain), trust.at), trust)  # 5
    except CertificateWithdrawn as refusal:
        raise CertificateNotUsable(signer=staff_number) from refusal
    return SignerCertificate(tuple(chain))


def names_its_register(number: str) -> bool:
    """Whether a person's number says from which register of which country it is, so that nobody else has it."""
    return OF_A_REGISTER.fullmatch(number) is not None


def _require_one_of(organizations: Collection[str], stated: object, staff_number: str) -> None:
    written = {_compared(profiles.written(one)) for one in organizations}
    if not isinstance(stated, str) or _compared(stated) not in written:  # a list, where it stands twice
        raise CertificateNotUsable(signer=staff_number)


def _compared(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
