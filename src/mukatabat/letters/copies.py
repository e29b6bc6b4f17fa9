# SPDX-License-Identifier: EUPL-1.2
"""The copy of a secret document that leaves the house: pictures of its pages, each with its reader's mark burned in."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext, pgettext

from mukatabat.letters.errors import TooLongToCopy
from mukatabat.press.pictures import bound
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import Document
from mukatabat.vault.pages import drawing

MOST_PAGES = 200
SHARP = 200
"""Per cent of the size on paper in which pages are drawn for a copy, as for the printer."""


def marked_copy(actor: Actor, document: Document, mark: bytes) -> bytes:
    """Make the copy of a document that can be drawn, as a PDF; it carries no signature and no text.

    Raises TooLongToCopy beyond 200 pages, and as `drawing.page_picture`.
    """
    outline = drawing.outline(actor, document)
    if outline.pages > MOST_PAGES:
        raise TooLongToCopy(limit=MOST_PAGES)

    def pages() -> Iterator[tuple[bytes, float, float]]:
        for number, (width, height) in enumerate(outline.sizes(1, outline.pages), 1):
            yield drawing.page_picture(actor, document, number, percent=SHARP, mark=mark), width, height

    return bound(pages(), title=gettext("A copy with its reader's mark; not the signed original"))


def copy_name(document: Document) -> str:
    """The name under which the copy is saved: the document's own, told apart from the original."""
    stem = document.name.rpartition(".")[0] or document.name
    marked = pgettext("document", "marked copy")
    return f"{stem} ({marked}).pdf"
