# SPDX-License-Identifier: EUPL-1.2
"""The signed directory: which bodies there are and which keys are theirs, stated by the node under a growing number.

What is signed is small: realm, number, times, how many bodies, and the root of a tree (RFC 9162) whose leaves are the
bodies' entries in the order of their codes. So one body's entry is proven without the others': an *extract* holds the
statement, its signature, one entry and the path from it to the root. Both are canonical JSON:

- directory: ``{"bodies": [entry, …], "signature": hex, "statement": {…}}``
- extract: ``{"entry": {…}, "index": n, "path": [hex, …], "signature": hex, "statement": {…}}``

The signature is a detached CAdES over the canonical statement, by a key that states evidence. Whoever sends by it
keeps the number of the newest that it saw, refuses an older one, and one past ``expires``. A court reads the one that
was true when a bundle was made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mukatabat_verify.asic import seal
from mukatabat_verify.canonical import canonical, moment, parsed, read_moment
from mukatabat_verify.certificates import Trust, check_node
from mukatabat_verify.errors import (
    CertificateNotListed,
    DirectoryKeyDisagrees,
    DirectoryMalformed,
    DirectoryOlder,
    DirectoryOutOfDate,
    InclusionBroken,
    NotCanonical,
)
from mukatabat_verify.log.merkle import check_inclusion, inclusion_ranges, leaf_hash, node_hash, range_hash, root_hash
from mukatabat_verify.parcel.sealing import Seal
from mukatabat_verify.parcel.suites import RecipientKey

LARGEST: Final = 2**25
LARGEST_EXTRACT: Final = 2**20
AFTER_REPLACEMENT: Final = timedelta(days=1)
"""How long after its replacement a seal may still stand on what was sealed just before."""

_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedKey:
    """A key of a body, in use from ``begin`` to ``end``; ``public`` (hexadecimal) is "" for a seal.

    ``fingerprint`` is the SHA-256 of a seal's certificate, or the id of an encryption key.
    """

    use: str
    suite: str
    fingerprint: str
    public: str
    custody: str
    begin: datetime
    end: datetime | None = None
    expires: datetime | None = None
    withdrawn: datetime | None = None

    def check(self) -> None:
        """Check that a key that stands here is the one that the fingerprint names; raises DirectoryKeyDisagrees."""
        if self.public:
            check_named(RecipientKey(self.suite, bytes.fromhex(self.public)), self.fingerprint)

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "use": self.use, "suite": self.suite, "fingerprint": self.fingerprint, "public": self.public,
            "custody": self.custody, "from": _written(self.begin), "to": _written(self.end),
            "expires": _written(self.expires), "withdrawn": _written(self.withdrawn),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedBody:
    """A body: its code, its names, the suites that it takes, its keys of today and of before."""

    code: str
    ar: str
    en: str
    suites: tuple[str, ...]
    keys: tuple[ListedKey, ...]

    def to_bytes(self) -> bytes:
        """Write the entry."""
        return canonical({
            "body": self.code, "ar": self.ar, "en": self.en, "suites": list(self.suites),
            "keys": [one.to_json() for one in self.keys],
        })  # fmt: skip

    def check_keys(self) -> None:
        """Check that each key is the one that its fingerprint names; raises DirectoryKeyDisagrees."""
        for one in self.keys:
            one.check()

    def check_seal(self, certificate: bytes, *, at: datetime) -> ListedKey:
        """Check that a certificate (DER) is the body's seal for what was sealed at ``at`` or just before, and give it.

        Raises CertificateNotListed.
        """
        fingerprint = hashlib.sha256(certificate).hexdigest()
        key = next((one for one in self.keys if (one.use, one.fingerprint) == ("seal", fingerprint)), None)
        if key is None:
            raise CertificateNotListed
        if key.withdrawn is not None:
            raise CertificateNotListed("withdrawn")
        # Times are written in whole seconds.
        if at < key.begin.replace(microsecond=0) or (key.end is not None and at > key.end + AFTER_REPLACEMENT):
            raise CertificateNotListed("not at that time")
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is signed: ``root`` (hexadecimal) over the entries of ``size`` bodies of a realm."""

    realm: str
    issuer: str
    number: int
    issued: datetime
    expires: datetime
    size: int
    root: str

    def to_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {
            "version": 1, "realm": self.realm, "issuer": self.issuer, "number": self.number,
            "issued": _written(self.issued), "expires": _written(self.expires), "size": self.size, "root": self.root,
        }  # fmt: skip

    def to_bytes(self) -> bytes:
        """Write what is signed."""
        return canonical(self.to_json())


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement and its signature (DER)."""

    statement: Statement
    signature: bytes

    def check(self, trust: Trust, *, least: int = 0) -> None:
        """Check that a node that the reader trusts signed it, and that its number is not below one seen before.

        Raises SealUnreadable, SealBroken, a Certificate… or DirectoryOlder.
        """
        found = seal.check(self.signature, self.statement.to_bytes())
        check_node(found.chain, trust)
        if self.statement.number < least:
            raise DirectoryOlder(f"number {self.statement.number}, and {least} was seen")

    def check_fresh(self, at: datetime) -> None:
        """Check that it may still be used to send by; raises DirectoryOutOfDate."""
        if not self.statement.issued - AFTER_REPLACEMENT <= at <= self.statement.expires:
            raise DirectoryOutOfDate(_written(self.statement.expires))


@dataclass(frozen=True, slots=True)
class Extract:
    """One body's entry, and what proves that it stands in a signed directory."""

    signed: Signed
    body: ListedBody
    index: int
    path: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Write it in canonical form."""
        return canonical({
            "statement": self.signed.statement.to_json(), "signature": self.signed.signature.hex(),
            "entry": parsed(self.body.to_bytes()), "index": self.index, "path": [one.hex() for one in self.path],
        })  # fmt: skip

    def check(self, trust: Trust, *, least: int = 0) -> ListedBody:
        """Check signature, number, place and keys, and give the entry.

        Raises as :meth:`Signed.check`, InclusionBroken or DirectoryKeyDisagrees.
        """
        self.signed.check(trust, least=least)
        statement = self.signed.statement
        check_inclusion(
            leaf_hash(self.body.to_bytes()), self.index, size=statement.size, root=bytes.fromhex(statement.root),
            proof=self.path,
        )  # fmt: skip
        self.body.check_keys()
        return self.body


@dataclass(frozen=True, slots=True)
class Directory:
    """A signed directory with all its entries, in the order of their codes."""

    signed: Signed
    bodies: tuple[ListedBody, ...]

    def to_bytes(self) -> bytes:
        """Write it in canonical form."""
        return canonical({
            "statement": self.signed.statement.to_json(), "signature": self.signed.signature.hex(),
            "bodies": [parsed(one.to_bytes()) for one in self.bodies],
        })  # fmt: skip

    def check(self, trust: Trust, *, least: int = 0) -> Mapping[str, ListedBody]:
        """Check signature, number and entries, and give the bodies by code; raises as :meth:`Extract.check`."""
        self.signed.check(trust, least=least)
        if (len(self.bodies), root_of(self.bodies).hex()) != (self.signed.statement.size, self.signed.statement.root):
            raise InclusionBroken("the entries are not those that were signed")
        for one in self.bodies:
            one.check_keys()
        return {one.code: one for one in self.bodies}

    def extract(self, code: str) -> Extract | None:
        """Give one body's entry with its proof, None where it is not listed."""
        index = next((place for place, one in enumerate(self.bodies) if one.code == code), None)
        if index is None:
            return None
        tree = _Tree(self.bodies)
        path = tuple(range_hash(one, tree.node) for one in inclusion_ranges(index, len(self.bodies)))
        return Extract(self.signed, self.bodies[index], index, path)


