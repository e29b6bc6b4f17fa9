# SPDX-License-Identifier: EUPL-1.2
"""A list of revoked certificates (RFC 5280 §5), read once and then asked often: by whose key it holds, whom it names.

Nothing here depends on the time: what a list says as of a moment is `revocation`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mukatabat_verify.errors import RevocationListUnreadable

LARGEST: Final = 2**24
EXPIRED_CERTS_ON_CRL: Final = x509.ObjectIdentifier("2.5.29.60")
"""By it an authority says since when its lists go on naming what ran out (X.509, expiredCertsOnCRL)."""
MOST_KEYS: Final = 8
"""Of so many keys a list remembers whether it holds by them: whoever brings namesakes shall not fill the memory."""
_PART: Final = 2**64 - 1
"""A serial number has up to 160 bits; by this part of it a list is sorted, and whatever fits is then compared whole."""


class Listed:
    """A list that was read: who wrote it (``issuer``), when (``at``), and until when it is the newest (``until``)."""

    def __init__(self, read: x509.CertificateRevocationList, *, until: datetime) -> None:
        """Take a list that :func:`read` found sound."""
        self._read = read
        self._by: dict[tuple[bytes, bool], bool] = {}
        self.issuer, self.at, self.until = read.issuer, read.last_update_utc, until

    def holds_by(self, issuer: x509.Certificate) -> bool:
        """Whether it was signed with the key of an authority that may sign lists; checked once of each key."""
        try:
            key = issuer.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), signs_lists(issuer)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            return False
        if (known := self._by.get(key)) is not None:
            return known
        found = holds(self._read, issuer)
        if len(self._by) >= MOST_KEYS:
            self._by = {}
        self._by[key] = found
        return found

    def entry(self, own: x509.Certificate) -> x509.RevokedCertificate | None:
        """What it says of a certificate of its issuer, None where it does not name it.

        An entry that says that its certificate was taken off the list (removeFromCRL) names nobody.
        """
        number = own.serial_number
        part = number & _PART
        place = bisect_left(self._numbers, part)
        if place == len(self._numbers) or self._numbers[place] != part:
            return None
        found = self._read.get_revoked_certificate_by_serial_number(number)
        return None if found is None or reason_of(found) is x509.ReasonFlags.remove_from_crl else found

    @cached_property
    def _numbers(self) -> array[int]:
        return array("Q", sorted(one.serial_number & _PART for one in self._read))

    @cached_property
    def names_expired_since(self) -> datetime | None:
        """Since when certificates may have run out that it names all the same; None where it does not say so."""
        try:
            found = self._read.extensions.get_extension_for_oid(EXPIRED_CERTS_ON_CRL).value
            written = found.value if isinstance(found, x509.UnrecognizedExtension) else b""
            if written[:2] != b"\x18\x0f" or len(written) != 17:  # a GeneralizedTime as RFC 5280 §4.1.2.5.2 writes it
                return None
            return datetime.strptime(written[2:].decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
        except (ValueError, x509.ExtensionNotFound):
            return None


def read(data: bytes) -> x509.CertificateRevocationList:
    """Read a list (DER), which must speak of all that its authority issued; raises RevocationListUnreadable."""
    try:
        found = x509.load_der_x509_crl(data)
        limited = any(one.critical for one in found.extensions)
        if found.public_bytes(Encoding.DER) != data or found.next_update_utc is None or limited:
            raise RevocationListUnreadable("a list with a condition, without an end, or written in another way")
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise RevocationListUnreadable(type(error).__name__) from error
    return found


def listed(data: bytes) -> Listed:
    """Read a list (DER) to be asked; raises RevocationListUnreadable."""
    found = read(data)
    assert found.next_update_utc is not None  # a list without an end was not read
    return Listed(found, until=found.next_update_utc)


def holds(read: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether a list was signed with the key of an authority, which may sign lists."""
    try:
        return signs_lists(issuer) and read.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def signs_lists(issuer: x509.Certificate) -> bool:
    """Whether the certificate of an authority says that it may sign lists (RFC 5280 §4.2.1.3)."""
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except (ValueError, x509.ExtensionNotFound):
        return False


def reason_of(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    """Why a certificate was withdrawn, None where the list does not say; raises RevocationListUnreadable."""
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension) as error:
        raise RevocationListUnreadable(type(error).__name__) from error
