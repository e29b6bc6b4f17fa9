# SPDX-License-Identifier: EUPL-1.2
"""The text of a received letter, read from the source that lies inside its signed document."""

from __future__ import annotations

import json
from typing import BinaryIO

import pikepdf

from mukatabat.press.content import SIZE_LIMIT, Content, validate
from mukatabat.press.errors import PressError

SOURCE = "source.json"


def embedded_content(stream: BinaryIO) -> Content | None:
    """The letter's text from ``source.json`` of a PDF, or None where there is none that we can read.

    The source is covered by the signature. It comes from another body, so it passes the same closed schema as a
    text that is typed here.
    """
    try:
        with pikepdf.open(stream) as pdf:
            data = pdf.attachments[SOURCE].get_file().read_bytes()
        return validate(json.loads(data)["content"]) if len(data) <= 2 * SIZE_LIMIT else None
    except (pikepdf.PdfError, PressError, KeyError, TypeError, ValueError, RecursionError):
        return None
