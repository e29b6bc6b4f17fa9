# SPDX-License-Identifier: EUPL-1.2
"""What a drawn page is, and how much drawing may cost. Pure values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from mukatabat.vault.rules import MIB
from mukatabat.vault.text.layout import Word
from mukatabat.vault.text.quality import Layer

DRAWN = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff"})
"""The media types whose pages can be drawn."""

LARGEST = 256 * MIB
"""Bytes of a document that is still drawn; a larger one is saved to the device."""

THUMBNAIL = 20
SCALES = (THUMBNAIL, 75, 100, 125, 150, 200, 300, 400)
"""The steps in which a page is drawn, in per cent of 72 dots per inch: caches meet, and nobody asks for odd sizes."""

MOST_PIXELS = 12_000_000
"""Pixels of one picture; a page with a huge box is drawn smaller, whatever was asked."""

WEBP = "image/webp"

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the upper left corner of the page."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The size of every page in points, width and height, as runs of equal ones."""

    runs: tuple[tuple[int, float, float], ...]

    @classmethod
    def of(cls, sizes: Sequence[tuple[float, float]]) -> Outline:
        """Gather equal neighbours, so that ten thousand equal pages take one entry."""
        return cls(tuple((len(list(run)), *size) for size, run in groupby(sizes)))

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return sum(count for count, _, _ in self.runs)

    def sizes(self, first: int, last: int) -> list[tuple[float, float]]:
        """The sizes of the pages from `first` to `last`, both counted from 1 and included."""
        found: list[tuple[float, float]] = []
        start = 1
        for count, width, height in self.runs:
            found += [(width, height)] * max(0, min(last, start + count - 1) - max(first, start) + 1)
            start += count
        return found


@dataclass(frozen=True, slots=True)
class PageText:
    """The words of a page, line by line, what its layer is worth, and whether a machine read them off a picture."""

    lines: tuple[tuple[Word, ...], ...]
    layer: Layer
    recognised: bool

    @property
    def holds(self) -> bool:
        """Whether words and numbers may be taken from it without a look at the page."""
        return self.layer is Layer.GOOD and not self.recognised

    @property
    def text(self) -> str:
        """The lines as plain text."""
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where the words that were looked for stand: page from 1, a box for every line that they touch."""

    page: int
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Hits up to the page where time or room ended; `after` is the next page to look at, or None.

    `unread` counts the pages that have no text worth searching.
    """

    hits: tuple[Hit, ...]
    after: int | None
    unread: int


def fitting(percent: int, width: float, height: float) -> float:
    """The factor by which a page of this size in points is drawn: what was asked, unless that is too many pixels."""
    wanted = percent / 100
    most = math.sqrt(MOST_PIXELS / max(width * height, 1.0))
    return min(wanted, most)
