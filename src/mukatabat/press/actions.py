# SPDX-License-Identifier: EUPL-1.2
"""Printing: a sheet in, bytes out. Nothing is stored and no clock is asked; equal sheets give equal bytes."""

from __future__ import annotations

import json
import threading
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO

import pikepdf
from pypdfium2 import PdfDocument

from mukatabat.kernel.clock import KUWAIT
from mukatabat.press.copies import appended
from mukatabat.press.coverage import unprintable
from mukatabat.press.errors import InvalidSource, UnprintableText
from mukatabat.press.layout import (
    extract_data,
    letter_data,
    margin_data,
    mark_data,
    minutes_data,
    proof_data,
    slip_data,
    stamp_data,
    texts,
    trail_data,
)
from mukatabat.press.rules import (
    POINTS_PER_MM,
    SIGNATURE_WIDTH,
    DeliverySlip,
    DrawnSignature,
    IncomingStamp,
    LetterSheet,
    MinuteSheet,
    PrintedLetter,
    ProofSheet,
    RegisterExtract,
    SignatureBox,
    SignatureMark,
    TrailSheet,
)
from mukatabat.press.typesetter import Form, Order, located, typeset

SPECIMEN_SCALE = 1.5
"""Dots of a specimen for each point of its paper."""
_ONE_AT_A_TIME = threading.Lock()
"""PDFium draws for one thread of a process at once."""


def print_letter(sheet: LetterSheet) -> PrintedLetter:
    """Print a letter and say how many pages it has and where its signature lies.

    The bytes are PDF/A-3a and PDF/UA-1, with `sheet.source` embedded as source.json (AFRelationship Source), and equal
    for equal sheets. Raises UnprintableText, InvalidSource, PrintingFailed; nothing half-printed is returned.
    """
    data = letter_data(sheet)
    document = _printed("letter", data, sheet.date, source=sheet.source)
    place = located("letter", "signature-place")
    with pikepdf.open(BytesIO(document)) as pdf:
        pages = len(pdf.pages)
        height = float(pdf.pages[0].mediabox[3])
    left, top = place["x"], height - place["y"]
    box = SignatureBox(
        page=int(place["page"]),
        x1=round(left, 3),
        y1=round(top - place["height"], 3),
        x2=round(left + SIGNATURE_WIDTH * POINTS_PER_MM, 3),
        y2=round(top, 3),
    )
    return PrintedLetter(document=document, pages=pages, signature_box=box)


def render_letter(sheet: LetterSheet) -> bytes:
    """Print a letter; see `print_letter`."""
    return print_letter(sheet).document


def signature_box(sheet: LetterSheet) -> SignatureBox:
    """Say where the signature of a letter lies; see `print_letter`, which tells it together with the bytes."""
    return print_letter(sheet).signature_box


def render_signature_mark(mark: SignatureMark) -> bytes:
    """Print the visible mark of a signature: one page of the size of the signature's box, plain PDF without tags.

    It is meant as the static stamp of a signature field, so it carries no claim of its own. It is clear where the
    letter has printed the signer's name.
    """
    return _printed("mark", mark_data(mark), mark.signed_at.astimezone(KUWAIT).date(), form=Form.PART)


def render_specimen(sheet: LetterSheet, drawn: DrawnSignature | None, *, at: datetime) -> bytes:
    """Print a letter of one page with the mark of its signature where it would be, as PNG; nothing is signed."""
    printed = print_letter(sheet)
    box = printed.signature_box
    mark = SignatureMark(box=box, signer_name=sheet.signer_name, signed_at=at, drawn=drawn, look=sheet.look)
    with pikepdf.open(BytesIO(printed.document)) as pdf, pikepdf.open(BytesIO(render_signature_mark(mark))) as stamp:
        place = pikepdf.Rectangle(box.x1, box.y1, box.x2, box.y2)
        pdf.pages[box.page - 1].add_overlay(stamp.pages[0], place)
        written = BytesIO()
        pdf.save(written)
    with _ONE_AT_A_TIME, PdfDocument(written.getvalue()) as drawing:
        picture = drawing[0].render(scale=SPECIMEN_SCALE).to_pil()
    shown = BytesIO()
    picture.save(shown, "PNG", optimize=True)
    return shown.getvalue()


def render_register_extract(extract: RegisterExtract) -> bytes:
    """Print a day of a register, A4 landscape, PDF/A-3a, with `extract.source` embedded as source.json."""
    return _printed("register", extract_data(extract), extract.day, source=extract.source)


def render_minute_sheet(sheet: MinuteSheet) -> bytes:
    """Print the minutes of an item (ورقة شروح), PDF/A-3a."""
    return _printed("minutes", minutes_data(sheet), sheet.drawn_at.astimezone(KUWAIT).date())


def render_delivery_slip(slip: DeliverySlip) -> bytes:
    """Print a delivery slip (سركي التسليم), A4 landscape, PDF/A-3a: it is signed by hand and scanned back."""
    return _printed("slip", slip_data(slip), slip.drawn_at.astimezone(KUWAIT).date())


def render_trail(sheet: TrailSheet) -> bytes:
    """Print a part of the audit trail, A4 landscape, PDF/A-3a."""
    return _printed("trail", trail_data(sheet), sheet.drawn_at.astimezone(KUWAIT).date())


def render_proof(sheet: ProofSheet) -> bytes:
    """Print the report of a bundle of evidence, A4, PDF/A-3a, in Arabic and English."""
    return _printed("proof", proof_data(sheet), sheet.drawn_at.astimezone(KUWAIT).date())


def render_incoming_stamp(stamp: IncomingStamp) -> bytes:
    """Print a stamp of receipt (ختم الوارد) as a label of 90 by 50 mm, to stick on a paper original."""
    return _printed("stamp", stamp_data(stamp), stamp.registered_at.astimezone(KUWAIT).date())


def render_incoming_sheet(stamp: IncomingStamp) -> bytes:
    """Print a stamp of receipt as an A4 sheet that precedes the letter; the letter's signed bytes are not touched."""
    return _printed("incoming", stamp_data(stamp), stamp.registered_at.astimezone(KUWAIT).date())


def render_stamped_copy(stamp: IncomingStamp, original: BinaryIO) -> bytes:
    """Print a copy of a received PDF: the sheet with the stamp, then its pages, each called a copy in its margin.

    For paper and for looking at; it makes no claim and carries no signature, and the original is not touched. Raises
    CopyImpossible for an original that cannot be put behind the stamp.
    """
    day = stamp.registered_at.astimezone(KUWAIT).date()
    sheet = _printed("incoming", stamp_data(stamp) | {"copy": True}, day, form=Form.PLAIN)
    return appended(sheet, original, margin=_printed("margin", margin_data(stamp), day, form=Form.PLAIN))


def _printed(
    template: str, data: dict[str, Any], day: date, *, source: bytes | None = None, form: Form = Form.SHEET
) -> bytes:
    strange = unprintable("".join(texts(data)))
    if strange:
        raise UnprintableText(characters="، ".join(strange[:20]))
    embedded = None if source is None else _json_text(source)
    return typeset(Order(template=template, data=data, day=day, source=embedded, form=form))


def _json_text(source: bytes) -> str:
    try:
        text = source.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidSource from None
    return text
