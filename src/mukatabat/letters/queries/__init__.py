# SPDX-License-Identifier: EUPL-1.2
"""What a given actor may see of letters: one of them, its documents, its neighbours, and lists of them."""

from mukatabat.letters.queries.documents import (
    Place,
    PlaceKind,
    Readable,
    access_arrival,
    access_arrival_document,
    access_letter_document,
    access_readable,
    open_checked,
    readables,
)
from mukatabat.letters.queries.letter import (
    access_letter,
    content_of,
    conversation,
    holder_of,
    own_draft,
    versions_of,
    writable_draft,
)
from mukatabat.letters.queries.lists import page_of, rows_of

__all__ = [
    "Place",
    "PlaceKind",
    "Readable",
    "access_arrival",
    "access_arrival_document",
    "access_letter",
    "access_letter_document",
    "access_readable",
    "content_of",
    "conversation",
    "holder_of",
    "open_checked",
    "own_draft",
    "page_of",
    "readables",
    "rows_of",
    "versions_of",
    "writable_draft",
]
