# SPDX-License-Identifier: EUPL-1.2
"""Which characters the typefaces can print, read from the character maps of the font files themselves."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

# What has no picture of its own: spaces of every kind, joiners, the soft hyphen, variation selectors.
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
_INVISIBLE = frozenset("\t\n \u00a0\u00ad\u034f\u200b\u200c\u200d\u2060\ufeff") | _SELECTORS


def unprintable(text: str) -> tuple[str, ...]:
    """List the characters of a text that no typeface of the press can print, each once, in order of appearance."""
    printable = _printable()
    return tuple(dict.fromkeys(c for c in text if c not in _INVISIBLE and ord(c) not in printable))


@cache
def _printable() -> frozenset[int]:
    """Code points that the letter's typeface has in every weight."""
    maps = [frozenset(_mapped(path.read_bytes())) for path in sorted(FONTS.glob("Amiri-*.ttf"))]
    return frozenset.intersection(*maps)


def _mapped(font: bytes) -> Iterator[int]:
    """Walk the code points in the `cmap` table of an OpenType file (ISO/IEC 14496-22 §5.2.1), subtables 4 and 12."""
    cmap = _table(font, b"cmap")
    (count,) = struct.unpack_from(">2xH", font, cmap)
    for index in range(count):
        (offset,) = struct.unpack_from(">4xI", font, cmap + 4 + 8 * index)
        (form,) = struct.unpack_from(">H", font, cmap + offset)
        if form == 4:
            yield from _segments(font, cmap + offset)
        elif form == 12:
            yield from _groups(font, cmap + offset)


def _table(font: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">4xH", font)
    for index in range(count):
        name, offset = struct.unpack_from(">4s4xI", font, 12 + 16 * index)
        if name == tag:
            return int(offset)
    raise ValueError("not an OpenType font: no character map")


def _segments(font: bytes, start: int) -> Iterator[int]:
    (double,) = struct.unpack_from(">6xH", font, start)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", font, start + 14)
    starts = struct.unpack_from(f">{count}H", font, start + 16 + double)
    for first, last in zip(starts, ends, strict=True):
        yield from range(first, min(last, 0xFFFE) + 1)


def _groups(font: bytes, start: int) -> Iterator[int]:
    (count,) = struct.unpack_from(">12xI", font, start)
    for index in range(count):
        first, last = struct.unpack_from(">II", font, start + 16 + 12 * index)
        yield from range(first, last + 1)
