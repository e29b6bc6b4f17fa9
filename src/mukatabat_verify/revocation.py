# SPDX-License-Identifier: EUPL-1.2
"""Whether a certificate was withdrawn: what lists of revoked certificates (RFC 5280 §5) say of it, as of a moment.

A list is believed by its signature alone, whoever brought it. What an authority withdrew is refused for what was done
with it from that moment on; what was done before stays valid, and the report says that it was withdrawn since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from mukatabat_verify.certificates import Trust, holder
from mukatabat_verify.errors import CertificateWithdrawn, RevocationListBroken, RevocationListUnreadable

LARGEST: Final = 2**24
EXPIRED_CERTS_ON_CRL: Final = x509.ObjectIdentifier("2.5.29.60")
"""By it an authority says since when its lists go on naming what ran out (X.509, expiredCertsOnCRL)."""


@dataclass(frozen=True, slots=True)
class Used:
    """A chain of certificates (DER, the own first) and the moment for which it was believed."""

    chain: tuple[bytes, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What lists showed of so many certificates, each by its holder's name.

    ``unknown``: no list speaks of that moment. ``older``: the list was written before it, and held at it. ``later``:
    when it was withdrawn afterwards.
    """

    covered: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    later: dict[str, datetime] = field(default_factory=dict)


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


def check(lists: Iterable[bytes], used: Iterable[Used], trust: Trust) -> Shown:
    """Check that none of the used certificates was withdrawn when it was used, as far as the lists tell.

    1. Of the lists in the name of an authority those count that hold by its key, and one has to. 2. For each
    certificate the newest list counts that speaks of it: one that was written before the certificate ran out, or that
    names it, or that says that it goes on naming what ran out by then (expiredCertsOnCRL). The silence of any other
    means nothing, because it need not name it any more (RFC 5280 §3.3). 3. A list that had run out itself at the moment
    asked says nothing of it either, but what it names for good stays withdrawn.
    Raises RevocationListUnreadable, RevocationListBroken or CertificateWithdrawn.
    """
    found, shown = [read(one) for one in lists], Shown()
    for one in used:
        for own, issuer in _links(one.chain, trust):
            listed = _newest(found, own, issuer)  # 1, 2
            if listed is None or _is_over(listed, own, one.at):  # 3
                shown.unknown.append(_name(own))
            else:
                _judge(shown, listed, own, one.at)
    return shown


def check_kept(lists: Iterable[bytes], used: Used, trust: Trust) -> None:
    """Check that no list says that what was used had been withdrawn by then; the silence of any says nothing.

    For lists that were believed when they were kept, the newest of each authority: one by another key of the same name
    speaks of others, and stops nothing. Raises RevocationListUnreadable or CertificateWithdrawn.
    """
    for one in lists:
        with suppress(RevocationListBroken):
            check([one], [used], trust)


def signed_by(listed: x509.CertificateRevocationList, authorities: Iterable[bytes]) -> bytes | None:
    """Give the one of these authorities' certificates (DER) by whose key a list holds, None where it is none."""
    loaded = ((one, x509.load_der_x509_certificate(one)) for one in authorities)
    return next((data for data, one in loaded if listed.issuer == one.subject and _holds(listed, one)), None)


def _judge(shown: Shown, listed: x509.CertificateRevocationList, own: x509.Certificate, at: datetime) -> None:
    name, withdrawn = _name(own), _withdrawn(listed, own)
    if withdrawn is not None and withdrawn <= at:
        raise CertificateWithdrawn(f"{name}, from {withdrawn.isoformat()}")
    shown.covered.append(name)
    if withdrawn is not None:
        shown.later[name] = withdrawn
    elif listed.last_update_utc < at:
        shown.older.append(f"{name} as of {listed.last_update_utc.isoformat()}")


def _links(chain: Sequence[bytes], trust: Trust) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """Each certificate of the path from a chain's own to a root, which was checked before, with the one that issued it.

    What came along and is not on the path is asked for nothing: else a signer who adds a stranger's certificate that
    will be withdrawn could disown the letter later.
    """
    own = x509.load_der_x509_certificate(chain[0])
    left = [one for one in map(_perhaps, (*trust.roots, *chain[1:])) if one is not None]
    while issuer := next((other for other in left if other != own and _issued(own, by=other)), None):
        yield own, issuer
        left.remove(issuer)
        own = issuer


def _perhaps(data: bytes) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError:
        return None


def _issued(own: x509.Certificate, *, by: x509.Certificate) -> bool:
    try:
        own.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _newest(
    lists: Iterable[x509.CertificateRevocationList], own: x509.Certificate, issuer: x509.Certificate
) -> x509.CertificateRevocationList | None:
    named = [one for one in lists if one.issuer == issuer.subject]
    held = [one for one in named if _holds(one, issuer)]  # an authority with a new key has two lists of one name
    if named and not held:
        raise RevocationListBroken
    speaking = [one for one in held if _speaks_of(one, own)]
    return max(speaking, key=lambda one: one.last_update_utc, default=None)


def _speaks_of(listed: x509.CertificateRevocationList, own: x509.Certificate) -> bool:
    """Whether a list would name a certificate if it was withdrawn, or does."""
    end, since = own.not_valid_after_utc, _names_expired_since(listed)
    return listed.last_update_utc <= end or (since is not None and since <= end) or _entry(listed, own) is not None


def _is_over(listed: x509.CertificateRevocationList, own: x509.Certificate, at: datetime) -> bool:
    entry = _entry(listed, own)
    held_up = entry is not None and _reason(entry) is x509.ReasonFlags.certificate_hold
    return (listed.next_update_utc or at) < at and (entry is None or held_up)  # a hold may have been lifted since


def _names_expired_since(listed: x509.CertificateRevocationList) -> datetime | None:
    """Since when certificates may have run out that a list names all the same; None where it does not say so."""
    try:
        found = listed.extensions.get_extension_for_oid(EXPIRED_CERTS_ON_CRL).value
        written = found.value if isinstance(found, x509.UnrecognizedExtension) else b""
        if written[:2] != b"\x18\x0f" or len(written) != 17:  # a GeneralizedTime as RFC 5280 §4.1.2.5.2 writes it
            return None
        return datetime.strptime(written[2:].decode("ascii"), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except (ValueError, x509.ExtensionNotFound):
        return None


def _holds(listed: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        signs = issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
        return signs and listed.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def _withdrawn(listed: x509.CertificateRevocationList, own: x509.Certificate) -> datetime | None:
    """From when a list says that a certificate is not to be believed: the earlier of the two times that it may name."""
    entry = _entry(listed, own)
    if entry is None:
        return None
    try:
        invalid = entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc
    except x509.ExtensionNotFound:
        return entry.revocation_date_utc
    except (ValueError, x509.DuplicateExtension) as error:
        raise RevocationListUnreadable(type(error).__name__) from error
    return min(invalid, entry.revocation_date_utc)


def _entry(listed: x509.CertificateRevocationList, own: x509.Certificate) -> x509.RevokedCertificate | None:
    return listed.get_revoked_certificate_by_serial_number(own.serial_number)


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension) as error:
        raise RevocationListUnreadable(type(error).__name__) from error


def _name(own: x509.Certificate) -> str:
    return holder(own.public_bytes(Encoding.DER))
