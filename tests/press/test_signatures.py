# SPDX-License-Identifier: EUPL-1.2
"""The place of the signature on a letter, and the mark that is laid over it."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from mukatabat.press.actions import print_letter, render_letter, render_signature_mark, signature_box
from mukatabat.press.digits import Digits
from mukatabat.press.errors import InvalidPicture
from mukatabat.press.rules import (
    DRAWN_HEIGHT,
    POINTS_PER_MM,
    SIGNATURE_WIDTH,
    DrawnSignature,
    LetterSheet,
    Look,
    SignatureBox,
    SignatureMark,
)

ENGLISH = Look(language="en", digits=Digits.LATN)
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path stroke="#00f" d="M0 3L9 0" fill="none"/></svg>'
)


def mark_of(box: SignatureBox, drawn: DrawnSignature | None = None) -> SignatureMark:
    at = datetime(2026, 9, 21, 9, 31, tzinfo=UTC)
    return SignatureMark(box=box, signer_name="Dr Khaled Al-Mutawa", signed_at=at, drawn=drawn, look=ENGLISH)


def png(width: int = 300, height: int = 100) -> bytes:
    made = BytesIO()
    Image.new("RGBA", (width, height), (0, 0, 255, 128)).save(made, "PNG")
    return made.getvalue()


def inside(document: bytes, box: SignatureBox) -> str:
    with pypdfium2.PdfDocument(document) as pdf:
        text = pdf[box.page - 1].get_textpage()
        return text.get_text_bounded(left=box.x1, bottom=box.y1, right=box.x2, top=box.y2).strip()


def test_the_box_holds_the_signer_s_name_and_nothing_else(letter: LetterSheet) -> None:
    sheet = replace(letter, signer_name="Dr Khaled Al-Mutawa", look=ENGLISH)
    printed = print_letter(sheet)
    assert signature_box(sheet) == printed.signature_box
    assert inside(printed.document, printed.signature_box) == "Dr Khaled Al-Mutawa"
    assert printed.signature_box.x2 - printed.signature_box.x1 == pytest.approx(
        SIGNATURE_WIDTH * POINTS_PER_MM, abs=0.01
    )


def test_room_for_a_drawn_signature_is_left_where_there_is_one(letter: LetterSheet) -> None:
    without, with_room = (signature_box(replace(letter, drawn_signature=drawn)) for drawn in (False, True))
    assert with_room.height - without.height == pytest.approx(DRAWN_HEIGHT, abs=0.01)


def test_a_long_name_takes_the_lines_that_it_needs_and_the_mark_keeps_clear_of_them(letter: LetterSheet) -> None:
    sheet = replace(letter, signer_name="Khaled Mohammad Abdulrahman " * 5, look=ENGLISH)
    box = signature_box(sheet)
    assert box.height > signature_box(letter).height + 5
    with pypdfium2.PdfDocument(render_signature_mark(mark_of(box))) as pdf:
        assert pdf[0].get_height() == pytest.approx(box.height * POINTS_PER_MM, abs=0.01)
        written = pdf[0].get_textpage()
        assert max(written.get_rect(index)[3] for index in range(written.count_rects())) < 6.4 * POINTS_PER_MM


def test_a_signed_note_stands_in_the_box(letter: LetterSheet) -> None:
    sheet = replace(letter, signed_note="Signed electronically 21 September 2026, 12:31", look=ENGLISH)
    assert "Signed electronically" in inside(render_letter(sheet), signature_box(sheet))


@pytest.mark.parametrize("drawn", [None, DrawnSignature(data=DRAWING), DrawnSignature(data=png())])
def test_the_mark_is_as_large_as_the_box_and_clear_where_the_name_stands(
    letter: LetterSheet, drawn: DrawnSignature | None
) -> None:
    box = signature_box(replace(letter, drawn_signature=drawn is not None))
    document = render_signature_mark(mark_of(box, drawn))
    assert document == render_signature_mark(mark_of(box, drawn))
    with pypdfium2.PdfDocument(document) as pdf:
        assert pdf[0].get_textpage().get_text_range() == "Signed electronically 21 September 2026, 12:31"
        picture = pdf[0].render(scale=2, fill_color=(255, 255, 255, 0)).to_pil().convert("RGBA")
    alpha = picture.getchannel("A")
    dots = 2 * POINTS_PER_MM
    name = (0, int(DRAWN_HEIGHT * dots) + 2 if drawn else 0, picture.width, picture.height - int(7 * dots))
    assert alpha.crop(name).getextrema() == (0, 0)
    if drawn:
        assert alpha.crop((0, 0, picture.width, int(DRAWN_HEIGHT * dots))).getextrema()[1] > 0
    with pikepdf.open(BytesIO(document)) as pdf:
        assert "/StructTreeRoot" not in pdf.Root


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        png()[:20],
        png(4001, 1),
        b"\x89PNG\r\n\x1a\n" + zlib.compress(b"\0" * 300 * 1024, 0),
        b"<html><svg></svg></html>",
        b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>',
        DRAWING.replace(b"<path", b"<script>1</script><path"),
        DRAWING.replace(b"<path", b'<image href="file:///etc/passwd"/><path'),
        DRAWING.replace(b"#00f", b"url(#x)"),
        DRAWING.replace(b"<path", b"<foreignObject/><path"),
        b"<svg>\xff</svg>",
    ],
    ids=range(12),
)
def test_a_picture_that_could_do_more_than_be_seen_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidPicture):
        DrawnSignature(data=data)
