# SPDX-License-Identifier: EUPL-1.2
"""The certification authorities that an installation trusts: a folder of certificates that its operator laid there.

What certifies itself is a root; everything else stands between a root and those whom it certifies. A file that is none
of these is named, and nothing is believed until it is gone: half a folder would silently trust less than was meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from mukatabat.signing.errors import (
    AuthorityFileHoldsKey,
    AuthorityFileNotOne,
    AuthorityFileUnreadable,
    AuthorityFileWritable,
)
from mukatabat_verify.certificates import certificates_in
from mukatabat_verify.errors import CertificateUnreadable

LARGEST = 2**20
"""Of one file; a certificate has a few kilobytes."""
_OTHERS_WRITE = 0o002

Stamp: TypeAlias = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate (DER) of an authority: the file in which it lies, its names, and from when until when it holds."""

    file: str
    data: bytes
    name: str
    issuer: str
    is_root: bool
    since: datetime
    until: datetime

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, in hexadecimal."""
        return sha256(self.data).hexdigest()

    def holds(self, at: datetime) -> bool:
        """Whether it is within its dates at a moment."""
        return self.since <= at <= self.until


def authorities_in(folder: Path) -> tuple[Authority, ...]:
    """Give the authorities of a folder in the order of the files' names, each once; hidden files are passed over.

    It is looked at each time and read again when a file came, went or changed, so that a root that was taken out is
    trusted no longer. One that has ended stays in it, because what it certified in its time is judged by it.
    Raises AuthorityFileRefused, naming the file.
    """
    return _read(folder, tuple(_stamps(folder)))


@lru_cache(maxsize=64)
def authority_of(data: bytes, file: str = "") -> Authority:
    """Tell of an authority's certificate (DER); raises AuthorityFileRefused when it certifies nobody.

    Each is read and its own signature checked once: whatever is believed asks for the authorities.
    """
    try:
        loaded = x509.load_der_x509_certificate(data)
        constraints = loaded.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = loaded.extensions.get_extension_for_class(x509.KeyUsage).value
        certifies = constraints.ca and usage.key_cert_sign
        is_root = loaded.subject == loaded.issuer
        if is_root:
            loaded.verify_directly_issued_by(loaded)
    except (x509.ExtensionNotFound, InvalidSignature):
        certifies = False
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise AuthorityFileUnreadable(file=file, detail=type(error).__name__) from error
    if not certifies:
        raise AuthorityFileNotOne(file=file)
    return Authority(
        file=file, data=data, name=named(loaded.subject), issuer=named(loaded.issuer), is_root=is_root,
        since=loaded.not_valid_before_utc, until=loaded.not_valid_after_utc,
    )  # fmt: skip


def named(name: x509.Name) -> str:
    """How people call the holder of a name: the common name, else the unit's or organisation's, else all of it."""
    for kind in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATIONAL_UNIT_NAME, x509.NameOID.ORGANIZATION_NAME):
        for one in name.get_attributes_for_oid(kind):
            return str(one.value)
    return name.rfc4514_string()


def _stamps(folder: Path) -> Iterator[Stamp]:
    """What tells this state of the folder from another, with whatever makes a file in it unfit to be trusted."""
    try:
        if folder.stat().st_mode & _OTHERS_WRITE:
            raise AuthorityFileWritable(file=folder.name)
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            stat = path.stat()
            if stat.st_mode & _OTHERS_WRITE:
                raise AuthorityFileWritable(file=path.name)
            yield path.name, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
    except OSError as error:
        file = Path(str(error.filename or folder)).name
        raise AuthorityFileUnreadable(file=file, detail=type(error).__name__) from error


@lru_cache(maxsize=8)
def _read(folder: Path, stamps: tuple[Stamp, ...]) -> tuple[Authority, ...]:
    found: dict[bytes, Authority] = {}
    for name, *_stamp in stamps:
        for data in _certificates(folder / name):
            found.setdefault(data, authority_of(data, name))
    return tuple(found.values())


def _certificates(path: Path) -> tuple[bytes, ...]:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if b"PRIVATE KEY" in content:
            raise AuthorityFileHoldsKey(file=path.name)
        if len(content) > LARGEST:
            raise AuthorityFileUnreadable(file=path.name, detail="too large")
        return certificates_in(content)
    except OSError as error:
        raise AuthorityFileUnreadable(file=path.name, detail=type(error).__name__) from error
    except CertificateUnreadable as refusal:
        raise AuthorityFileUnreadable(file=path.name, detail=refusal.detail) from refusal
