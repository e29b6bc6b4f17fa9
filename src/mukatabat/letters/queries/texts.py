# SPDX-License-Identifier: EUPL-1.2
"""The text of a document by ARCHIVE §6: our own source first, else a text layer that can be believed, else none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mukatabat.letters.queries.documents import open_checked
from mukatabat.letters.sources import embedded_content
from mukatabat.press.content import Content, to_plain_text
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.models import Document
from mukatabat.vault.pages import drawing
from mukatabat.vault.pages.rules import PageText
from mukatabat.vault.queries import open_document
from mukatabat.vault.text.quality import Layer

MOST_PAGES = 60
PDF = "application/pdf"


class Way(StrEnum):
    """Which way a text came."""

    SOURCE = "source"
    LAYER = "layer"
    RECOGNISED = "recognised"
    POOR = "poor"
    NONE = "none"


TOLD: dict[Way, Promise] = {
    Way.SOURCE: _("From the structured source inside the signed file, as it was typed."),
    Way.LAYER: _("From the file's own text layer; the page itself decides."),
    Way.RECOGNISED: _("A machine read this off the picture. Compare every number with the page."),
    Way.POOR: _("The file has a text layer, but it does not say what the pages show, so it is not used."),
    Way.NONE: _("The file holds pictures of pages and no text. It cannot be searched yet."),
}


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text, the way by which it came, and whether more of it was left out."""

    text: str
    way: Way
    is_cut: bool = False

    @property
    def told(self) -> Promise:
        """The way, said to the reader."""
        return TOLD[self.way]


def document_text(actor: Actor, document: Document) -> DocumentText:
    """Give the text of a document that the actor was found to see; the first 60 pages of it.

    Raises StoredBytes, PageUnshowable or DrawingBusy.
    """
    if document.media_type == PDF:
        _, stream = open_document(actor, document.id)
        with stream:
            content = embedded_content(stream)
        if content is not None:
            return DocumentText(to_plain_text(content), Way.SOURCE)
    if not drawing.can_be_drawn(document):
        return DocumentText("", Way.NONE)
    count = drawing.outline(actor, document).pages
    pages = [drawing.page_text(actor, document, page) for page in range(1, min(count, MOST_PAGES) + 1)]
    way = way_of(pages)
    text = "\n\n".join(page.text for page in pages if page.layer is Layer.GOOD) if way in _USED else ""
    return DocumentText(text, way, is_cut=count > MOST_PAGES)


_USED = frozenset({Way.LAYER, Way.RECOGNISED})


def way_of(pages: list[PageText]) -> Way:
    """Judge a document by its pages: one page without text among others does not condemn it, a majority does."""
    written = [page for page in pages if page.layer is not Layer.NONE]
    if not written:
        return Way.NONE
    good = [page for page in written if page.layer is Layer.GOOD]
    if 2 * len(good) < len(written):
        return Way.POOR
    return Way.RECOGNISED if any(page.recognised for page in good) else Way.LAYER


def received_content(actor: Actor, document_id: UUID, digest: str) -> Content | None:
    """The text of a received letter from the source inside its signed document, or None."""
    stream = open_checked(actor, document_id, digest)
    if stream is None:
        return None
    with stream:
        return embedded_content(stream)