class _Tree:
    def __init__(self, bodies: Sequence[ListedBody]) -> None:
        self._leaves = [leaf_hash(one.to_bytes()) for one in bodies]

    def node(self, level: int, index: int) -> bytes:
        """See :data:`mukatabat_verify.log.merkle.Node`."""
        if level == 0:
            return self._leaves[index]
        return node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))


def check_named(key: RecipientKey, fingerprint: str) -> None:
    """Check that a fingerprint names this key, and no other that was put in its place; raises DirectoryKeyDisagrees."""
    if key.id != fingerprint:
        raise DirectoryKeyDisagrees(fingerprint)


def in_order(bodies: Sequence[ListedBody]) -> tuple[ListedBody, ...]:
    """Order entries as they are signed."""
    return tuple(sorted(bodies, key=lambda one: one.code))


def root_of(bodies: Sequence[ListedBody]) -> bytes:
    """Give the root over entries that are in order."""
    return root_hash(len(bodies), _Tree(bodies).node)


def sign(statement: Statement, by: Seal) -> Signed:
    """Sign a statement, as of the time that it says it was issued."""
    return Signed(statement, seal.make(statement.to_bytes(), by, at=statement.issued))


def read(data: bytes) -> Directory:
    """Read a directory as it is written; raises DirectoryMalformed. Nothing is proven by it."""
    value = _object(data, LARGEST)
    try:
        bodies = tuple(_body(one) for one in value["bodies"])
        directory = Directory(_signed(value), bodies)
        written = directory.to_bytes()
    except _UNREADABLE as error:
        raise DirectoryMalformed(type(error).__name__) from error
    if written != data or in_order(bodies) != bodies or len({one.code for one in bodies}) != len(bodies):
        raise DirectoryMalformed("members")
    return directory


