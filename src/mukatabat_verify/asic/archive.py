# SPDX-License-Identifier: EUPL-1.2
"""The one ZIP in which given files can be written: stored, in order, without times, extra fields, comments or gaps.

What can be written in one way only can be read strictly: the directory must be what would be written for its names,
sizes and checksums, and so must be what stands before each file. That leaves no room for the tricks by which two
readers see two things in one ZIP. Source: APPNOTE.TXT 6.3.10 §4.3; ETSI EN 319 162-1 annex A for ``mimetype``.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from mukatabat_verify.asic import DATA, LETTER, MANIFEST, MOST_ATTACHMENTS, SIGNATURE
from mukatabat_verify.errors import (
    ArchiveCompressed,
    ArchiveHiddenBytes,
    ArchiveInconsistent,
    ArchiveMalformed,
    ArchiveNameTwice,
    ArchiveNameUnknown,
    ArchiveSpecialFile,
    ArchiveTooLarge,
)
from mukatabat_verify.stream import CHUNK, exactly

LARGEST: Final = 2**32 - 2  # beyond it is ZIP64
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _DATE = 10, 0x21  # stored files only; the first of January 1980, as there is no "no date"
_FIXED = len(("mimetype", LETTER, DATA, MANIFEST, SIGNATURE))
EXTENSION: Final = re.compile(r"[a-z0-9]{1,8}")
_ATTACHMENT = re.compile(rf"attachments/(\d{{3}})\.{EXTENSION.pattern}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the container: its name, its size in bytes, its CRC-32."""

    name: str
    size: int
    checksum: int


def local_header(entry: Entry) -> bytes:
    """Write what stands before a file."""
    name = entry.name.encode("ascii")
    sizes = entry.size, entry.size
    return _LOCAL.pack(b"PK\3\4", _VERSION, 0, 0, 0, _DATE, entry.checksum, *sizes, len(name), 0) + name


def directory(entries: Sequence[Entry]) -> bytes:
    """Write what stands behind all files."""
    parts, offset = [], 0
    for entry in entries:
        name = entry.name.encode("ascii")
        head = b"PK\1\2", _VERSION, _VERSION, 0, 0, 0, _DATE, entry.checksum, entry.size, entry.size
        parts.append(_CENTRAL.pack(*head, len(name), 0, 0, 0, 0, 0, offset) + name)
        offset += len(local_header(entry)) + entry.size
    central, count = b"".join(parts), len(entries)
    return central + _END.pack(b"PK\5\6", 0, 0, count, count, len(central), offset, 0)


class Archive:
    """A container over a seekable stream that holds it and no more. Its form is proven, its content not yet."""

    def __init__(self, stream: BinaryIO, *, check_names: Callable[[list[str]], None] | None = None) -> None:
        """Read the directory; raises one of the Archive… refusals.

        ``check_names`` judges the names in their order, by default as those of a letter's container.
        """
        self._stream = stream
        self._offsets: dict[str, int] = {}
        found, count = self._directory()
        self.entries = {entry.name: entry for entry in _entries(found[: -_END.size], count)}
        (check_names or _check_names)(list(self.entries))
        if directory(list(self.entries.values())) != found:
            raise ArchiveHiddenBytes("in the directory")
        offset = 0
        for entry in self.entries.values():
            self._offsets[entry.name] = offset = self._after_header(entry, offset)
            offset += entry.size

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file; raises ArchiveInconsistent at its end when it has another checksum than the directory says."""
        entry, checksum, done = self.entries[name], 0, 0
        while done < entry.size:
            self._stream.seek(self._offsets[name] + done)
            piece = exactly(self._stream, min(CHUNK, entry.size - done))
            if not piece:
                raise ArchiveInconsistent(f"{name} ends early")
            checksum, done = zlib.crc32(piece, checksum), done + len(piece)
            yield piece
        if checksum != entry.checksum:
            raise ArchiveInconsistent(f"checksum of {name}")

    def begin(self, name: str) -> int:
        """Tell where a file begins in the container; as nothing is compressed, its bytes lie there as they are."""
        return self._offsets[name]

    def read(self, name: str, *, most: int) -> bytes:
        """Give a whole file; ArchiveTooLarge when it has more than so many bytes."""
        if self.entries[name].size > most:
            raise ArchiveTooLarge(name)
        return b"".join(self.pieces(name))

    def _directory(self) -> tuple[bytes, int]:
        size = self._stream.seek(0, 2)
        if not _END.size <= size <= LARGEST:
            raise ArchiveTooLarge if size > LARGEST else ArchiveMalformed("too short")
        mark, disk, first, here, count, length, offset, comment = _END.unpack(self._from(size - _END.size))
        if mark != b"PK\5\6":
            raise ArchiveMalformed("no end of the directory at the end")
        if (disk, first, here) != (0, 0, count) or comment or offset + length + _END.size != size:
            raise ArchiveMalformed("the end of the directory")
        if count > _FIXED + MOST_ATTACHMENTS:
            raise ArchiveTooLarge("files")
        return self._from(offset), count

    def _after_header(self, entry: Entry, offset: int) -> int:
        expected = local_header(entry)
        self._stream.seek(offset)
        if exactly(self._stream, len(expected)) != expected:
            raise ArchiveInconsistent(f"before {entry.name}")
        return offset + len(expected)

    def _from(self, offset: int) -> bytes:
        self._stream.seek(offset)
        # A directory of a thousand names is far below this; what is longer cannot be equal to one.
        return exactly(self._stream, CHUNK)


def _entries(central: bytes, count: int) -> Iterator[Entry]:
    offset, seen = 0, set()
    for _ in range(count):
        fixed = central[offset : offset + _CENTRAL.size]
        if len(fixed) < _CENTRAL.size:
            raise ArchiveMalformed("the directory is cut off")
        # Version, times and offsets are judged with the whole directory; what is named here has a name of its own.
        mark, _made_by, _needed, flags, method, _time, _date, checksum, packed, size, *rest = _CENTRAL.unpack(fixed)
        length, extra, comment, disk, internal, external, _offset = rest
        name = central[offset + _CENTRAL.size : offset + _CENTRAL.size + length]
        if mark != b"PK\1\2" or disk or len(name) != length or not name.isascii():
            raise ArchiveMalformed("an entry of the directory")
        if method or flags & 1 or packed != size:
            raise ArchiveCompressed
        if external or internal:
            raise ArchiveSpecialFile
        if extra or comment:
            raise ArchiveHiddenBytes("in the directory")
        if (lower := name.lower()) in seen:
            raise ArchiveNameTwice
        seen.add(lower)
        offset += _CENTRAL.size + length
        yield Entry(name.decode("ascii"), size, checksum)
    if offset != len(central):
        raise ArchiveHiddenBytes("behind the directory")


def _check_names(names: list[str]) -> None:
    attachments = [_ATTACHMENT.fullmatch(name) for name in names[3:-2]]
    expected = ["mimetype", LETTER, DATA, *names[3:-2], MANIFEST, SIGNATURE]
    numbers = [int(match[1]) for match in attachments if match]
    if names != expected or numbers != list(range(1, len(attachments) + 1)):
        raise ArchiveNameUnknown
