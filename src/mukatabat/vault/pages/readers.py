# SPDX-License-Identifier: EUPL-1.2
"""What can be drawn: a PDF by pdfium, a picture by Pillow. Runs in the confined process alone."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Sequence
from itertools import islice
from typing import IO, Protocol, cast

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageSequence

from mukatabat.vault.pages.rules import MOST_PIXELS, PageText, fitting
from mukatabat.vault.text.foreign import renamed
from mukatabat.vault.text.layout import Glyph, words_of
from mukatabat.vault.text.quality import Layer, assess

_INVISIBLE = 3
_SAMPLED = 40
_MOST_GLYPHS = 100_000
_MOST_FRAMES = 2000
_USUAL_DENSITY = 150.0

Image.MAX_IMAGE_PIXELS = 100_000_000


class Reader(Protocol):
    """A document opened for drawing; pages count from 0 here."""

    def sizes(self) -> Sequence[tuple[float, float]]:
        """Width and height of every page in points, as it is shown."""
        ...

    def draw(self, page: int, percent: int) -> Image.Image:
        """A page as a picture in RGB."""
        ...

    def text(self, page: int) -> PageText:
        """The words of a page."""
        ...


class PdfReader:
    """Pages of a PDF."""

    def __init__(self, data: mmap.mmap) -> None:
        # pdfium reads where the bytes lie; a copy in the heap would count twice against the limit.
        self._document = pypdfium2.PdfDocument((ctypes.c_char * len(data)).from_buffer(data))
        self._document.init_forms()

    def sizes(self) -> Sequence[tuple[float, float]]:
        """Sizes with the page's own rotation; a size that cannot be read is an empty A4 sheet."""
        found = []
        for page in range(len(self._document)):
            try:
                width, height = self._document.get_page_size(page)
            except pypdfium2.PdfiumError:
                width, height = 595.0, 842.0
            found.append((round(max(width, 1.0), 2), round(max(height, 1.0), 2)))
        return found

    def draw(self, page: int, percent: int) -> Image.Image:
        """Draw with annotations and form fields, because a visible signature is one."""
        opened = self._document[page]
        try:
            bitmap = opened.render(scale=fitting(percent, *opened.get_size()), rev_byteorder=True)
            picture: Image.Image = bitmap.to_pil().convert("RGB")
            return picture
        finally:
            opened.close()

    def text(self, page: int) -> PageText:
        """Read words in the order of the page."""
        opened = self._document[page]
        try:
            layer = opened.get_textpage()
            try:
                lines = tuple(tuple(words_of(line)) for line in _glyph_lines(opened, layer))
                kept = renamed(tuple(line for line in lines if line))
                quality = assess(word.text for line in kept for word in line)
                return PageText(kept, quality.layer, _is_recognised(layer))
            finally:
                layer.close()
        finally:
            opened.close()


def _glyph_lines(page: pypdfium2.PdfPage, layer: pypdfium2.PdfTextPage) -> list[list[Glyph]]:
    place = _Placement(page)
    rect, box = pdfium.FS_RECTF(), tuple(ctypes.c_double() for _ in range(4))
    left, right, bottom, top = box
    lines: list[list[Glyph]] = [[]]
    for index in range(min(layer.count_chars(), _MOST_GLYPHS)):
        code = pdfium.FPDFText_GetUnicode(layer, index)
        if code in {10, 13}:
            lines.append([])
            continue
        pdfium.FPDFText_GetCharBox(layer, index, left, right, bottom, top)
        pdfium.FPDFText_GetLooseCharBox(layer, index, rect)
        one = place(rect.left, top.value)
        other = place(rect.right, bottom.value)
        text = chr(code) if code and not 0xD800 <= code < 0xE000 else "\ufffd"
        lines[-1].append(
            Glyph(
                text, min(one[0], other[0]), min(one[1], other[1]), max(one[0], other[0]), max(one[1], other[1]),
                pdfium.FPDFText_GetFontSize(layer, index),
            )
        )  # fmt: skip
    return lines


class _Placement:
    """From the page's own coordinates to points from its upper left corner as it is shown, turned and cropped."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        width, height = page.get_size()
        fine = 16
        x, y = ctypes.c_int(), ctypes.c_int()

        def shown(at_x: float, at_y: float) -> tuple[float, float]:
            pdfium.FPDF_PageToDevice(page, 0, 0, int(width * fine), int(height * fine), 0, at_x, at_y, x, y)
            return x.value / fine, y.value / fine

        far = 1000.0
        self._x, self._y = shown(0, 0)
        x_of_x, y_of_x = shown(far, 0)
        x_of_y, y_of_y = shown(0, far)
        self._across = ((x_of_x - self._x) / far, (y_of_x - self._y) / far)
        self._along = ((x_of_y - self._x) / far, (y_of_y - self._y) / far)

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._x + x * self._across[0] + y * self._along[0],
            self._y + x * self._across[1] + y * self._along[1],
        )


def _is_recognised(layer: pypdfium2.PdfTextPage) -> bool:
    """Whether the text is invisible: then a machine read it off the picture, and its numbers cannot be believed."""
    count = layer.count_chars()
    invisible = seen = 0
    for index in range(0, count, max(1, count // _SAMPLED)):
        if thing := pdfium.FPDFText_GetTextObject(layer, index):
            seen += 1
            invisible += pdfium.FPDFTextObj_GetTextRenderMode(thing) == _INVISIBLE
    return seen > 0 and invisible * 2 > seen


class PictureReader:
    """A scanned picture, or the pictures of one TIFF."""

    def __init__(self, data: mmap.mmap) -> None:
        self._picture = Image.open(cast("IO[bytes]", data), formats=("PNG", "JPEG", "TIFF"))

    def sizes(self) -> Sequence[tuple[float, float]]:
        """Sizes by the density that the picture claims, if that is a scanner's."""
        return [_points(frame) for frame in islice(ImageSequence.Iterator(self._picture), _MOST_FRAMES)]

    def draw(self, page: int, percent: int) -> Image.Image:
        """Draw one picture, never larger than it is."""
        self._picture.seek(page)
        width, height = _points(self._picture)
        factor = fitting(percent, width, height)
        target = (max(1, round(width * factor)), max(1, round(height * factor)))
        if self._picture.format == "JPEG":
            self._picture.draft("RGB", target)
        drawn = _on_white(self._picture)
        drawn.thumbnail(target)
        return drawn

    def text(self, page: int) -> PageText:
        """A picture holds no text."""
        return PageText((), Layer.NONE, recognised=False)


def _points(frame: Image.Image) -> tuple[float, float]:
    across, along = frame.info.get("dpi", (_USUAL_DENSITY, _USUAL_DENSITY))[:2]
    density = float(across) if 50 <= float(across) <= 2400 and abs(float(across) - float(along)) < 1 else _USUAL_DENSITY
    return round(frame.width * 72 / density, 2), round(frame.height * 72 / density, 2)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.width * picture.height > 4 * MOST_PIXELS and picture.mode not in {"1", "L"}:
        picture = picture.reduce(2)
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        whole = picture.convert("RGBA")
        white = Image.new("RGBA", whole.size, "white")
        white.alpha_composite(whole)
        return white.convert("RGB")
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L").convert("RGB")
    return picture.convert("RGB")


def opened(data: mmap.mmap, media_type: str) -> Reader:
    """Open a document by the media type under which it was stored."""
    return PdfReader(data) if media_type == "application/pdf" else PictureReader(data)
