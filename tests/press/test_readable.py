# SPDX-License-Identifier: EUPL-1.2
"""What a reader with a phone, a scanner or a black-and-white printer gets of a sheet."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.press.actions import render_incoming_sheet, render_incoming_stamp, render_letter
from mukatabat.press.content import from_plain_text
from mukatabat.press.rules import IncomingStamp, Letterhead, LetterSheet, Look, Verification

DOTS_PER_MM = 150 / 25.4
LEAST_SIDE = 17
LEAST_CONTRAST = 4.5  # WCAG 2.2 §1.4.3


def seen(document: bytes, page: int = 0) -> Image.Image:
    """A page as a black-and-white scanner of 150 dpi sees it."""
    with pypdfium2.PdfDocument(document) as pdf:
        return pdf[page].render(scale=150 / 72).to_pil().convert("L")


def code_on(picture: Image.Image) -> zxingcpp.Barcode:
    (found,) = zxingcpp.read_barcodes(picture)
    return found


def side_of(code: zxingcpp.Barcode) -> float:
    """The side of a code in millimetres."""
    return (code.position.bottom_right.x - code.position.top_left.x + 1) / DOTS_PER_MM


@pytest.mark.parametrize("secrecy", [Secrecy.NORMAL, Secrecy.TOP_SECRET])
@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("origin", ["https://verify.example", f"https://{'long-name.' * 6}example"])
def test_the_code_of_a_letter_is_read_at_150_dpi_on_every_page(
    letter: LetterSheet, secrecy: Secrecy, language: str, origin: str
) -> None:
    proof = Verification(code="7KQ4-M2XD-9FPC", page="verify.example", address=f"{origin}/v/7KQ4-M2XD-9FPC")
    content = from_plain_text("\n\n".join(["فقرة من كتاب طويل. " * 20] * 6))
    document = render_letter(
        replace(letter, secrecy=secrecy, verification=proof, content=content, look=Look(language=language))
    )
    for page in (0, 1):
        code = code_on(seen(document, page))
        assert (code.text, code.format, code.ec_level) == (proof.address, zxingcpp.BarcodeFormat.QRCode, "M")
        assert side_of(code) >= LEAST_SIDE


def test_nothing_reaches_into_the_quiet_zone(letter: LetterSheet) -> None:
    picture = seen(render_letter(letter))
    corner = code_on(picture).position
    step = (corner.bottom_right.x - corner.top_left.x) / 29  # version 3
    quiet = int(3.8 * step)
    zone = (corner.top_left.x - quiet, corner.top_left.y - quiet, corner.bottom_right.x + quiet, 0)
    above = (zone[0], zone[1], zone[2], corner.top_left.y - 2)
    before = (zone[0], zone[1], corner.top_left.x - 2, corner.bottom_right.y + quiet)
    after = (corner.bottom_right.x + 3, zone[1], zone[2], corner.bottom_right.y + quiet)
    below = (zone[0], corner.bottom_right.y + 3, zone[2], corner.bottom_right.y + quiet)
    for strip in (above, before, after, below):
        assert picture.crop(strip).getextrema() == (255, 255)


@pytest.mark.parametrize("print_stamp", [render_incoming_stamp, render_incoming_sheet])
@pytest.mark.parametrize("reference", ["FL-I-2026-00931", "TRN-MOCIGENERAL-I-2026-9999999"])
def test_the_number_on_the_stamp_and_on_the_label_is_read_at_150_dpi(
    letterhead: Letterhead, reference: str, print_stamp: object
) -> None:
    stamp = IncomingStamp(
        letterhead=letterhead, reference=Reference.parse(reference), registered_at=datetime(2026, 9, 21, 6, tzinfo=UTC),
        hijri=hijri(date(2026, 9, 21)), attachments_count=3, sender="وزارة المالية", subject="طلب الرأي",
    )  # fmt: skip
    assert callable(print_stamp)
    code = code_on(seen(print_stamp(stamp)))
    assert (code.text, code.format) == (reference, zxingcpp.BarcodeFormat.QRCode)
    assert Reference.parse(code.text) == stamp.reference


def luminance(grey: int) -> float:
    """Relative luminance of a grey (WCAG 2.2)."""
    part = grey / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


@pytest.mark.parametrize("secrecy", [one for one in Secrecy if one.is_sealed])
def test_the_secrecy_word_is_read_at_head_and_foot_of_a_black_and_white_print(
    letter: LetterSheet, secrecy: Secrecy
) -> None:
    long = replace(letter, secrecy=secrecy, content=from_plain_text("\n\n".join(["سطر"] * 40)))
    document = render_letter(long)
    for page in (0, 1):
        picture = seen(document, page)
        for top in (9.6, 297 - 9 - 5.0):
            strip = (
                int(60 * DOTS_PER_MM),
                int(top * DOTS_PER_MM),
                int(150 * DOTS_PER_MM),
                int((top + 4) * DOTS_PER_MM),
            )
            dark, light = picture.crop(strip).getextrema()
            assert (luminance(light) + 0.05) / (luminance(dark) + 0.05) >= LEAST_CONTRAST
            assert light == 255, "the word is in the band"


def test_a_letter_needs_no_colour_to_be_read(letter: LetterSheet) -> None:
    """Every sign of the text is dark enough on white when it is printed in grey."""
    with pypdfium2.PdfDocument(render_letter(replace(letter, secrecy=Secrecy.SECRET))) as pdf:
        for mark in pdf[0].get_objects():
            if mark.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT:
                red, green, blue = colour(mark)
                grey = luminance(round(0.299 * red + 0.587 * green + 0.114 * blue))
                assert grey == 1 or 1.05 / (grey + 0.05) >= LEAST_CONTRAST


def colour(mark: pypdfium2.PdfObject) -> tuple[int, int, int]:
    """The fill colour of an object of a page."""
    parts = [ctypes.c_uint() for _ in range(4)]
    assert pypdfium2.raw.FPDFPageObj_GetFillColor(mark, *parts)
    return parts[0].value, parts[1].value, parts[2].value
