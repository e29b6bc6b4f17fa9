# SPDX-License-Identifier: EUPL-1.2
"""What the XML parts of an office package say of it, read with expat, which fetches and expands nothing here."""

from __future__ import annotations

from xml.parsers import expat

from mukatabat.vault.errors import BrokenFile, EntityTricks
from mukatabat.vault.rules import ACCEPTED
from mukatabat.vault.vocabulary import FileKind

_MAIN_PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": FileKind.DOCX,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": FileKind.XLSX,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": FileKind.PPTX,
}
_MACRO_TYPES = ("macroenabled", "vbaproject", "macrosheet", "ms-office.activex")
_OPEN_DOCUMENT = {ACCEPTED[kind].encode(): kind for kind in (FileKind.ODT, FileKind.ODS)}
_OLD_MANIFEST = "Manifest.dtd"


def office_kind(content_types: bytes) -> tuple[FileKind, bool]:
    """Give the kind that `[Content_Types].xml` states (ECMA-376 part 2 §10.1.2), and whether it names macros."""
    stated = [values.get("ContentType", "") for _, values in _elements(content_types)]
    kinds = {_MAIN_PARTS[value] for value in stated if value in _MAIN_PARTS}
    macros = any(mark in value.lower() for value in stated for mark in _MACRO_TYPES)
    return (kinds.pop() if len(kinds) == 1 else FileKind.OTHER_OFFICE), macros


def open_document_kind(mimetype: bytes) -> FileKind:
    """Give the kind that the `mimetype` part of an OpenDocument package states (ISO/IEC 26300-3 §3.3)."""
    return _OPEN_DOCUMENT.get(mimetype.strip(), FileKind.OTHER_OFFICE)


def says_encrypted(manifest: bytes) -> bool:
    """Tell whether an OpenDocument manifest describes an encrypted part (ISO/IEC 26300-3 §4.4)."""
    return any(name.rpartition(":")[2] == "encryption-data" for name, _ in _elements(manifest))


class Prolog:
    """Watches a part up to its root element, before which alone a document type can be declared."""

    def __init__(self) -> None:
        """Begin before the first byte."""
        self._reached = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._reach_root

    def feed(self, piece: bytes) -> None:
        """Take the next bytes, none at the end; raises EntityTricks for a document type, BrokenFile if not XML."""
        if self._reached:
            return
        try:
            self._parser.Parse(piece, not piece)
        except _Reached:
            self._reached = True
        except expat.ExpatError as error:
            raise BrokenFile from error

    def _reach_root(self, name: str, values: dict[str, str]) -> None:
        raise _Reached


class _Reached(Exception):
    pass


def _refuse_doctype(name: str, system: str | None, public: str | None, internal: int) -> None:
    # OpenOffice.org before 2010 named this one outside file, which nothing reads; all else is an attack.
    if internal or system != _OLD_MANIFEST:
        raise EntityTricks


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, values: found.append((name, values))
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise BrokenFile from error
    return found