def read_extract(data: bytes) -> Extract:
    """Read an extract as it is written; raises DirectoryMalformed. Nothing is proven by it."""
    value = _object(data, LARGEST_EXTRACT)
    try:
        path = tuple(bytes.fromhex(one) for one in value["path"])
        extract = Extract(_signed(value), _body(value["entry"]), value["index"], path)
        written = extract.to_bytes()
    except _UNREADABLE as error:
        raise DirectoryMalformed(type(error).__name__) from error
    if written != data or type(value["index"]) is not int:
        raise DirectoryMalformed("members")
    return extract


def _object(data: bytes, largest: int) -> dict[str, Any]:
    try:
        value = parsed(data) if len(data) <= largest else None
    except NotCanonical as error:
        raise DirectoryMalformed(error.detail) from error
    if not isinstance(value, dict):
        raise DirectoryMalformed("no object, or too large")
    return value


def read_statement(data: bytes) -> Statement:
    """Read what is signed; raises DirectoryMalformed."""
    try:
        statement = _statement(_object(data, LARGEST_EXTRACT))
    except _UNREADABLE as error:
        raise DirectoryMalformed(type(error).__name__) from error
    if statement.to_bytes() != data:
        raise DirectoryMalformed("members")
    return statement


def _signed(value: Mapping[str, Any]) -> Signed:
    return Signed(_statement(value["statement"]), bytes.fromhex(value["signature"]))


def _statement(one: Mapping[str, Any]) -> Statement:
    number, size = one["number"], one["size"]
    if one["version"] != 1 or type(number) is not int or type(size) is not int or number < 1 or size < 0:
        raise ValueError("of another version")
    return Statement(
        realm=str(one["realm"]), issuer=str(one["issuer"]), number=number, issued=read_moment(one["issued"]),
        expires=read_moment(one["expires"]), size=size, root=bytes.fromhex(one["root"]).hex(),
    )  # fmt: skip


def _body(value: Mapping[str, Any]) -> ListedBody:
    return ListedBody(
        code=str(value["body"]), ar=str(value["ar"]), en=str(value["en"]),
        suites=tuple(str(one) for one in value["suites"]), keys=tuple(_key(one) for one in value["keys"]),
    )  # fmt: skip


def _key(value: Mapping[str, Any]) -> ListedKey:
    return ListedKey(
        use=str(value["use"]), suite=_plain(value["suite"]), fingerprint=str(value["fingerprint"]),
        public=bytes.fromhex(value["public"]).hex(), custody=str(value["custody"]), begin=read_moment(value["from"]),
        end=_perhaps(value["to"]), expires=_perhaps(value["expires"]), withdrawn=_perhaps(value["withdrawn"]),
    )  # fmt: skip


def _plain(value: Any) -> str:
    """The name of a suite, which goes into a fingerprint as ASCII."""
    return str(value).encode("ascii").decode("ascii")


def _written(at: datetime | None) -> str:
    return "" if at is None else moment(at)


def _perhaps(text: str) -> datetime | None:
    return read_moment(text) if text else None
