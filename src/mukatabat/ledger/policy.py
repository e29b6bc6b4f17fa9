# SPDX-License-Identifier: EUPL-1.2
"""Whom the log asks to witness it, and how many must have seen a checkpoint: a C2SP tlog-policy file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mukatabat.ledger.errors import PolicyUnreadable
from mukatabat_verify.log.notes import COSIGNATURE, NoteKey

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class WitnessEntry:
    """A witness: its short name in the file, its key, and the address that its paths follow."""

    name: str
    key: NoteKey
    url: str


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """The witnesses, and how many of them must have cosigned a checkpoint before it is shown as proof."""

    witnesses: tuple[WitnessEntry, ...] = ()
    quorum: int = 0

    @property
    def answers_needed(self) -> int:
        """How many must tell their last size before the log goes on.

        So many that one of them saw every checkpoint that ever had the quorum, whichever witnesses those were; none
        where nobody has to see it.
        """
        return len(self.witnesses) - self.quorum + 1 if self.quorum else 0


def read(path: Path | None) -> WitnessPolicy:
    """Read the policy file; without one there are no witnesses. Raises PolicyUnreadable."""
    if path is None:
        return WitnessPolicy()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyUnreadable(reason=str(error)) from error


def parse(text: str) -> WitnessPolicy:
    """Read ``witness NAME VKEY URL``, ``group NAME K WITNESS…`` and ``quorum NAME|none``; ValueError for all else.

    One group of witnesses is understood; a group of groups is refused rather than read as something weaker.
    """
    witnesses: dict[str, WitnessEntry] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    quorum = None
    for number, line in enumerate(text.splitlines(), start=1):
        match line.partition("#")[0].split():
            case []:
                continue
            case ["witness", name, key, url] if name not in witnesses:
                witnesses[name] = _witness(name, key, url)
            case ["group", name, count, *members] if members and name not in groups | witnesses:
                groups[name] = _threshold(count, members, witnesses), members
            case ["quorum", name] if quorum is None:
                quorum = name
            case _:
                raise ValueError(f"line {number} is not understood")
    if len({one.key.id for one in witnesses.values()}) != len(witnesses):
        raise ValueError("one key stands for two witnesses")
    return WitnessPolicy(*_chosen(witnesses, groups, quorum))


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


def _witness(name: str, key: str, url: str) -> WitnessEntry:
    found = NoteKey.parse(key)
    parts = urlsplit(url)
    if not _NAME.fullmatch(name) or found.kind != COSIGNATURE or parts.scheme not in {"http", "https"}:
        raise ValueError(f"the witness {name} is not understood")
    return WitnessEntry(name, found, url.rstrip("/"))


def _threshold(count: str, members: list[str], witnesses: dict[str, WitnessEntry]) -> int:
    wanted = {"all": len(members), "any": 1}.get(count) or int(count)
    if len(set(members)) != len(members) or not 0 < wanted <= len(members) or not set(members) <= witnesses.keys():
        raise ValueError(f"the group of {' '.join(members)} is not understood")
    return wanted
