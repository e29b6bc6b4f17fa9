# SPDX-License-Identifier: EUPL-1.2
"""A little public-key infrastructure and parcels made with it, for the tests of what a court is handed."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from mukatabat_verify.certificates import NODE_MARK
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel import header as headers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import Checkpoint, Header
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.opening import check_signature, open_key, opened
from mukatabat_verify.parcel.sealing import ContentSealer, make_cover, recipients_of
from mukatabat_verify.parcel.suites import P256, WRAPS, XWING, SoftwareKey

CREATED = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
PARCEL = UUID("01939c1e-0000-7000-8000-000000000001")
CHECKPOINT = Checkpoint("ledger.mukatabat.example", 4127, hashlib.sha256(b"checkpoint").hexdigest())


@dataclass(frozen=True)
class Identity:
    """A key with its certificates, as a seal or as an authority."""

    key: ec.EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    @cached_property
    def chain(self) -> tuple[bytes, ...]:
        return tuple(one.public_bytes(Encoding.DER) for one in self.certificates[:-1] or self.certificates)

    @property
    def root(self) -> bytes:
        return self.certificates[-1].public_bytes(Encoding.DER)

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def issue(
    name: str,
    *,
    issuer: Identity | None = None,
    years: tuple[int, int] = (2026, 2028),
    body: str | None = None,
    authority: bool = False,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    named: tuple[tuple[x509.ObjectIdentifier, str], ...] = (),
) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.COUNTRY_NAME, "KW"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if body is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"GB:KW-{body}"))
    attributes += [x509.NameAttribute(kind, value) for kind, value in named]
    subject = x509.Name(attributes)
    signer = key if issuer is None else issuer.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificates[0].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(years[0], 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(years[1], 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(signer, hashes.SHA256())
    return Identity(key, (certificate, *(() if issuer is None else issuer.certificates)))


def node(name: str = "Evidence of the node", **changes: Any) -> Identity:
    """A node's certificate, under the root unless told otherwise."""
    mark = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(NODE_MARK)])
    extensions = ((mark, False), *changes.pop("extensions", ()))
    return issue(name, **{"issuer": root(), "extensions": extensions, **changes})


def usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not authority, not authority, False, False, False, authority, authority, False, False)


@cache
def root(name: str = "Root") -> Identity:
    return issue(name, years=(2020, 2040), authority=True)


@cache
def issuing() -> Identity:
    return issue("Issuing", issuer=root(), years=(2020, 2040), authority=True)


@cache
def seal(body: str = "MOF") -> Identity:
    return issue(f"Seal of {body}", issuer=issuing(), body=body)


def revocation_list(
    by: Any,
    *revoked: tuple[bytes, datetime],
    at: datetime = CREATED,
    days: int = 7,
    invalid: datetime | None = None,
    reason: x509.ReasonFlags | None = None,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """A list of what an authority withdrew: certificates (DER), each with its time."""
    named = by.certificates[0].subject
    builder = x509.CertificateRevocationListBuilder().issuer_name(named).last_update(at)
    builder = builder.next_update(at + timedelta(days=days))
    for certificate, moment in revoked:
        number = x509.load_der_x509_certificate(certificate).serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(moment)
        if invalid is not None:
            entry = entry.add_extension(x509.InvalidityDate(invalid), critical=False)
        if reason is not None:
            entry = entry.add_extension(x509.CRLReason(reason), critical=False)
        builder = builder.add_revoked_certificate(entry.build())
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)


@cache
def opening_key(suite: str, name: str = "") -> SoftwareKey:
    """A key that is the same in every run; two names are two keys."""
    return SoftwareKey(suite, hashlib.sha256(f"{suite} {name}".encode()).digest())


KEYS = {"FL": opening_key(XWING, "FL"), "MOH": opening_key(P256, "MOH")}


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@dataclass(frozen=True)
class Parcel:
    """A parcel in memory."""

    cover: Cover
    sealed: bytes
    key: ParcelKey

    @property
    def header(self) -> Header:
        return headers.read(self.cover.header)

    def to_bytes(self) -> bytes:
        return self.cover.to_bytes() + self.sealed


def make_parcel(content: bytes = b"letter", *, sealed_by: Identity | None = None, **changes: Any) -> Parcel:
    """Seal a content of MOF for FL and MOH."""
    by = sealed_by or seal()
    key, pieces = ParcelKey.fresh(), [content[:7], content[7:]]
    sealer = ContentSealer(key)
    sealed = b"".join(sealer.seal(pieces))
    header = Header(
        parcel=PARCEL,
        realm="live",
        sender="MOF",
        certificate=hashlib.sha256(by.chain[0]).hexdigest(),
        recipients=recipients_of((body, one.recipient) for body, one in KEYS.items()),
        content=sealer.content,
        commitment=key.commitment,
        created=CREATED,
        not_before=CHECKPOINT,
    )
    recipients = [one.recipient for one in KEYS.values()]
    return Parcel(make_cover(replace(header, **changes), key, recipients=recipients, seal=by), sealed, key)


def open_parcel(data: bytes, *, by: str = "FL") -> bytes:
    """Read, check and open a parcel in the order in which a recipient does."""
    stream = io.BytesIO(data)
    cover, header = covers.read(stream)
    check_signature(cover, header)
    key = open_key(cover, header, KEYS[by], accepted=WRAPS)
    return b"".join(opened(header, key, stream))
