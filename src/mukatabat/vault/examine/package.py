# SPDX-License-Identifier: EUPL-1.2
"""ZIP packages: OOXML (ECMA-376 part 2) and OpenDocument (ISO/IEC 26300-3), read to the last byte within bounds."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from itertools import pairwise
from typing import IO, BinaryIO

from mukatabat.vault.errors import Bomb, BrokenFile, EmbeddedProgram, MacroEnabled, PasswordProtected
from mukatabat.vault.examine import parts
from mukatabat.vault.examine.allowance import MAX_PART, MAX_RATIO, RATIO_FLOOR, Allowance
from mukatabat.vault.examine.signatures import HEAD, by_signature
from mukatabat.vault.rules import CHUNK, names_a_program
from mukatabat.vault.vocabulary import FileKind

LOCAL_HEADER = b"PK\x03\x04"
_CONTENT_TYPES = "[Content_Types].xml"
_MIMETYPE = "mimetype"
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED_FLAG = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEADER_SIZE = 30
_MACRO_NAMES = ("vbaproject.bin", "vbadata.xml")
_MACRO_FOLDERS = ("xl/macrosheets/", "basic/", "scripts/", "word/activex/", "xl/activex/", "ppt/activex/")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError, ValueError)
_NESTED = (FileKind.PDF, FileKind.ARCHIVE, FileKind.OLD_OFFICE)


def kind_of(file: BinaryIO, allowance: Allowance) -> FileKind:
    """Tell what kind of package a ZIP file is, after all of it was read.

    1. the directory: number, names, overlaps, encryption, declared sizes; 2. the kind, by what the package says of
    itself; 3. macros; 4. every part unpacked, its checksum, the prolog of its XML, and what is packed inside it.
    Raises BrokenFile, PasswordProtected, MacroEnabled, EmbeddedProgram, EntityTricks or Bomb.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            allowance.enter_parts(len(entries))
            _check_directory(entries)  # 1
            kind, macros = _kind(archive)  # 2
            if macros or any(_is_macro(entry.filename) for entry in entries):  # 3
                raise MacroEnabled
            for entry in entries:  # 4
                _check_entry(archive, entry, allowance)
    except _DAMAGE as error:
        raise BrokenFile from error
    return kind


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if not entries:
        raise BrokenFile
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise PasswordProtected
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) != len(names) or any(map(_leaves_folder, names)):
        raise BrokenFile
    if any(entry.compress_type not in _METHODS for entry in entries):
        raise BrokenFile
    _check_overlap(entries)
    packed, unpacked = (sum(sizes) for sizes in zip(*((e.compress_size, e.file_size) for e in entries), strict=True))
    if unpacked > RATIO_FLOOR and unpacked > MAX_RATIO * packed:
        raise Bomb


def _check_overlap(entries: list[zipfile.ZipInfo]) -> None:
    # Entries that share their bytes are how 42 kB become petabytes without a ratio that shows it (Fifield, 2019).
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, following in pairwise(ordered):
        if entry.header_offset + _LOCAL_HEADER_SIZE + entry.compress_size > following.header_offset:
            raise Bomb
    if ordered[0].header_offset != 0:
        # Another archive before this one: which of the two is read depends on the reader.
        raise BrokenFile


def _leaves_folder(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/")


def _is_macro(name: str) -> bool:
    lowered = name.lower()
    return lowered.endswith(_MACRO_NAMES) or lowered.startswith(_MACRO_FOLDERS)


def _kind(archive: zipfile.ZipFile) -> tuple[FileKind, bool]:
    """Give the kind, and whether the content types name macros."""
    names = set(archive.namelist())
    if _CONTENT_TYPES in names:
        return parts.office_kind(_small(archive, _CONTENT_TYPES))
    if _MIMETYPE in names:
        if "encrypted-package" in names:
            raise PasswordProtected
        if _MANIFEST in names and parts.says_encrypted(_small(archive, _MANIFEST)):
            raise PasswordProtected
        return parts.open_document_kind(_small(archive, _MIMETYPE)), False
    return FileKind.ARCHIVE, False


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        data = part.read(MAX_PART // 8 + 1)
    if len(data) > MAX_PART // 8:
        raise Bomb
    return data


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowance: Allowance) -> None:
    if names_a_program(entry.filename):
        raise EmbeddedProgram
    with archive.open(entry) as part:
        head = part.read(HEAD)
        kind = by_signature(head)
        if kind is FileKind.PROGRAM:
            raise EmbeddedProgram
        if kind in _NESTED:
            allowance.spend(entry.file_size)
            if entry.file_size > MAX_PART:
                raise Bomb
            allowance.nested(head + part.read(), entry.filename)
            return
        # Office programs do leave empty parts behind; they are no XML and no harm.
        prolog = parts.Prolog() if head and _is_xml(entry.filename, kind) else None
        for piece in _pieces(head, part):
            allowance.spend(len(piece))
            if prolog is not None:
                prolog.feed(piece)


def _is_xml(name: str, kind: FileKind | None) -> bool:
    return kind is FileKind.PAGE or name.lower().endswith((".xml", ".rels", ".rdf"))


def _pieces(head: bytes, part: IO[bytes]) -> Iterable[bytes]:
    """Yield all pieces of a part and, at its end, an empty one."""
    yield head
    while head:
        head = part.read(CHUNK)
        yield head
