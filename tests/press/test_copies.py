# SPDX-License-Identifier: EUPL-1.2
"""The stamped copy: the sheet with the stamp, then the pages as they came, each called a copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.references import Reference
from mukatabat.press import copies
from mukatabat.press.actions import print_letter, render_stamped_copy
from mukatabat.press.content import from_plain_text
from mukatabat.press.digits import Digits
from mukatabat.press.errors import CopyImpossible
from mukatabat.press.rules import IncomingStamp, Letterhead, LetterSheet, Look


@pytest.fixture
def stamp(letterhead: Letterhead) -> IncomingStamp:
    return IncomingStamp(
        letterhead=letterhead, reference=Reference.parse("FL-I-2026-00931"), hijri=hijri(date(2026, 9, 21)),
        registered_at=datetime(2026, 9, 21, 6, 31, tzinfo=UTC), attachments_count=3, sender="Ministry of Finance",
        subject="A contract", look=Look(language="en", digits=Digits.LATN),
    )  # fmt: skip


@pytest.fixture
def original(letter: LetterSheet) -> bytes:
    return print_letter(replace(letter, content=from_plain_text("\n\n".join(["سطر"] * 30)))).document


def with_field(original: bytes) -> bytes:
    """The original with a field that shows something and would run something, on a page with an action of its own."""
    made = BytesIO()
    with pikepdf.open(BytesIO(original)) as pdf:
        shown = pdf.make_stream(b"BT /F 12 Tf (x) Tj ET 1 0 0 rg 0 0 40 40 re f")
        shown.Type, shown.Subtype, shown.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 40, 40]
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="s", F=4, A=script,
            Rect=[100, 100, 140, 140], AP=pikepdf.Dictionary(N=shown),
        )  # fmt: skip
        note = pdf.make_indirect(widget)
        pdf.pages[0].Annots = pikepdf.Array([note])
        pdf.pages[0].AA = pikepdf.Dictionary(O=script)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[note], SigFlags=3)
        pdf.Root.OpenAction = script
        pdf.save(made)
    return made.getvalue()


def test_the_pages_follow_the_stamp_and_every_one_is_called_a_copy(stamp: IncomingStamp, original: bytes) -> None:
    copy = render_stamped_copy(stamp, BytesIO(original))
    with pypdfium2.PdfDocument(copy) as pdf, pypdfium2.PdfDocument(original) as source:
        texts = [page.get_textpage().get_text_range() for page in pdf]
        assert len(texts) == len(source) + 1 == 3
    assert "Stamped copy" in texts[0] and "21 September 2026" in texts[0] and "A copy for printing" in texts[0]
    for text in texts[1:]:
        assert "Stamped copy" in text and "FL-I-2026-00931" in text


def test_the_original_is_only_read_and_equal_files_give_equal_copies(stamp: IncomingStamp, original: bytes) -> None:
    stream = BytesIO(original)
    first, second = (render_stamped_copy(stamp, stream) for _ in range(2))
    assert first == second
    assert stream.getvalue() == original


def test_what_a_field_shows_stays_and_what_it_would_do_goes(stamp: IncomingStamp, original: bytes) -> None:
    copy = render_stamped_copy(stamp, BytesIO(with_field(original)))
    assert b"app.alert" not in copy
    with pikepdf.open(BytesIO(copy)) as pdf:
        assert "/AcroForm" not in pdf.Root and "/OpenAction" not in pdf.Root
        assert not any("/Annots" in page or "/AA" in page for page in pdf.pages)
        with pdf.open_metadata() as xmp:
            assert xmp.get("pdfaid:part") is None and xmp.get("pdfuaid:part") is None
    with pypdfium2.PdfDocument(copy) as pdf:
        picture = pdf[1].render(scale=1).to_pil()
        assert picture.getpixel((120, picture.height - 120)) == (255, 0, 0)


def test_a_page_of_another_size_or_turned_is_marked_too(stamp: IncomingStamp, original: bytes) -> None:
    made = BytesIO()
    with pikepdf.open(BytesIO(original)) as pdf:
        pdf.pages[0].MediaBox = [0, 0, 300, 300]
        pdf.pages[1].Rotate = 90
        pdf.save(made)
    with pypdfium2.PdfDocument(render_stamped_copy(stamp, made)) as pdf:
        assert all("Stamped copy" in pdf[number].get_textpage().get_text_range() for number in (1, 2))


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"%PDF-1.7\ntrailer<<>>"])
def test_what_is_no_pdf_is_refused(stamp: IncomingStamp, data: bytes) -> None:
    with pytest.raises(CopyImpossible):
        render_stamped_copy(stamp, BytesIO(data))


def test_an_encrypted_or_endless_original_is_refused(
    stamp: IncomingStamp, original: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = BytesIO()
    with pikepdf.open(BytesIO(original)) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user=""))
    with pytest.raises(CopyImpossible):
        render_stamped_copy(stamp, locked)
    monkeypatch.setattr(copies, "MOST_PAGES", 1)
    with pytest.raises(CopyImpossible):
        render_stamped_copy(stamp, BytesIO(original))
    monkeypatch.setattr(copies, "LARGEST_ORIGINAL", 100)
    with pytest.raises(CopyImpossible):
        render_stamped_copy(stamp, BytesIO(original))
