# SPDX-License-Identifier: EUPL-1.2
"""Compound files (MS-CFB): the old office formats, and the shell that new ones get when they are encrypted."""

from __future__ import annotations

from typing import BinaryIO

from mukatabat.vault.errors import MacroEnabled, PasswordProtected
from mukatabat.vault.rules import CHUNK
from mukatabat.vault.vocabulary import FileKind

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_DOS_STUB = b"This program cannot be run in DOS mode"


def kind_of(file: BinaryIO) -> FileKind:
    """Tell an encrypted or macro-bearing compound file from an ordinary one.

    Raises PasswordProtected for an encrypted OOXML package (MS-OFFCRYPTO §2.3.1), MacroEnabled for VBA storage.
    """
    if _contains(file, _ENCRYPTED):
        raise PasswordProtected
    if _contains(file, _MACROS):
        raise MacroEnabled
    return FileKind.OLD_OFFICE


def hides_a_program(data: bytes) -> bool:
    """Tell whether a Windows program lies inside, as in an OLE package object of an office document."""
    return _DOS_STUB in data


def _contains(file: BinaryIO, needle: bytes) -> bool:
    file.seek(0)
    tail = b""
    while piece := file.read(CHUNK):
        if needle in tail + piece:
            return True
        tail = piece[-len(needle) :]
    return False
