# SPDX-License-Identifier: EUPL-1.2
"""A certification authority in a folder: root, issuing authority, time-stamps, one-year persons and bodies' seals.

Every identity is one file, a private key under the passphrase and its chain, made whole by whoever comes first; so any
number of processes may start at the same moment over the same folder.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from mukatabat.kernel import clock
from mukatabat.signing.development.announcement import announce
from mukatabat.signing.development.files import first_wins, private_folder
from mukatabat.signing.errors import KeysUnreadable
from mukatabat.signing.profiles import Extensions, Profile, node_profile, seal_profile, subject_of, usage_of
from mukatabat.signing.rules import SignerCertificate

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
ORGANIZATION = "مكاتبات — للتطوير فقط"
ROOT = "Mukatabat Development Root CA"
ISSUING = "Mukatabat Development Issuing CA"
TIME_STAMPING = "Mukatabat Development Time-Stamp Authority"
LISTED_FOR = timedelta(days=7)
"""How long a list of revoked certificates holds."""


@dataclass(frozen=True, slots=True)
class CertificateSubject:
    """What a person's certificate says of its holder: the full name, the staff number, the body's name."""

    common_name: str
    staff_number: str
    body: str


@dataclass(frozen=True)
class Identity:
    """A private key and its certificates, the key's own first, the root last."""

    key: ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    @cached_property
    def certificate(self) -> SignerCertificate:
        """Give the chain without the root: those who check bring their own root."""
        chain = self.certificates[:-1] or self.certificates
        return SignerCertificate(tuple(one.public_bytes(serialization.Encoding.DER) for one in chain))

    def sign(self, data: bytes) -> bytes:
        """Sign with ECDSA over SHA-256, without randomness, so that a repetition gives the same bytes (RFC 6979)."""
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


