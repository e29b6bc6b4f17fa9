# SPDX-License-Identifier: EUPL-1.2
"""What a bundle of evidence holds, and its list: everything that proves one delivery to one recipient.

A ZIP in the one form of :mod:`mukatabat_verify.asic.archive`, in this order: ``mimetype``; ``bundle.json``, the list of
all that follows; ``bundle.p7s``, the node's seal over it; ``report.pdf``, for people; ``parcel.cover``, the signed
header without wrapped keys; ``letter.asice``, the signed container, where its reader may read it; ``evidence/001.xml``
and so on, the events in their order; ``stamps/001.tst``, the time-stamp of the evidence with that number;
``roots/001.der``, the roots that the node trusts, which prove nothing by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from mukatabat_verify.canonical import canonical, parsed
from mukatabat_verify.errors import BundleMalformed, NotCanonical

MEDIA_TYPE: Final = "application/vnd.mukatabat.bundle+zip"
INDEX: Final = "bundle.json"
SEAL: Final = "bundle.p7s"
REPORT: Final = "report.pdf"
COVER: Final = "parcel.cover"
LETTER: Final = "letter.asice"
LARGEST: Final = 2**20
_NUMBERED = re.compile(r"(evidence/\d{3}\.xml|stamps/\d{3}\.tst|roots/\d{3}\.der)", re.ASCII)
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_HEXADECIMAL = re.compile(r"([0-9a-f]{64})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of the bundle: its name, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What opens an evidence, in the order of the evidence files; salts in hexadecimal.

    ``salt`` is that of the log's commitment. ``reason_salt`` shows that ``reason`` is the one that the evidence keeps
    a digest of; "" where no reason was given in words, or its reader may not read it.
    """

    salt: str
    reason: str = ""
    reason_salt: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """The list of a bundle. ``salt`` shows that the container is the content of the header, "" without it."""

    parcel: UUID
    header: str
    sender: str
    recipient: str
    made: datetime
    salt: str
    stated: tuple[Stated, ...]
    pieces: tuple[Piece, ...]

    def to_bytes(self) -> bytes:
        """Write it in canonical form."""
        return canonical({
            "version": 1, "parcel": str(self.parcel), "header": self.header, "sender": self.sender,
            "recipient": self.recipient, "made": f"{self.made.astimezone(UTC):{_TIME}}", "salt": self.salt,
            "stated": [
                {"salt": one.salt, "reason": one.reason, "reason_salt": one.reason_salt} for one in self.stated
            ],
            "pieces": [{"name": one.name, "size": one.size, "digest": one.digest} for one in self.pieces],
        })  # fmt: skip

    @property
    def evidence(self) -> tuple[str, ...]:
        """The names of the evidence files."""
        return tuple(one.name for one in self.pieces if one.name.startswith("evidence/"))

    @property
    def stamps(self) -> dict[str, str]:
        """The name of the time-stamp of each evidence that has one."""
        names = [one.name for one in self.pieces if one.name.startswith("stamps/")]
        return {f"evidence/{name[7:10]}.xml": name for name in names}


def read(data: bytes) -> Index:
    """Read what :meth:`Index.to_bytes` writes, and nothing else; raises BundleMalformed."""
    try:
        value = parsed(data)
        index = Index(
            parcel=UUID(value["parcel"]), header=_digest(value["header"]), sender=str(value["sender"]),
            recipient=str(value["recipient"]), made=datetime.strptime(value["made"], _TIME).replace(tzinfo=UTC),
            salt=_digest(value["salt"]), stated=tuple(_stated(one) for one in value["stated"]),
            pieces=tuple(_piece(one) for one in value["pieces"]),
        )  # fmt: skip
        written = index.to_bytes()
    except NotCanonical as error:
        raise BundleMalformed(error.detail) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BundleMalformed(type(error).__name__) from error
    if written != data or value["version"] != 1 or len(index.stated) != len(index.evidence):
        raise BundleMalformed("members")
    _check_names([one.name for one in index.pieces])
    return index


def _check_names(names: Sequence[str]) -> None:
    numbered = [name for name in names if _NUMBERED.fullmatch(name)]
    fixed = [name for name in names if name not in numbered]
    evidence = [name for name in numbered if name.startswith("evidence/")]
    known = {f"stamps/{name[9:12]}.tst" for name in evidence}
    stamps = [name for name in numbered if name.startswith("stamps/")]
    in_order = [*fixed, *evidence, *stamps, *(name for name in numbered if name.startswith("roots/"))]
    whole = fixed in ([REPORT, COVER], [REPORT, COVER, LETTER])
    if not whole or list(names) != in_order or not known.issuperset(stamps) or len(set(names)) != len(names):
        raise BundleMalformed("names")
    if evidence != [f"evidence/{number:03}.xml" for number in range(1, len(evidence) + 1)]:
        raise BundleMalformed("numbers")


def _piece(value: Any) -> Piece:
    if type(value["size"]) is not int or value["size"] < 0 or not value["digest"]:
        raise ValueError("a piece of another kind")
    return Piece(str(value["name"]), value["size"], _digest(value["digest"]))


def _stated(value: Any) -> Stated:
    return Stated(_digest(value["salt"]), str(value["reason"]), _digest(value["reason_salt"]))


def _digest(value: Any) -> str:
    if not _HEXADECIMAL.fullmatch(value):
        raise ValueError("not a digest")
    return str(value)
