# SPDX-License-Identifier: EUPL-1.2
"""What the certificates of seals and of the node say: asked for in a request, and given by the development authority.

The checks that rest on it are those of `mukatabat_verify.certificates`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.x509.oid import NameOID, ObjectIdentifier

from mukatabat_verify.certificates import BODY_IDENTIFIER, NODE_MARK

Extensions: TypeAlias = tuple[tuple[x509.ExtensionType, bool], ...]

PLATFORM: Final = "مكاتبات"
"""The organisation in a node's name where none is stated."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate is to say: its holder's name, and its extensions with whether each is critical."""

    subject: x509.Name
    extensions: Extensions


def seal_profile(*, body: str, name: str) -> Profile:
    """Describe the seal of the body of this code: its organizationIdentifier says whose it is (ETSI EN 319 412-3)."""
    return Profile(subject_of(name, body=name, identifier=BODY_IDENTIFIER + body), _SIGNS)


def node_profile(*, name: str, organization: str = PLATFORM) -> Profile:
    """Describe the node's key for evidence: it bears the mark of one (ADR 0026)."""
    mark = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(NODE_MARK)])
    return Profile(subject_of(name, body=organization), (*_SIGNS, (mark, False)))


def usage_of(*, signs: bool = False, commits: bool = False, certifies: bool = False) -> x509.KeyUsage:
    """Give a key usage: for signatures, for what its holder stands by, for certificates and lists of revoked ones."""
    return x509.KeyUsage(
        digital_signature=signs, content_commitment=commits, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=certifies, crl_sign=certifies, encipher_only=False, decipher_only=False,
    )  # fmt: skip


_SIGNS: Final[Extensions] = (
    (x509.BasicConstraints(ca=False, path_length=None), True),
    (usage_of(signs=True, commits=True), True),
)


def subject_of(common_name: str, *, body: str, serial: str = "", identifier: str = "") -> x509.Name:
    """Give a holder's name: country, organisation, common name; a person's number or a body's identifier."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "KW"),
        _attribute(NameOID.ORGANIZATION_NAME, body),
        _attribute(NameOID.COMMON_NAME, common_name),
    ]
    if serial:
        attributes.append(_attribute(NameOID.SERIAL_NUMBER, serial))
    if identifier:
        attributes.append(_attribute(NameOID.ORGANIZATION_IDENTIFIER, identifier))
    return x509.Name(attributes)


def _attribute(kind: ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(kind, written(value), _validate=False)  # the library counts bytes, not characters


def written(name: str) -> str:
    """Give a name as certificates hold it: at most 64 characters (RFC 5280 appendix A), in one direction."""
    return one_direction(name[:64])


def one_direction(name: str) -> str:
    """Make a name fit for certificates, where a value is written in one direction only.

    With Arabic letters in it, Latin ones are dropped, and it begins and ends with an Arabic letter; otherwise
    validators refuse to compare it (RFC 5280 §7.1 by way of RFC 4518 §2.4 and RFC 3454 §6).
    """
    directions = [unicodedata.bidirectional(letter) for letter in name]
    if not {"R", "AL"} & set(directions):
        return name
    kept = "".join(letter for letter, direction in zip(name, directions, strict=True) if direction != "L")
    arabic = [place for place, letter in enumerate(kept) if unicodedata.bidirectional(letter) in {"R", "AL"}]
    return " ".join(kept[arabic[0] : arabic[-1] + 1].split())