@dataclass(frozen=True, slots=True)
class DevelopmentList:
    """The list of what one of the authority's own identities withdrew, written anew whenever it is asked for."""

    by: Identity
    folder: Path
    now: Callable[[], datetime]

    def newest(self) -> bytes:
        """See :meth:`mukatabat.signing.ports.RevocationSource.newest`."""
        at = self.now().astimezone(UTC).replace(microsecond=0)
        own = self.by.certificates[0]
        key_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.by.key.public_key())
        written = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(own.subject)
            .last_update(at)
            .next_update(at + LISTED_FOR)
            .add_extension(key_id, critical=False)
            .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
        )
        for file in sorted(self.folder.iterdir()):
            moment = datetime.fromisoformat(file.read_text(encoding="ascii"))
            entry = x509.RevokedCertificateBuilder().serial_number(int(file.name, 16)).revocation_date(moment)
            written = written.add_revoked_certificate(entry.build())
        return written.sign(self.by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class DevelopmentAuthority:
    """Issues on demand and keeps everything in one folder that only its owner may enter.

    The root, the issuing authority and the time-stamp certificate are valid from five years before the year in which
    they were made, for twenty-five years, so that a story may be told in the past; a person's certificate and a
    body's seal are valid for the calendar year (Kuwait) in which they are asked for. A seal's key is not made here.
    """

    def __init__(
        self, folder: Path, *, passphrase_file: Path | None = None, now: Callable[[], datetime] = clock.now
    ) -> None:
        """Take the folder, the file with the passphrase (made when missing; beside the keys by default), the clock."""
        announce("The development certification authority")
        self.folder = private_folder(folder)
        self._people = private_folder(folder / "people")
        self.now = now
        written = first_wins(passphrase_file or folder / "passphrase", lambda: secrets.token_urlsafe(32).encode())
        self._passphrase = written.strip()
        self._opened: dict[Path, Identity] = {}

    @property
    def root(self) -> bytes:
        """Give the root certificate, DER: the trust anchor of everything issued here."""
        return self._root.certificates[0].public_bytes(serialization.Encoding.DER)

    @cached_property
    def time_stamping(self) -> Identity:
        """Give the identity of the time-stamp authority (critical extended key usage, RFC 3161 §2.3)."""
        return self._identity(
            self.folder / "time-stamping.pem", lambda: self._issue_long(TIME_STAMPING, _time_stamping())
        )

    def person(self, person_id: UUID, subject: CertificateSubject) -> Identity:
        """Give a person's identity for this year, issuing it when there is none under these names yet."""
        year = self.now().astimezone(clock.KUWAIT).year
        named = hashlib.sha256(repr(subject).encode()).hexdigest()[:12]
        path = private_folder(self._folder_of(person_id)) / f"{year}-{named}.pem"
        return self._identity(path, lambda: self._issue_person(subject, year))

    def certify_seal(self, key: ec.EllipticCurvePublicKey, *, body: str, name: str) -> tuple[x509.Certificate, ...]:
        """Certify a key that lies elsewhere as the seal of a body, by the body's code, for this year.

        Gives the chain without the root. Who asks is believed: this authority is for development.
        """
        return self._certify(key, seal_profile(body=body, name=name))

    def certify_node(self, key: ec.EllipticCurvePublicKey, *, name: str) -> tuple[x509.Certificate, ...]:
        """Certify a key that lies elsewhere as that of the node of this name, for this year; it bears a node's mark.

        Gives the chain without the root.
        """
        return self._certify(key, node_profile(name=name, organization=ORGANIZATION))

    def revoke(self, certificate: bytes, *, at: datetime | None = None) -> None:
        """Withdraw a certificate (DER) that was issued here, from now on or from a moment; once for ever."""
        loaded = x509.load_der_x509_certificate(certificate)
        by = next(one for one in self.revocation_sources if one.by.certificates[0].subject == loaded.issuer)
        moment = (at or self.now()).astimezone(UTC).replace(microsecond=0)
        first_wins(by.folder / f"{loaded.serial_number:x}", lambda: moment.isoformat().encode("ascii"))

    @property
    def authorities(self) -> tuple[bytes, ...]:
        """Give the certificates of the root and of the issuing authority, DER."""
        both = self._root.certificates[0], self._issuing.certificates[0]
        return tuple(one.public_bytes(serialization.Encoding.DER) for one in both)

    @cached_property
    def revocation_sources(self) -> tuple[DevelopmentList, ...]:
        """Give the lists of revoked certificates of the root and of the issuing authority."""
        revoked = private_folder(self.folder / "revoked")
        return tuple(
            DevelopmentList(by, private_folder(revoked / name), self.now)
            for name, by in (("root", self._root), ("issuing", self._issuing))
        )

    def _certify(self, key: ec.EllipticCurvePublicKey, profile: Profile) -> tuple[x509.Certificate, ...]:
        year = self.now().astimezone(clock.KUWAIT).year
        certificate = self._certified(
            key, profile.subject, profile.extensions, years=(year, year + 1), issuer=self._issuing
        )
        return certificate, *self._issuing.certificates[:-1]

    def person_by_fingerprint(self, person_id: UUID, fingerprint: str) -> Identity | None:
        """Find the identity whose certificate has this SHA-256 fingerprint, of this year or an earlier one."""
        for path in sorted(self._folder_of(person_id).glob("*.pem"), reverse=True):
            identity = self._identity(path, path.read_bytes)
            if identity.certificate.fingerprint == fingerprint:
                return identity
        return None

    @cached_property
    def _root(self) -> Identity:
        return self._identity(self.folder / "root.pem", self._issue_root)

    @cached_property
    def _issuing(self) -> Identity:
        return self._identity(self.folder / "issuing.pem", lambda: self._issue_long(ISSUING, _authority(path_length=0)))

    def _folder_of(self, person_id: UUID) -> Path:
        return self._people / str(person_id)

    def _identity(self, path: Path, make: Callable[[], bytes]) -> Identity:
        if path not in self._opened:
            self._opened[path] = self._open(first_wins(path, make))
        return self._opened[path]

    def _open(self, pem: bytes) -> Identity:
        try:
            key = serialization.load_pem_private_key(pem, self._passphrase)
            certificates = tuple(x509.load_pem_x509_certificates(pem))
        except (ValueError, TypeError) as error:
            raise KeysUnreadable(detail=str(error)) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificates[0].public_key():
            raise KeysUnreadable(detail="key and certificate do not belong together")
        return Identity(key, certificates)

    def _issue_root(self) -> bytes:
        return self._issue(
            subject_of(ROOT, body=ORGANIZATION), _authority(path_length=1), years=self._long(), issuer=None
        )

    def _issue_long(self, common_name: str, extensions: Extensions) -> bytes:
        return self._issue(
            subject_of(common_name, body=ORGANIZATION), extensions, years=self._long(), issuer=self._root
        )

    def _issue_person(self, subject: CertificateSubject, year: int) -> bytes:
        name = subject_of(subject.common_name, body=subject.body, serial=subject.staff_number)
        return self._issue(name, _person(), years=(year, year + 1), issuer=self._issuing)

    def _long(self) -> tuple[int, int]:
        year = self.now().astimezone(clock.KUWAIT).year
        return year - 5, year + 20

    def _issue(
        self, subject: x509.Name, extensions: Extensions, *, years: tuple[int, int], issuer: Identity | None
    ) -> bytes:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._certified(key.public_key(), subject, extensions, years=years, issuer=issuer or key)
        chain = (certificate, *(() if issuer is None else issuer.certificates))
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self._passphrase),
        )
        return secret + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain)

    def _certified(
        self,
        key: ec.EllipticCurvePublicKey,
        subject: x509.Name,
        extensions: Extensions,
        *,
        years: tuple[int, int],
        issuer: Identity | ec.EllipticCurvePrivateKey,
    ) -> x509.Certificate:
        """Issue one certificate; an issuer without certificates signs its own."""
        authority_key = issuer.key if isinstance(issuer, Identity) else issuer
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificates[0].subject if isinstance(issuer, Identity) else subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(years[0], 1, 1, tzinfo=clock.KUWAIT))
            .not_valid_after(datetime(years[1], 1, 1, tzinfo=clock.KUWAIT))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder.sign(authority_key, hashes.SHA256())


def is_for_practice(certificate: SignerCertificate) -> bool:
    """Whether such an authority, of this installation or of another, certified the key: its signature binds nobody."""
    issuer = x509.load_der_x509_certificate(certificate.own).issuer
    return [one.value for one in issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)] == [ORGANIZATION]


def _authority(*, path_length: int) -> Extensions:
    return (x509.BasicConstraints(ca=True, path_length=path_length), True), (usage_of(certifies=True), True)


def _time_stamping() -> Extensions:
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage_of(signs=True), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
    )


def _person() -> Extensions:
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage_of(signs=True, commits=True), True),
        (x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), False),
    )
