# SPDX-License-Identifier: EUPL-1.2
"""All documents of a letter as one ZIP: proven before the first byte is sent and again on their way, piece by piece."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from mukatabat.kernel import clock
from mukatabat.letters.copies import marked_copy
from mukatabat.letters.queries import Place, PlaceKind, Readable, access_arrival, access_letter, readables
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.errors import UnsafeName
from mukatabat.vault.naming import clean_name
from mukatabat.vault.pages import drawing
from mukatabat.vault.queries import open_document
from mukatabat.vault.streams import pieces

INDEX = "00-index.txt"
COPY = "هنا نسخة باسم القارئ، والبصمة للأصل / Here as a copy with its reader's mark; the hash is the original's"
LEFT_OUT = "غير مرفق هنا، ويؤخذ الأصل بسبب / Not in this archive; the original is taken with a reason"
_STORED = frozenset({"image/jpeg", "image/png"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One document, and its name inside the archive."""

    readable: Readable
    name: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that goes into the archive."""

    reference: str
    subject: str
    entries: tuple[Entry, ...]


def contents_of(actor: Actor, place: Place) -> Contents:
    """Find and prove all documents of a letter or arrival; raises "not found", or StoredBytes before anything left."""
    with reading(actor):
        reference, subject = _heading(actor, place)
        entries = []
        for position, readable in enumerate(readables(actor, place), 1):
            _, stream = open_document(actor, readable.document.id)
            stream.close()
            entries.append(Entry(readable, _entry_name(position, readable)))
    return Contents(reference, subject, tuple(entries))


def _heading(actor: Actor, place: Place) -> tuple[str, str]:
    if place.kind is PlaceKind.LETTER:
        letter = access_letter(actor, place.id)
        return letter.reference, letter.subject
    arrival = access_arrival(actor, place.id)
    return arrival.sender_reference, "" if arrival.shows_envelope_alone else arrival.subject


def _entry_name(position: int, readable: Readable) -> str:
    """A number before a name that no file system and no reader can misunderstand."""
    try:
        name = clean_name(readable.document.name)
    except UnsafeName:
        name = "document"
    return f"{position:02}-{name}"


def zipped(actor: Actor, contents: Contents, *, mark: bytes = b"") -> Iterator[bytes]:
    """Write the archive in pieces of about a mebibyte; one that breaks meanwhile ends it unfinished.

    With a reader's ``mark`` it holds marked copies; what cannot be drawn is left out, and the index says so.
    """
    sink = _Sink()
    now = clock.now()
    stamp = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    with zipfile.ZipFile(cast("BinaryIO", sink), "w") as archive:
        _write_index(archive, contents, stamp, marked=bool(mark))
        for entry in contents.entries:
            if mark:
                if drawing.can_be_drawn(entry.readable.document):
                    copy = zipfile.ZipInfo(f"{entry.name.removesuffix('.pdf')}.pdf", stamp)
                    copy.external_attr = 0o600 << 16
                    archive.writestr(copy, marked_copy(actor, entry.readable.document, mark))
                    yield sink.taken()
                continue
            info = zipfile.ZipInfo(entry.name, stamp)
            kept = entry.readable.document.media_type in _STORED
            info.compress_type = zipfile.ZIP_STORED if kept else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            _, stream = open_document(actor, entry.readable.document.id)
            with stream, archive.open(info, "w", force_zip64=True) as part:
                for piece in pieces(stream):
                    part.write(piece)
                    yield sink.taken()
            yield sink.taken()
    yield sink.taken()


def _write_index(archive: zipfile.ZipFile, contents: Contents, stamp: tuple[int, ...], *, marked: bool) -> None:
    lines = [
        f"المرجع / Reference: {contents.reference}", f"الموضوع / Subject: {contents.subject}",
        "", "المحتويات / Contents:", "",
    ]  # fmt: skip
    for entry in contents.entries:
        document = entry.readable.document
        what = "الكتاب الموقّع / Signed letter" if entry.readable.is_letter else "مرفق / Attachment"
        lines += [entry.name, f"    {what}", f"    {document.size} B", f"    SHA-256 {document.digest[7:]}"]
        if marked:
            kept = drawing.can_be_drawn(document)
            lines.append(f"    {COPY if kept else LEFT_OUT}")
        lines.append("")
    info = zipfile.ZipInfo(INDEX, stamp[:6])  # type: ignore[arg-type]
    info.external_attr = 0o600 << 16
    archive.writestr(info, "\ufeff" + "\r\n".join(lines))


class _Sink:
    """Where the archive is written to and taken from; it cannot seek, so sizes follow their data (APPNOTE 4.4.4)."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        """Keep bytes until they are taken."""
        self._bytes += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def taken(self) -> bytes:
        """Give what was written since the last time."""
        data = bytes(self._bytes)
        self._bytes.clear()
        return data
