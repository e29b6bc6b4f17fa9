# SPDX-License-Identifier: EUPL-1.2
"""A signature as somebody scanned or drew it, made ready for the letter: trimmed, on nothing, of a fair size."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from mukatabat.press.errors import InvalidPicture
from mukatabat.press.rules import LARGEST_PICTURE, MOST_DOTS, PNG, DrawnSignature

MOST_OFFERED = 2 * 1024 * 1024
"""Bytes of an offered picture: a scan of the paper on which somebody signed."""
WIDEST, HIGHEST = 1200, 400
MOST_ALTOGETHER = 8_000_000
FAINTEST = 24
"""Below this opacity (of 255) paper and dust show, and no ink."""
LEAST_INK = 40
"""Dots without which a picture holds no signature."""


def drawn_signature(data: bytes) -> DrawnSignature:
    """Make the picture of a signature from an offered PNG: paper becomes clear, the empty edge goes, ink is redrawn.

    1. The bytes are a PNG of bounded size, whatever somebody calls them. 2. What is opaque all over is ink on paper:
    the lighter a dot, the clearer. 3. The edge without ink goes. 4. What is left is scaled to fit and written anew, so
    that nothing of the offered file but its dots is kept. Raises InvalidPicture, also for a picture without any ink.
    """
    picture = _decoded(data)  # 1
    opacity = picture.getchannel("A")
    if opacity.getextrema() == (255, 255):
        light = ImageOps.autocontrast(picture.convert("L"), cutoff=(0, 1))
        opacity = ImageChops.invert(light)  # 2
        picture.putalpha(opacity)
    ink = opacity.point(lambda value: 255 if value >= FAINTEST else 0)
    place = ink.getbbox()
    if place is None or ink.histogram()[255] < LEAST_INK:
        raise InvalidPicture
    trimmed = picture.crop(place)  # 3
    trimmed.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
    written = io.BytesIO()  # 4
    trimmed.save(written, "PNG", optimize=True)
    if written.tell() > LARGEST_PICTURE:
        written = io.BytesIO()
        trimmed.resize((max(1, trimmed.width // 2), max(1, trimmed.height // 2))).save(written, "PNG", optimize=True)
    return DrawnSignature(data=written.getvalue())


def _decoded(data: bytes) -> Image.Image:
    if not data.startswith(PNG) or len(data) > MOST_OFFERED:
        raise InvalidPicture
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as offered:
            width, height = offered.size
            if max(width, height) > MOST_DOTS or width * height > MOST_ALTOGETHER:
                raise InvalidPicture
            return offered.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InvalidPicture from error
