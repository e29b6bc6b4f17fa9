# SPDX-License-Identifier: EUPL-1.2
"""Pictures of pages bound into one PDF: what is in it is what was drawn, and nothing of the file that they show."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import pikepdf
from PIL import Image

QUALITY = 82
"""Of JPEG: text stays sharp, and a page stays near 300 KB."""


def bound(pages: Iterable[tuple[bytes, float, float]], *, title: str) -> bytes:
    """Bind pages (a picture that we drew, width and height in points) into a PDF under a title."""
    with pikepdf.new() as made:
        for drawn, width, height in pages:
            page = made.add_blank_page(page_size=(width, height))
            name = page.add_resource(made.make_indirect(_picture(made, drawn)), pikepdf.Name.XObject)
            page.contents_add(f"q {width:.2f} 0 0 {height:.2f} 0 0 cm {name} Do Q".encode("ascii"))
        made.docinfo["/Title"] = title
        written = BytesIO()
        made.save(written)
    return written.getvalue()


def _picture(made: pikepdf.Pdf, drawn: bytes) -> pikepdf.Stream:
    with Image.open(BytesIO(drawn), formats=("WEBP", "PNG")) as image:
        packed = BytesIO()
        image.convert("RGB").save(packed, "JPEG", quality=QUALITY)
        width, height = image.size
    return pikepdf.Stream(
        made, packed.getvalue(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=width, Height=height,
        ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
