# SPDX-License-Identifier: EUPL-1.2
"""Pictures: whole to their last byte, and of a size that a screen can hold. Nothing is decoded."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from mukatabat.vault.errors import Bomb, BrokenFile
from mukatabat.vault.examine.allowance import MAX_PAGES
from mukatabat.vault.rules import CHUNK

MAX_PIXELS = 400_000_000
"""An A0 plan at 300 dots per inch has 140 million."""

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset((0x01, *range(0xD0, 0xD8)))
_TIFF_INTEGERS = {3: "H", 4: "I"}
_TIFF_MAX_ENTRIES = 512
_TIFF_MAX_STRIPS = 1_000_000


def check_png(file: BinaryIO) -> int:
    """Walk the chunks of a PNG (ISO/IEC 15948 §5.3) and their checksums; returns its one page.

    Raises BrokenFile when a chunk is cut, its checksum differs, or IHDR and IEND are not its ends; Bomb by size.
    """
    file.seek(8)
    kind, first = b"", True
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", _exactly(file, 8))
        start = file.tell()
        if _checksum(file, kind, length) != struct.unpack(">I", _exactly(file, 4))[0]:
            raise BrokenFile
        if first:
            _check_png_header(file, kind, start, length)
        first = False
    if file.read(1):
        raise BrokenFile
    return 1


def check_jpeg(file: BinaryIO) -> int:
    """Walk the segments of a JPEG (ITU-T T.81 B.1) to its scan and find its end; returns its one page.

    Raises BrokenFile when no frame, no scan or no end-of-image marker is there; Bomb by size.
    """
    file.seek(2)
    framed = False
    while True:
        marker = _jpeg_marker(file)
        if marker in _JPEG_BARE:
            continue
        (length,) = struct.unpack(">H", _exactly(file, 2))
        if length < 2 or marker == 0xD9:
            raise BrokenFile
        segment = _exactly(file, length - 2)
        if marker in _JPEG_FRAMES and len(segment) >= 6:
            height, width = struct.unpack_from(">HH", segment, 1)
            _check_size(width, height or 1)
            framed = True
        if marker == 0xDA:
            break
    if not framed or not _jpeg_ends(file):
        raise BrokenFile
    return 1


def count_tiff_pages(file: BinaryIO) -> int:
    """Count the directories of a TIFF (TIFF 6.0 §2); raises BrokenFile for one that points outside, Bomb by number."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    order = "<" if _exactly(file, 2) == b"II" else ">"
    file.seek(4)
    (offset,) = struct.unpack(order + "I", _exactly(file, 4))
    seen: set[int] = set()
    while offset:
        if offset in seen or offset >= size:
            raise BrokenFile
        seen.add(offset)
        if len(seen) > MAX_PAGES:
            raise Bomb
        offset = _tiff_directory(file, order, offset, size=size)
    if not seen:
        raise BrokenFile
    return len(seen)


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise BrokenFile
    return data


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise BrokenFile
    if width * height > MAX_PIXELS:
        raise Bomb


def _checksum(file: BinaryIO, kind: bytes, length: int) -> int:
    checksum = zlib.crc32(kind)
    while length:
        piece = _exactly(file, min(length, CHUNK))
        checksum = zlib.crc32(piece, checksum)
        length -= len(piece)
    return checksum


def _check_png_header(file: BinaryIO, kind: bytes, start: int, length: int) -> None:
    if kind != b"IHDR" or length != 13:
        raise BrokenFile
    after = file.tell()
    file.seek(start)
    width, height = struct.unpack(">II", _exactly(file, 8))
    _check_size(width, height)
    file.seek(after)


def _jpeg_marker(file: BinaryIO) -> int:
    if _exactly(file, 1) != b"\xff":
        raise BrokenFile
    marker = b"\xff"
    while marker == b"\xff":  # fill bytes
        marker = _exactly(file, 1)
    return marker[0]


def _jpeg_ends(file: BinaryIO) -> bool:
    # Only what follows the scan counts: a thumbnail in an earlier segment has an end marker of its own.
    last = b""
    while piece := file.read(CHUNK):
        if b"\xff\xd9" in last + piece:
            return True
        last = piece[-1:]
    return False


def _tiff_directory(file: BinaryIO, order: str, offset: int, *, size: int) -> int:
    file.seek(offset)
    (count,) = struct.unpack(order + "H", _exactly(file, 2))
    if not 0 < count <= _TIFF_MAX_ENTRIES:
        raise BrokenFile
    raw = _exactly(file, 12 * count + 4)
    fields = {tag: (kind, number, value) for tag, kind, number, value in _tiff_entries(raw, order, count)}
    width, height = (_tiff_values(file, order, fields.get(tag), size=size)[:1] for tag in (256, 257))
    if not width or not height:
        raise BrokenFile
    _check_size(width[0], height[0])
    for offsets, lengths in ((273, 279), (324, 325)):
        starts = _tiff_values(file, order, fields.get(offsets), size=size)
        counts = _tiff_values(file, order, fields.get(lengths), size=size)
        if any(start + length > size for start, length in zip(starts, counts, strict=False)):
            raise BrokenFile
    return int(struct.unpack_from(order + "I", raw, 12 * count)[0])


def _tiff_entries(raw: bytes, order: str, count: int) -> Iterator[tuple[int, int, int, bytes]]:
    for start, end in pairwise(range(0, 12 * count + 1, 12)):
        tag, kind, number = struct.unpack_from(order + "HHI", raw, start)
        yield tag, kind, number, raw[end - 4 : end]


def _tiff_values(file: BinaryIO, order: str, field: tuple[int, int, bytes] | None, *, size: int) -> tuple[int, ...]:
    """Read the short or long integers of a field: inline when they fit in 4 bytes, else from where it points."""
    if field is None:
        return ()
    kind, number, inline = field
    if kind not in _TIFF_INTEGERS or number > _TIFF_MAX_STRIPS:
        raise BrokenFile
    layout = f"{order}{number}{_TIFF_INTEGERS[kind]}"
    length = struct.calcsize(layout)
    if length > len(inline):
        (offset,) = struct.unpack(order + "I", inline)
        if offset + length > size:
            raise BrokenFile
        file.seek(offset)
        inline = _exactly(file, length)
    return struct.unpack_from(layout, inline)
