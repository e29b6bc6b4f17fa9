# SPDX-License-Identifier: EUPL-1.2
"""Two texts of a letter side by side in one reading: which words came, which went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_CLOSE = 0.3
"""Lines that share less than this part of their words are two lines, not one that was changed."""
_LONGEST = 3000
"""Words beyond which one line is not compared word by word: the time grows with their square."""


class Change(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one line with one fate."""

    change: Change
    text: str


Line = tuple[Run, ...]


def compare(old: str, new: str) -> tuple[Line, ...]:
    """Compare two plain texts line by line and, inside lines that were changed, word by word.

    Joined without what was added, the runs give the old text; without what was removed, the new one.
    """
    before, after = old.split("\n"), new.split("\n")
    lines: list[Line] = []
    for kind, start, end, begin, stop in SequenceMatcher(None, before, after).get_opcodes():
        gone, come = before[start:end], after[begin:stop]
        if kind == "equal":
            lines += ((Run(Change.SAME, text),) for text in come)
            continue
        paired = min(len(gone), len(come))
        for one, other in zip(gone[:paired], come[:paired], strict=True):
            lines += _changed(one, other)
        lines += ((Run(Change.REMOVED, text),) for text in gone[paired:])
        lines += ((Run(Change.ADDED, text),) for text in come[paired:])
    return tuple(lines)


def _changed(old: str, new: str) -> list[Line]:
    """One line with its changed words, or the two of them where they have little in common."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    whole: list[Line] = [(Run(Change.REMOVED, old),), (Run(Change.ADDED, new),)]
    if len(before) > _LONGEST or len(after) > _LONGEST:
        return whole
    found = SequenceMatcher(None, before, after, autojunk=False)
    if found.ratio() < _CLOSE:
        return whole
    runs: list[Run] = []
    for kind, start, end, begin, stop in found.get_opcodes():
        if kind == "equal":
            runs.append(Run(Change.SAME, "".join(after[begin:stop])))
            continue
        runs += [
            Run(change, text)
            for change, text in (
                (Change.REMOVED, "".join(before[start:end])),
                (Change.ADDED, "".join(after[begin:stop])),
            )
            if text
        ]
    return [tuple(runs)]
