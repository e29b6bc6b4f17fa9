# SPDX-License-Identifier: EUPL-1.2
"""Every sheet is PDF/A-3a and PDF/UA-1 in one file, printed and signed; and the check notices when one is not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from mukatabat.kernel import clock
from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.press import actions
from mukatabat.press.content import validate
from mukatabat.press.digits import Digits
from mukatabat.press.rules import (
    IncomingStamp,
    Letterhead,
    LetterKind,
    LetterSheet,
    Look,
    Minute,
    MinuteSheet,
    RegisterExtract,
    RegisterRow,
    SignatureMark,
)
from mukatabat.signing import pades
from mukatabat.signing.development.announcement import InsecureDevelopmentWarning
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.rules import SignatureField, Statement
from tests.press.structure import elements, faults

AT = datetime(2026, 9, 21, 6, 31, tzinfo=UTC)
DAY = date(2026, 9, 21)
ENGLISH = Look(language="en", digits=Digits.LATN)
LOOKS = pytest.mark.parametrize("look", [Look(), ENGLISH], ids=["ar", "en"])


def paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": text}]}


def row(kind: str, *cells: str) -> dict[str, Any]:
    return {"type": "table_row", "content": [{"type": kind, "content": [paragraph(cell)]} for cell in cells]}


POINTS = {
    "type": "ordered_list",
    "attrs": {"style": "awwalan"},
    "content": [{"type": "list_item", "content": [paragraph(text)]} for text in ("جواز التمديد.", "لزوم العرض.")],
}
TABLE = {"type": "table", "content": [row("table_header", "البند", "المبلغ"), row("table_cell", "الصيانة", "١٢٬٥٠٠")]}
ONE_PAGE = [POINTS, TABLE]
FIVE_PAGES = [
    POINTS,
    TABLE,
    *[paragraph("فقرة من كتاب طويل يقال فيها شيء ثم يقال بعده غيره. " * 24)] * 7,
    POINTS,
    TABLE,
]


def written(letter: LetterSheet, blocks: list[Any], **changes: Any) -> LetterSheet:
    return replace(letter, content=validate({"type": "doc", "content": blocks}), **changes)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentAuthority:
    return _authority(tmp_path_factory.mktemp("authority"))


def _authority(folder: Path) -> DevelopmentAuthority:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentWarning)
        return DevelopmentAuthority(folder, now=lambda: AT)


def signed(sheet: LetterSheet, authority: DevelopmentAuthority) -> bytes:
    """The letter with mark and signature, as issue makes it."""
    subject = CertificateSubject(common_name=sheet.signer_name, staff_number="1", body="إدارة الفتوى والتشريع")
    with warnings.catch_warnings(), clock.fixed(AT):
        warnings.simplefilter("ignore", InsecureDevelopmentWarning)
        person, provider = new_id(), SoftwareProvider(authority, subject_of=lambda _person: subject)
        printed = actions.print_letter(sheet)
        box = printed.signature_box
        mark = SignatureMark(box=box, signer_name=sheet.signer_name, signed_at=AT, look=sheet.look)
        field = SignatureField(
            page=box.page - 1, box=(round(box.x1), round(box.y1), round(box.x2), round(box.y2)),
            mark_pdf=actions.render_signature_mark(mark),
        )  # fmt: skip
        prepared = pades.prepare(
            printed.document, field=field, signer=provider.certificate(person), statement=Statement(signed_at=AT)
        )
        signature = authority.person(person, subject).sign(prepared.signed_attributes)
        return pades.complete(prepared, signature, timestamp=None).document


@LOOKS
@pytest.mark.parametrize(
    ("blocks", "pages", "changes"),
    [
        (ONE_PAGE, 1, {}),
        (FIVE_PAGES, 5, {"secrecy": Secrecy.SECRET}),
        (ONE_PAGE, 1, {"kind": LetterKind.MEMO, "verification": None}),
        (ONE_PAGE, 1, {"kind": LetterKind.CIRCULAR, "also_to": (("السيد/ المدير", "المحترم"),)}),
        (ONE_PAGE, 5, {"kind": LetterKind.CIRCULAR, "distribution": ("وزير المالية — وزارة المالية",) * 285}),
    ],
    ids=["letter", "five pages", "memo", "circular", "circular to 285"],
)
def test_a_letter_is_archival_and_accessible_as_printed_and_as_signed(
    letter: LetterSheet, authority: DevelopmentAuthority, look: Look, blocks: list[Any], pages: int, changes: Any
) -> None:
    sheet = written(letter, blocks, look=look, **changes)
    printed = actions.print_letter(sheet)
    assert printed.pages == pages
    assert faults(printed.document, look.language) == []
    document = signed(sheet, authority)
    assert document.startswith(printed.document)
    assert faults(document, look.language) == []
    with pikepdf.open(BytesIO(document)) as pdf:
        kinds = [str(one.S) for one in elements(pdf)]
        assert {"/H1", "/P", "/L", "/LI", "/LBody", "/Table", "/TH", "/TD"} <= set(kinds)
        assert kinds.count("/Form") == 1
        assert pdf.attachments["source.json"].get_file().read_bytes() == sheet.source
        assert [str(one.AFRelationship) for one in pdf.Root.AF] == ["/Source"]


@LOOKS
def test_the_sheets_of_the_office_are_archival_and_accessible(letterhead: Letterhead, look: Look) -> None:
    number = Reference.parse("FL-I-2026-00931")
    rows = tuple(RegisterRow(serial=n, at=AT, counterpart="وزارة المالية", subject="موضوع") for n in range(1, 60))
    extract = RegisterExtract(
        letterhead=letterhead, register=RegisterKind.INCOMING, day=DAY, hijri=hijri(DAY), rows=rows, drawn_at=AT,
        source=b"{}", look=look,
    )  # fmt: skip
    minute = Minute(at=AT, author="سالم", author_post="", addressee="الرئيس", text="للاطلاع", responsible=True)
    minutes = MinuteSheet(
        letterhead=letterhead, reference=number, subject="موضوع", counterpart="وزارة المالية", minutes=(minute,) * 20,
        drawn_at=AT, drawn_by="سالم", secrecy=Secrecy.SECRET, look=look,
    )  # fmt: skip
    stamp = IncomingStamp(
        letterhead=letterhead, reference=number, registered_at=AT, hijri=hijri(DAY), attachments_count=3,
        sender="وزارة المالية", subject="موضوع", look=look,
    )  # fmt: skip
    prints: list[Callable[[], bytes]] = [
        lambda: actions.render_register_extract(extract), lambda: actions.render_minute_sheet(minutes),
        lambda: actions.render_incoming_stamp(stamp), lambda: actions.render_incoming_sheet(stamp),
    ]  # fmt: skip
    for one in prints:
        document = one()
        assert document == one()
        assert faults(document, look.language) == []


def test_the_check_notices_what_is_missing(letter: LetterSheet) -> None:
    def without(change: Callable[[pikepdf.Pdf], object]) -> list[str]:
        made = BytesIO()
        with pikepdf.open(BytesIO(actions.render_letter(letter))) as pdf:
            change(pdf)
            pdf.save(made)
        return faults(made.getvalue())

    def untagged(pdf: pikepdf.Pdf) -> None:
        note = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Annot, TU="x", Rect=[0, 0, 1, 1]))
        pdf.pages[0].Annots = pikepdf.Array([note])

    def unnamed(pdf: pikepdf.Pdf) -> None:
        for one in elements(pdf):
            if one.S == "/Figure":
                del one.Alt

    assert without(lambda _pdf: None) == []
    assert without(lambda pdf: pdf.Root.__delitem__("/MarkInfo")) == ["marked"]
    assert without(lambda pdf: pdf.Root.__delitem__("/OutputIntents")) == ["one output intent with its profile"]
    assert without(lambda pdf: pdf.Root.__setitem__("/Lang", pikepdf.String("en"))) == ["says its language"]
    assert without(unnamed) == ["figures are told in words"]
    assert {"fields belong to the structure", "fields lead back to their element"} <= set(without(untagged))
