# SPDX-License-Identifier: EUPL-1.2
"""Whether a certificate was withdrawn: what lists of revoked certificates (RFC 5280 §5) say of it, as of a moment.

A list is believed by its signature alone, whoever brought it. What an authority withdrew is refused for what was done
with it from that moment on; what was done before stays valid, and the report says that it was withdrawn since.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from mukatabat_verify.certificates import Trust, holder
from mukatabat_verify.errors import CertificateWithdrawn, RevocationListBroken, RevocationListUnreadable
from mukatabat_verify.lists import Listed, holds, listed, reason_of


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


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """That a certificate is not to be believed from a moment on: its holder's name, from when, and whether it is only
    held up (certificateHold), which its authority may lift.
    """

    name: str
    since: datetime
    held_up: bool


@dataclass(frozen=True, slots=True)
class Word:
    """What lists say of a chain at a moment: what of it is withdrawn, or that it holds (``confirmed``), or neither.

    It is confirmed where of all that lists speak of the newest one is still in force and names nothing.
    """

    withdrawn: Withdrawn | None
    confirmed: bool


def check(lists: Iterable[bytes | Listed], used: Iterable[Used], trust: Trust) -> Shown:
    """Check that none of the used certificates was withdrawn when it was used, as far as the lists (DER, or read) tell.

    1. Of the lists in the name of an authority those count that hold by its key, and one has to. 2. For each
    certificate the newest list counts that speaks of it: one that was written before the certificate ran out, or that
    names it, or that says that it goes on naming what ran out by then (expiredCertsOnCRL). The silence of any other
    means nothing, because it need not name it any more (RFC 5280 §3.3). 3. A list that had run out itself at the moment
    asked says nothing of it either, but what it names for good stays withdrawn.
    Raises RevocationListUnreadable, RevocationListBroken or CertificateWithdrawn.
    """
    found, shown = _read(lists), Shown()
    for one in used:
        for own, issuer in _links(one.chain, trust):
            told = _newest(found, own, issuer)  # 1, 2
            if told is None or _is_over(told, own, one.at):  # 3
                shown.unknown.append(_name(own))
            else:
                _judge(shown, told, own, one.at)
    return shown


def check_kept(lists: Iterable[bytes | Listed], used: Used, trust: Trust) -> None:
    """Check that no list says that what was used had been withdrawn by then; the silence of any says nothing.

    For lists that were believed when they were kept, the newest of each authority: one by another key of the same name
    speaks of others, and stops nothing. Raises RevocationListUnreadable or CertificateWithdrawn.
    """
    if (found := word_of(lists, used, trust).withdrawn) is not None:
        raise CertificateWithdrawn(f"{found.name}, from {found.since.isoformat()}")


def word_of(lists: Iterable[bytes | Listed], used: Used, trust: Trust) -> Word:
    """What lists that were believed when they were kept say of what is used: as :func:`check_kept`, raising nothing.

    What any of them names for good is withdrawn; whether it is held up, the newest one says. Raises
    RevocationListUnreadable.
    """
    found, withdrawn, free = _read(lists), list[Withdrawn](), list[bool]()
    for own, issuer in _links(used.chain, trust):
        speaking = [one for one in _of(found, issuer) if one.holds_by(issuer) and _speaks_of(one, own)]
        speaking.sort(key=lambda one: one.at, reverse=True)
        for place, one in enumerate(speaking):
            entry = one.entry(own)
            if entry is None:
                continue
            since, held_up = _since(entry), _held_up(entry)
            if since <= used.at and (not held_up or (place == 0 and used.at <= one.until)):
                withdrawn.append(Withdrawn(_name(own), since, held_up))
        # One that is named from later on, as by a clock that was set back, is not free either.
        free += [one.entry(own) is None and used.at <= one.until for one in speaking[:1]]
    first = min(withdrawn, key=lambda one: (one.held_up, one.since), default=None)
    return Word(first, confirmed=first is None and bool(free) and all(free))


def signed_by(listed: x509.CertificateRevocationList, authorities: Iterable[bytes]) -> bytes | None:
    """Give the one of these authorities' certificates (DER) by whose key a list holds, None where it is none."""
    loaded = ((one, x509.load_der_x509_certificate(one)) for one in authorities)
    return next((data for data, one in loaded if listed.issuer == one.subject and holds(listed, one)), None)


def _read(lists: Iterable[bytes | Listed]) -> list[Listed]:
    return [one if isinstance(one, Listed) else listed(one) for one in lists]


def _judge(shown: Shown, told: Listed, own: x509.Certificate, at: datetime) -> None:
    name, entry = _name(own), told.entry(own)
    since = _since(entry) if entry is not None else None
    if since is not None and since <= at:
        raise CertificateWithdrawn(f"{name}, from {since.isoformat()}")
    shown.covered.append(name)
    if since is not None:
        shown.later[name] = since
    elif told.at < at:
        shown.older.append(f"{name} as of {told.at.isoformat()}")


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


def _of(lists: Iterable[Listed], issuer: x509.Certificate) -> list[Listed]:
    return [one for one in lists if one.issuer == issuer.subject]


def _newest(lists: Iterable[Listed], own: x509.Certificate, issuer: x509.Certificate) -> Listed | None:
    named = _of(lists, issuer)
    held = [one for one in named if one.holds_by(issuer)]  # an authority with a new key has two lists of one name
    if named and not held:
        raise RevocationListBroken
    return max((one for one in held if _speaks_of(one, own)), key=lambda one: one.at, default=None)


def _speaks_of(told: Listed, own: x509.Certificate) -> bool:
    """Whether a list would name a certificate if it was withdrawn, or does."""
    end, since = own.not_valid_after_utc, told.names_expired_since
    return told.at <= end or (since is not None and since <= end) or told.entry(own) is not None


def _is_over(told: Listed, own: x509.Certificate, at: datetime) -> bool:
    if at <= told.until:
        return False
    entry = told.entry(own)
    return entry is None or _held_up(entry)  # a hold may have been lifted since


def _held_up(entry: x509.RevokedCertificate) -> bool:
    return reason_of(entry) is x509.ReasonFlags.certificate_hold


def _since(entry: x509.RevokedCertificate) -> datetime:
    """From when its certificate is not to be believed: the earlier of the two times that an entry may name."""
    try:
        invalid = entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc
    except x509.ExtensionNotFound:
        return entry.revocation_date_utc
    except (ValueError, x509.DuplicateExtension) as error:
        raise RevocationListUnreadable(type(error).__name__) from error
    return min(invalid, entry.revocation_date_utc)


def _name(own: x509.Certificate) -> str:
    return holder(own.public_bytes(Encoding.DER))
