# SPDX-License-Identifier: EUPL-1.2
"""What a file's first bytes say that it is."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

from mukatabat.vault.vocabulary import FileKind

HEAD = 4096
CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\x0c")) + b"\x7f"
"""The bytes that stand in no text."""

_PDF_SEARCH = 1024
_END_RECORD = b"PK\x05\x06"
_END_RECORD_SIZE = 22
_LONGEST_COMMENT = 0xFFFF

_STARTS: tuple[tuple[bytes, FileKind], ...] = (
    (b"%PDF-", FileKind.PDF),
    (b"PK\x03\x04", FileKind.ARCHIVE),
    (b"PK\x05\x06", FileKind.ARCHIVE),
    (b"PK\x07\x08", FileKind.ARCHIVE),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind.OLD_OFFICE),
    (b"MZ", FileKind.PROGRAM),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"\xca\xfe\xba\xbe", FileKind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", FileKind.PROGRAM),
    (b"#!AMR", FileKind.RECORDING),
    (b"#!", FileKind.PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", FileKind.PROGRAM),
    (b"ITSF", FileKind.PROGRAM),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"BZh", FileKind.ARCHIVE),
    (b"\xfd7zXZ\x00", FileKind.ARCHIVE),
    (b"(\xb5/\xfd", FileKind.ARCHIVE),
    (b"MSCF", FileKind.ARCHIVE),
    (b"{\\rtf", FileKind.RICH_TEXT),
    (b"GIF8", FileKind.OTHER_PICTURE),
    (b"II+\x00", FileKind.OTHER_PICTURE),
    (b"MM\x00+", FileKind.OTHER_PICTURE),
    (b"8BPS", FileKind.OTHER_PICTURE),
    (b"\x00\x00\x01\x00", FileKind.OTHER_PICTURE),
    (b"ID3", FileKind.RECORDING),
    (b"OggS", FileKind.RECORDING),
    (b"\x1aE\xdf\xa3", FileKind.RECORDING),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<svg", b"<script", b"<head", b"<body", b"<!--")


def by_signature(head: bytes) -> FileKind | None:
    """Tell the kind by the first bytes, or None when they say nothing (it may be text).

    A PDF must begin at the first byte: ISO 32000-2 §7.5.2 allows readers to skip what stands before, and such files
    are how one file becomes two.
    """
    readable = len(head.translate(None, CONTROLS)) == len(head)
    for start, kind in _STARTS:
        # A text may begin with the word MZ; a program never goes on without control bytes.
        if head.startswith(start) and not (readable and start.isalnum()):
            return kind
    if head[:4] == b"RIFF":
        return FileKind.OTHER_PICTURE if head[8:12] == b"WEBP" else FileKind.RECORDING
    if head[4:8] == b"ftyp":
        return FileKind.OTHER_PICTURE if head[8:12] in (b"heic", b"heix", b"mif1", b"avif") else FileKind.RECORDING
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower().startswith(_MARKUP):
        return FileKind.PAGE
    return None


def hides_a_pdf(head: bytes) -> bool:
    """Tell whether a PDF begins within the first 1024 bytes but not at the first, where lenient readers find it."""
    return head[:_PDF_SEARCH].find(b"%PDF-") > 0


def ends_as_archive(file: BinaryIO) -> bool:
    """Tell whether the file's end is that of a ZIP archive (APPNOTE §4.3.16), whatever its beginning is."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _END_RECORD_SIZE - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or at + _END_RECORD_SIZE > len(tail):
        return False
    directory, offset, comment = struct.unpack_from("<IIH", tail, at + 12)
    # The comment must reach the very end, and the directory must fit before the record: chance bytes do neither.
    return bool(at + _END_RECORD_SIZE + comment == len(tail) and directory + offset <= start + at)
