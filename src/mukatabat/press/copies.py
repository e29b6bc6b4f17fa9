# SPDX-License-Identifier: EUPL-1.2
"""A copy to hand out on paper: the stamp of receipt, then the pages as they came, each marked as a copy."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

import pikepdf

from mukatabat.press.errors import CopyImpossible
from mukatabat.press.rules import MARGIN_HEIGHT, POINTS_PER_MM

LARGEST_ORIGINAL = 64 * 1024 * 1024
MOST_PAGES = 2000
MARK = pikepdf.Name.MarkOfCopy
ACTIONS = ("/AA", "/Annots")
BROKEN = (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError)


def appended(sheet: bytes, original: BinaryIO, *, margin: bytes) -> bytes:
    """Put the pages of an original behind a sheet, with `margin` drawn at the head of each of them.

    The original is only read. What its annotations show is drawn into the pages, a signature's mark among them, and the
    annotations themselves, with whatever they would do, are left behind: a copy can be looked at and no more. Equal
    files give equal bytes. Raises CopyImpossible for what is no PDF, is encrypted or damaged, or is larger than 64 MiB
    or 2000 pages.
    """
    if _size(original) > LARGEST_ORIGINAL:
        raise CopyImpossible
    try:
        with pikepdf.open(BytesIO(sheet)) as copy, pikepdf.open(original) as source, _opened(margin) as mark:
            if source.is_encrypted or len(source.pages) > MOST_PAGES:
                raise CopyImpossible
            source.flatten_annotations("print")
            drawn = copy.copy_foreign(mark.pages[0].as_form_xobject())
            for page in source.pages:
                for action in ACTIONS:
                    if action in page:
                        del page[action]
                copy.pages.append(page)
                _mark(copy.pages[-1], drawn)
            made = BytesIO()
            copy.save(made, deterministic_id=True)
    except BROKEN as error:
        raise CopyImpossible from error
    return made.getvalue()


def _opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf))


def _size(stream: BinaryIO) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def _mark(page: pikepdf.Page, mark: pikepdf.Object) -> None:
    """Draw the mark in the upper margin, as wide as the page."""
    left, _bottom, right, top = (float(corner) for corner in page.trimbox)
    strip = pikepdf.Rectangle(left, top - MARGIN_HEIGHT * POINTS_PER_MM, right, top)
    # By hand and under a name of ours, because `add_overlay` invents a new name each time.
    name = page.add_resource(mark, pikepdf.Name.XObject, name=MARK, replace_existing=True)
    placed = page.calc_form_xobject_placement(
        mark, name, strip, invert_transformations=True, allow_shrink=True, allow_expand=True
    )
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + placed)
