# SPDX-License-Identifier: EUPL-1.2
"""Writing a container: each file is read twice, once to list and seal it, once to write it; none is held in memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mukatabat_verify.asic import DATA, LETTER, MANIFEST, MEDIA_TYPE, SIGNATURE, manifest, seal
from mukatabat_verify.asic.archive import EXTENSION, LARGEST, Entry, directory, local_header
from mukatabat_verify.errors import ArchiveTooLarge
from mukatabat_verify.parcel.sealing import Seal

Pieces = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class File:
    """A file to put in: its media type, and a function that gives its bytes, the same ones each time it is called."""

    media_type: str
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Letter:
    """What a container holds: the signed PDF, ``letter.json``, and attachments, each with its extension."""

    pdf: Pieces
    data: bytes
    attachments: Sequence[tuple[str, File]] = ()

    def files(self) -> list[tuple[str, File]]:
        """Name the files, in order; ValueError for an extension that cannot be one."""
        if not all(EXTENSION.fullmatch(extension) for extension, _ in self.attachments):
            raise ValueError("an extension that a container cannot hold")
        numbered = enumerate(self.attachments, 1)
        return [
            (LETTER, File("application/pdf", self.pdf)),
            (DATA, File("application/json", lambda: [self.data])),
            *((f"attachments/{number:03}.{extension}", file) for number, (extension, file) in numbered),
        ]


@dataclass(frozen=True, slots=True)
class Container:
    """A sealed container, ready to be written as often as one likes, always with the same bytes."""

    files: tuple[tuple[Entry, Pieces], ...]

    @property
    def size(self) -> int:
        """Its length in bytes."""
        entries = [entry for entry, _ in self.files]
        return sum(len(local_header(one)) + one.size for one in entries) + len(directory(entries))

    def pieces(self) -> Iterator[bytes]:
        """Yield it; ValueError when a file is no longer what was sealed."""
        for entry, pieces in self.files:
            yield local_header(entry)
            size, checksum = 0, 0
            for piece in pieces():
                size, checksum = size + len(piece), zlib.crc32(piece, checksum)
                yield piece
            if (size, checksum) != (entry.size, entry.checksum):
                raise ValueError(f"{entry.name} changed between sealing and writing")
        yield directory([entry for entry, _ in self.files])


def build(letter: Letter, by: Seal, *, at: datetime, time_stamp: Callable[[bytes], bytes] | None = None) -> Container:
    """List a letter's files, seal the list, and give the container.

    ``at`` is the time that the seal claims; ``time_stamp`` gives a token for a digest; what it raises goes on.
    Raises ValueError for a name or media type that a container cannot hold, ArchiveTooLarge beyond 4 GiB.
    """
    return _assembled(letter, lambda listed: seal.make(listed, by, at=at, time_stamp=time_stamp))


def rebuild(letter: Letter, signature: bytes) -> Container:
    """Give the container that was sealed once, with that seal; whether it is, its reader checks.

    Raises as :func:`build`.
    """
    return _assembled(letter, lambda _: signature)


def _assembled(letter: Letter, sealed: Callable[[bytes], bytes]) -> Container:
    files: list[tuple[Entry, Pieces]] = [written("mimetype", MEDIA_TYPE.encode("ascii"))]
    listed = []
    for name, file in letter.files():
        entry, digest = measured(name, file.pieces)
        files.append((entry, file.pieces))
        listed.append(manifest.Listed(name, file.media_type, digest))
    names = manifest.write(listed)
    files += [written(MANIFEST, names), written(SIGNATURE, sealed(names))]
    container = Container(tuple(files))
    if container.size > LARGEST:
        raise ArchiveTooLarge(f"{container.size} bytes")
    return container


def written(name: str, data: bytes) -> tuple[Entry, Pieces]:
    """Give a small file and its entry."""
    return Entry(name, len(data), zlib.crc32(data)), lambda: [data]


def measured(name: str, pieces: Pieces) -> tuple[Entry, bytes]:
    """Read a file once for its entry and its SHA-256; ArchiveTooLarge beyond 4 GiB."""
    digest, size, checksum = hashlib.sha256(), 0, 0
    for piece in pieces():
        digest.update(piece)
        size, checksum = size + len(piece), zlib.crc32(piece, checksum)
    if size > LARGEST:
        raise ArchiveTooLarge(name)
    return Entry(name, size, checksum), digest.digest()
