# SPDX-License-Identifier: EUPL-1.2
"""The way of a file through its examination: signature first, then the reader of that kind."""

from __future__ import annotations

import io
from typing import BinaryIO

from mukatabat.vault.errors import BrokenFile, EmbeddedProgram, EmptyFile, TwoTypes
from mukatabat.vault.examine import oldoffice, package, pdf, pictures, text
from mukatabat.vault.examine.allowance import Allowance, fresh
from mukatabat.vault.examine.signatures import HEAD, by_signature, ends_as_archive
from mukatabat.vault.rules import Findings, names_a_program
from mukatabat.vault.vocabulary import FileKind


def examine(file: BinaryIO) -> Findings:
    """Tell what a seekable file is.

    Raises a FileRefused (without its name) for what is empty, broken, protected, active or a bomb. A kind outside the
    allow-list is no error here: its name is told, so that a person can be told.
    """
    return _examine(file, fresh(_examine_part))


def _examine(file: BinaryIO, allowance: Allowance) -> Findings:
    file.seek(0)
    head = file.read(HEAD)
    if not head:
        raise EmptyFile
    kind = by_signature(head)
    if kind is FileKind.ARCHIVE and head.startswith(package.LOCAL_HEADER):
        return Findings(package.kind_of(file, allowance))
    if kind is FileKind.OLD_OFFICE:
        return Findings(oldoffice.kind_of(file))
    if kind is None:
        return Findings(text.kind_of(file))
    reader = {
        FileKind.PDF: lambda: pdf.count_pages(file, allowance),
        FileKind.PNG: lambda: pictures.check_png(file),
        FileKind.JPEG: lambda: pictures.check_jpeg(file),
        FileKind.TIFF: lambda: pictures.count_tiff_pages(file),
    }.get(kind)
    if reader is None:
        return Findings(kind)
    if ends_as_archive(file):
        raise TwoTypes
    return Findings(kind, reader())


def _examine_part(data: bytes, name: str, allowance: Allowance) -> None:
    """Look into something packed inside a document; only danger counts, not whether it could be attached itself."""
    if names_a_program(name) or oldoffice.hides_a_program(data):
        raise EmbeddedProgram
    if not data:
        return
    try:
        found = _examine(io.BytesIO(data), allowance)
    except BrokenFile:
        # Half a picture inside a letter harms nobody, and readers show the rest.
        return
    if found.kind is FileKind.PROGRAM:
        raise EmbeddedProgram
