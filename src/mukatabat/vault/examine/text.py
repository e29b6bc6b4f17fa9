# SPDX-License-Identifier: EUPL-1.2
"""Plain text: told from everything else by being valid UTF-8 without controls."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from mukatabat.vault.errors import TwoTypes
from mukatabat.vault.examine.signatures import CONTROLS, HEAD, hides_a_pdf
from mukatabat.vault.rules import CHUNK
from mukatabat.vault.vocabulary import FileKind

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def kind_of(file: BinaryIO) -> FileKind:
    """Tell whether a file without signature is text in UTF-8, text in another encoding, or unknown.

    Raises TwoTypes when a PDF begins further inside.
    """
    file.seek(0)
    head = file.read(HEAD)
    if hides_a_pdf(head):
        raise TwoTypes
    if head.startswith(_UTF16):
        return FileKind.OTHER_TEXT
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    kind = FileKind.TEXT
    while piece := file.read(CHUNK):
        if len(piece.translate(None, CONTROLS)) != len(piece):
            return FileKind.UNKNOWN
        if kind is FileKind.TEXT:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                kind = FileKind.OTHER_TEXT
    if kind is FileKind.TEXT and decoder.getstate()[0]:
        return FileKind.OTHER_TEXT
    return kind
