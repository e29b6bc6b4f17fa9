# SPDX-License-Identifier: EUPL-1.2
"""Whose log is believed, who witnesses it, and how many must have seen a checkpoint: the text form C2SP tlog-policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from mukatabat_verify.log.checkpoints import Policy
from mukatabat_verify.log.notes import COSIGNATURE, ED25519, NoteKey

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_GROUP = "enough"


@dataclass(frozen=True, slots=True)
class WitnessEntry:
    """A witness: its short name in the text, its key, and the address that its paths follow, "" where it has none."""

    name: str
    key: NoteKey
    url: str


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """The witnesses, and how many of them must have cosigned a checkpoint before it counts as proof.

    ``log`` is the key of the log itself, which a reader needs and the log's own host does not.
    """

    witnesses: tuple[WitnessEntry, ...] = ()
    quorum: int = 0
    log: NoteKey | None = None

    @property
    def answers_needed(self) -> int:
        """How many must tell their last size before the log goes on.

        So many that one of them saw every checkpoint that ever had the quorum, whichever witnesses those were; none
        where nobody has to see it.
        """
        return len(self.witnesses) - self.quorum + 1 if self.quorum else 0

    def for_readers(self) -> Policy:
        """Whom a reader believes; ValueError where no log is named."""
        if self.log is None:
            raise ValueError("no log is named")
        return Policy(self.log, tuple(one.key for one in self.witnesses), self.quorum)

    def __str__(self) -> str:
        lines = [f"log {self.log}"] if self.log is not None else []
        lines += [f"witness {one.name} {one.key} {one.url}".rstrip() for one in self.witnesses]
        if self.quorum:
            lines.append(f"group {_GROUP} {self.quorum} {' '.join(one.name for one in self.witnesses)}")
        return "".join(f"{line}\n" for line in (*lines, f"quorum {_GROUP if self.quorum else 'none'}"))


def parse(text: str) -> WitnessPolicy:
    """Read ``log VKEY``, ``witness NAME VKEY [URL]``, ``group NAME K WITNESS…`` and ``quorum NAME|none``.

    One log and one group of witnesses are understood; more of either is refused rather than read as something weaker.
    ValueError for all else.
    """
    log = None
    witnesses: dict[str, WitnessEntry] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    quorum = None
    for number, line in enumerate(text.splitlines(), start=1):
        match line.partition("#")[0].split():
            case []:
                continue
            case ["log", key, *_] if log is None:
                log = _log(key)
            case ["witness", name, key, *url] if name not in witnesses and len(url) <= 1:
                witnesses[name] = _witness(name, key, "".join(url))
            case ["group", name, count, *members] if members and name not in groups | witnesses:
                groups[name] = _threshold(count, members, witnesses), members
            case ["quorum", name] if quorum is None:
                quorum = name
            case _:
                raise ValueError(f"line {number} is not understood")
    if len({one.key.id for one in witnesses.values()}) != len(witnesses):
        raise ValueError("one key stands for two witnesses")
    return WitnessPolicy(*_chosen(witnesses, groups, quorum), log)


def _chosen(
    witnesses: dict[str, WitnessEntry], groups: dict[str, tuple[int, list[str]]], quorum: str | None
) -> tuple[tuple[WitnessEntry, ...], int]:
    if quorum is None:
        raise ValueError("there is no quorum line")
    if quorum == "none":
        return tuple(witnesses.values()), 0
    if quorum in witnesses:
        return (witnesses[quorum],), 1
    if quorum not in groups:
        raise ValueError(f"there is no group {quorum}")
    count, members = groups[quorum]
    return tuple(witnesses[name] for name in members), count


def _log(key: str) -> NoteKey:
    found = NoteKey.parse(key)
    if found.kind != ED25519:
        raise ValueError("the log's key is not understood")
    return found


def _witness(name: str, key: str, url: str) -> WitnessEntry:
    found = NoteKey.parse(key)
    reached = not url or urlsplit(url).scheme in {"http", "https"}
    if not _NAME.fullmatch(name) or found.kind != COSIGNATURE or not reached:
        raise ValueError(f"the witness {name} is not understood")
    return WitnessEntry(name, found, url.rstrip("/"))


def _threshold(count: str, members: list[str], witnesses: dict[str, WitnessEntry]) -> int:
    wanted = {"all": len(members), "any": 1}.get(count) or int(count)
    if len(set(members)) != len(members) or not 0 < wanted <= len(members) or not set(members) <= witnesses.keys():
        raise ValueError(f"the group of {' '.join(members)} is not understood")
    return wanted
