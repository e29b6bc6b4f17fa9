# SPDX-License-Identifier: EUPL-1.2
"""What a bundle of evidence holds, and its list: everything that proves one delivery to one recipient.

A ZIP in the one form of :mod:`mukatabat_verify.asic.archive`, in this order: ``mimetype``; ``bundle.json``, the list
of all that follows; ``bundle.p7s``, the node's seal over it; ``report.pdf``, for people; ``parcel.cover``, the signed
header without wrapped keys; ``directory.json``, the sender's entry in the signed directory; ``letter.asice``, the
signed container, where its reader may read it; ``evidence/001.xml`` and so on, the events in their order;
``stamps/001.tst``, the time-stamp of the evidence with that number; what the transparency log proves;
``revocation/001.crl``, lists of revoked certificates; ``roots/001.der``, the roots that the node trusts, which prove
nothing by themselves.

Of the log: ``log/001.tlog-proof``, the proof that the evidence with that number is in it, with the cosigned checkpoint,
all with the same one; ``log/policy``, whose log it is and who its witnesses are, which is the node's own word;
``log/checkpoint.tst``, the time-stamp of that checkpoint; ``log/before``, the cosigned checkpoint that the parcel's
header names; ``log/consistency``, the hashes that prove that it is a beginning of the other;
``log/directory.tlog-proof``, the proof that the statement in ``directory.json`` is in it, under the same checkpoint or
a later one; ``log/directory.consistency``, the hashes from the evidence's checkpoint to that one. What the log had not
taken when the bundle was made is not there.

Version 2 promises that a directory is shown only with its proof once anything is proven; one of version 1 is from
before that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from mukatabat_verify.canonical import canonical, moment, parsed, read_moment
from mukatabat_verify.errors import BundleMalformed, NotCanonical

MEDIA_TYPE: Final = "application/vnd.mukatabat.bundle+zip"
INDEX: Final = "bundle.json"
SEAL: Final = "bundle.p7s"
REPORT: Final = "report.pdf"
COVER: Final = "parcel.cover"
DIRECTORY: Final = "directory.json"
LETTER: Final = "letter.asice"
POLICY: Final = "log/policy"
CHECKPOINT_STAMP: Final = "log/checkpoint.tst"
BEFORE: Final = "log/before"
CONSISTENCY: Final = "log/consistency"
DIRECTORY_PROOF: Final = "log/directory.tlog-proof"
DIRECTORY_CONSISTENCY: Final = "log/directory.consistency"
VERSION: Final = 2
LARGEST: Final = 2**20
_NUMBERED = re.compile(
    r"evidence/\d{3}\.xml|stamps/\d{3}\.tst|log/\d{3}\.tlog-proof|revocation/\d{3}\.crl|roots/\d{3}\.der", re.ASCII
)  # fmt: skip
_OF_LOG = (POLICY, CHECKPOINT_STAMP, BEFORE, CONSISTENCY, DIRECTORY_PROOF, DIRECTORY_CONSISTENCY)
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
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Write it in canonical form."""
        return canonical({
            "version": self.version, "parcel": str(self.parcel), "header": self.header, "sender": self.sender,
            "recipient": self.recipient, "made": moment(self.made), "salt": self.salt,
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
        return self._beside("stamps/", ".tst")

    @property
    def proofs(self) -> dict[str, str]:
        """The name of the proof of each evidence that is in the log."""
        return self._beside("log/", ".tlog-proof")

    @property
    def lists(self) -> tuple[str, ...]:
        """The names of the lists of revoked certificates."""
        return tuple(one.name for one in self.pieces if one.name.startswith("revocation/"))

    def _beside(self, folder: str, end: str) -> dict[str, str]:
        numbered = [one.name for one in self.pieces if _NUMBERED.fullmatch(one.name)]
        names = [one for one in numbered if one.startswith(folder) and one.endswith(end)]
        return {f"evidence/{name.removeprefix(folder)[:3]}.xml": name for name in names}


def read(data: bytes) -> Index:
    """Read what :meth:`Index.to_bytes` writes, and nothing else; raises BundleMalformed."""
    try:
        value = parsed(data)
        index = Index(
            parcel=UUID(value["parcel"]), header=_digest(value["header"]), sender=str(value["sender"]),
            recipient=str(value["recipient"]), made=read_moment(value["made"]),
            salt=_digest(value["salt"]), stated=tuple(_stated(one) for one in value["stated"]),
            pieces=tuple(_piece(one) for one in value["pieces"]), version=value["version"],
        )  # fmt: skip
        written = index.to_bytes()
    except NotCanonical as error:
        raise BundleMalformed(error.detail) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise BundleMalformed(type(error).__name__) from error
    known = type(index.version) is int and 1 <= index.version <= VERSION
    if written != data or not known or len(index.stated) != len(index.evidence):
        raise BundleMalformed("members")
    names = [one.name for one in index.pieces]
    _check_names(names)
    if not _directory_is_whole(index, set(names)):
        raise BundleMalformed("beside the directory")
    return index


def _check_names(names: Sequence[str]) -> None:
    folders = {
        folder: [name for name in names if name.startswith(folder) and _NUMBERED.fullmatch(name)]
        for folder in ("evidence/", "stamps/", "log/", "revocation/", "roots/")
    }
    evidence = folders["evidence/"]
    of_log = [name for name in _OF_LOG if name in names]
    first = [name for name in (REPORT, COVER, DIRECTORY, LETTER) if name in names]
    in_order = [
        *first, *evidence, *folders["stamps/"], *folders["log/"], *of_log, *folders["revocation/"], *folders["roots/"],
    ]  # fmt: skip
    if list(names) != in_order or len(set(names)) != len(names) or first[:2] != [REPORT, COVER]:
        raise BundleMalformed("names")
    numbers = [name[9:12] for name in evidence]
    if numbers != [f"{number:03}" for number in range(1, len(evidence) + 1)]:
        raise BundleMalformed("numbers")
    known = {*(f"stamps/{number}.tst" for number in numbers), *(f"log/{number}.tlog-proof" for number in numbers)}
    if not known.issuperset(folders["stamps/"] + folders["log/"]) or not _log_is_whole(folders["log/"], of_log):
        raise BundleMalformed("beside the evidence")


def _log_is_whole(proofs: Sequence[str], of_log: Sequence[str]) -> bool:
    """What is there of the log says whose it is, and nothing speaks of a checkpoint that is not there."""
    if not of_log:
        return not proofs
    proven = bool(proofs) or CHECKPOINT_STAMP not in of_log
    both = (CONSISTENCY in of_log) == (bool(proofs) and BEFORE in of_log)
    return POLICY in of_log and proven and both


def _directory_is_whole(index: Index, names: set[str]) -> bool:
    """A proof of the directory has one beside it, and leads on from the evidence's checkpoint where there is one."""
    if DIRECTORY_PROOF not in names:
        return DIRECTORY_CONSISTENCY not in names
    return index.version > 1 and DIRECTORY in names and (DIRECTORY_CONSISTENCY in names) == bool(index.proofs)


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
