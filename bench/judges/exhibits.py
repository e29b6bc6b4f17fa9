# SPDX-License-Identifier: EUPL-1.2
"""What the judges look at: every sheet that the product prints, in both languages, signed where we sign; and a log."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import rmtree

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from logs import write_log

from mukatabat.kernel import clock
from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Realm, RegisterKind, Secrecy, Urgency
from mukatabat.press import actions as press
from mukatabat.press.content import validate
from mukatabat.press.digits import Digits
from mukatabat.press.rules import (
    DrawnSignature,
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
    Standing,
    Verification,
)
from mukatabat.signing import pades
from mukatabat.signing.development.announcement import InsecureDevelopmentWarning
from mukatabat.signing.development.authority import CertificateSubject, DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat.signing.rules import SignatureField, Statement

DAY = date(2026, 9, 21)
AT = datetime(2026, 9, 21, 9, 31, tzinfo=UTC)
ENGLISH = Look(language="en", digits=Digits.LATN)
HEAD = Letterhead(
    arabic=("دولة الكويت", "مجلس الوزراء", "إدارة الفتوى والتشريع"),
    english=("State of Kuwait", "Council of Ministers", "Department of Fatwa and Legislation"),
)
DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 140 48"><path fill="none" stroke="#173A73" '
    b'stroke-width="1.6" d="M8 34c14-22 22-28 25-20 3 9-12 24-5 23 9-1 17-27 25-28M18 42c32-4 66-6 104-3"/></svg>'
)
Part = dict[str, object]


def text(words: str, *marks: str) -> Part:
    """A run of a text."""
    run: Part = {"type": "text", "text": words}
    return run | {"marks": [{"type": mark} for mark in marks]} if marks else run


def paragraph(*runs: Part) -> Part:
    """A paragraph of a text."""
    return {"type": "paragraph", "content": list(runs)}


def points(kind: str, *items: str, style: str = "") -> Part:
    """A list of a text."""
    made: Part = {
        "type": kind, "content": [{"type": "list_item", "content": [paragraph(text(item))]} for item in items],
    }  # fmt: skip
    return made | {"attrs": {"style": style}} if style else made


def table(*rows: tuple[str, ...]) -> Part:
    """A table of a text, its first row the head."""
    kinds = ["table_header"] + ["table_cell"] * (len(rows) - 1)
    return {
        "type": "table",
        "content": [
            {
                "type": "table_row",
                "content": [{"type": kind, "content": [paragraph(*([text(cell)] if cell else []))]} for cell in row],
            }
            for kind, row in zip(kinds, rows, strict=True)
        ],
    }


OPENING = paragraph(
    text("بالإشارة إلى كتابكم رقم "), {"type": "reference", "attrs": {"value": "MOF-O-2026-01843"}},
    text(" المؤرخ ١٧ سبتمبر ٢٠٢٦ بشأن عقد صيانة "), text("Building No. 12", "bold"), text("، "),
    text("نفيدكم بما يأتي:", "underline"),
)  # fmt: skip
LONG = "وذلك في ضوء ما عُرض من أوراق، مع التوصية بالبدء في إجراءات الطرح الجديد في أقرب وقت تفاديًا لتكرار التمديد. " * 6
EVERYTHING = (
    OPENING,
    points("ordered_list", "جواز تمديد العقد.", "لزوم العرض على الجهاز.", "توافر الاعتماد المالي.", style="awwalan"),
    points("bullet_list", "صورة العقد.", "ملحق العقد."),
    table(("البند", "المبلغ", "الملاحظة"), ("الصيانة", "١٢٬٥٠٠ د.ك", "سنوي"), ("الأجهزة", "٣٬٢٠٠ د.ك", "")),
    paragraph(text(LONG)),
)


def letter(*blocks: Part, **changes: object) -> LetterSheet:
    """A letter with everything that may stand on one."""
    content = validate({"type": "doc", "content": list(blocks or EVERYTHING)})
    sheet = LetterSheet(
        letterhead=HEAD, reference=Reference.parse("FL-O-2026-04127"), date=DAY, hijri=hijri(DAY),
        addressee="السيد الفاضل/ وكيل وزارة المالية", honorific_end="المحترم", greeting="تحية طيبة وبعد،،،",
        subject="مدى جواز تمديد عقد صيانة مباني الوزارة رقم (٣١/٢٠٢٤)", content=content,
        closing="وتفضلوا بقبول فائق الاحترام والتقدير،،،", signer_post="نائب رئيس إدارة الفتوى والتشريع",
        signer_name="د. خالد محمد المطوع", copies=("الجهاز المركزي للمناقصات العامة", "ديوان المحاسبة"),
        attachments_count=2, source='{"subject":"كتاب"}'.encode(),
        verification=Verification(
            code="7KQ4-M2XD-9FPC", page="verify.example", address="https://verify.example/v/7KQ4-M2XD-9FPC"
        ),
    )  # fmt: skip
    return replace(sheet, **changes)  # type: ignore[arg-type]


def letters() -> dict[str, LetterSheet]:
    """The letters by name."""
    long = [OPENING, *EVERYTHING[1:], *[paragraph(text(LONG))] * 9, *EVERYTHING[1:], *[paragraph(text(LONG))] * 6]
    rows = (("م", "البيان", "القيمة"), *((f"{number}", "بند من بنود العقد", "١٠٠") for number in range(1, 60)))
    return {
        "letter": letter(),
        **{f"letter-{secrecy.name.lower()}": letter(secrecy=secrecy) for secrecy in Secrecy if secrecy.is_sealed},
        "letter-five-pages": letter(*long),
        "letter-long-table": letter(OPENING, table(*rows), paragraph(text(LONG))),
        "letter-english": letter(look=ENGLISH, urgency=Urgency.URGENT),
        "letter-training": letter(look=Look(realm=Realm.TRAINING), secrecy=Secrecy.SECRET),
        "letter-without-code": letter(verification=None, copies=()),
        "memo": letter(kind=LetterKind.MEMO, reference=Reference.parse("FL-M-2026-00012")),
        "circular": letter(
            kind=LetterKind.CIRCULAR, reference=Reference.parse("FL-C-2026-00003"),
            also_to=tuple((f"السيد/ مدير إدارة {number}", "المحترم") for number in range(9)),
        ),
    }  # fmt: skip


def office_sheets(look: Look) -> Iterator[tuple[str, bytes]]:
    """Register extract, minute sheet, stamp of receipt as sheet and label."""
    kinds = (Standing.ENTERED, Standing.VOID, Standing.ISSUING, Standing.RESERVED)
    rows = tuple(
        RegisterRow(
            serial=number, at=AT, counterpart="وزارة المالية", subject="تمديد عقد صيانة", digest="ab" * 32,
            their_reference="MOF-O-2026-01843", their_date=DAY, standing=kinds[number % 4],
            void_reason="رفض الموقّع" if number % 4 == 1 else "", secrecy=list(Secrecy)[number % len(Secrecy)],
        )
        for number in range(1, 61)
    )  # fmt: skip
    yield "register", press.render_register_extract(
        RegisterExtract(
            letterhead=HEAD, register=RegisterKind.INCOMING, day=DAY, hijri=hijri(DAY), rows=rows, drawn_at=AT,
            source=b'{"entries":[]}', look=look,
        )
    )  # fmt: skip
    reply = Minute(at=AT + timedelta(hours=2), author="أحمد", author_post="مستشار", text="أُعد الرد.\nللاعتماد.")
    first = Minute(
        at=AT, author="سالم", author_post="أمين السجل", addressee="رئيس الإدارة", instruction="للاطلاع",
        responsible=True, replies=(reply,) * 12, state="أُنجزت",
    )  # fmt: skip
    yield "minutes", press.render_minute_sheet(
        MinuteSheet(
            letterhead=HEAD, reference=Reference.parse("FL-I-2026-00931"), subject="تمديد عقد صيانة",
            counterpart="وزارة المالية", minutes=(first,) * 2, drawn_at=AT, drawn_by="سالم", holder="رئيس الإدارة",
            their_reference="MOF-O-2026-01843", secrecy=Secrecy.SECRET, look=look,
        )
    )  # fmt: skip
    stamp = IncomingStamp(
        letterhead=HEAD, reference=Reference.parse("FL-I-2026-00931"), registered_at=AT, hijri=hijri(DAY),
        attachments_count=3, sender="وزارة المالية", subject="تمديد عقد صيانة", their_reference="MOF-O-2026-01843",
        their_date=DAY, urgency=Urgency.URGENT, secrecy=Secrecy.CONFIDENTIAL, look=look,
    )  # fmt: skip
    yield "stamp", press.render_incoming_stamp(stamp)
    yield "incoming-sheet", press.render_incoming_sheet(stamp)


class Signer:
    """Signs as the development authority's person does, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        """Make an authority and a person."""
        warnings.simplefilter("ignore", InsecureDevelopmentWarning)
        self.authority = DevelopmentAuthority(folder)
        self.person = new_id()
        self.subject = CertificateSubject(
            common_name="د. خالد محمد المطوع", staff_number="1001", body="إدارة الفتوى والتشريع"
        )
        self.provider = SoftwareProvider(self.authority, subject_of=lambda _person: self.subject)

    def signed(self, sheet: LetterSheet, drawn: DrawnSignature | None) -> bytes:
        """The letter with its mark, signature and time-stamp."""
        printed = press.print_letter(replace(sheet, drawn_signature=drawn is not None))
        box = printed.signature_box
        mark = SignatureMark(box=box, signer_name=sheet.signer_name, signed_at=AT, drawn=drawn, look=sheet.look)
        corners = (round(box.x1), round(box.y1), round(box.x2), round(box.y2))
        field = SignatureField(page=box.page - 1, box=corners, mark_pdf=press.render_signature_mark(mark))
        prepared = pades.prepare(
            printed.document, field=field, signer=self.provider.certificate(self.person),
            statement=Statement(signed_at=AT, reason=sheet.signer_post, location="الكويت"),
        )  # fmt: skip
        signature = self.authority.person(self.person, self.subject).sign(prepared.signed_attributes)
        stamps = LocalTimeStampAuthority(self.authority)
        return pades.complete(prepared, signature, timestamp=stamps).document


def main() -> None:
    """Write the exhibits into a folder, roots.pem, which the signatures lead to, and a transparency log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    settings.configure(USE_I18N=False)
    folder.mkdir(parents=True, exist_ok=True)
    with clock.fixed(AT):
        signer = Signer(folder / "authority")
        for name, sheet in letters().items():
            (folder / f"{name}.pdf").write_bytes(press.render_letter(sheet))
            drawn = DrawnSignature(data=DRAWING) if name != "memo" else None
            (folder / f"{name}.signed.pdf").write_bytes(signer.signed(sheet, drawn))
        for look in (Look(), ENGLISH):
            for name, document in office_sheets(look):
                (folder / f"{name}-{look.language}.pdf").write_bytes(document)
    rmtree(folder / "ledger", ignore_errors=True)
    (folder / "ledger").mkdir()
    write_log(folder / "ledger")
    root = x509.load_der_x509_certificate(signer.authority.root)
    (folder / "roots.pem").write_bytes(root.public_bytes(Encoding.PEM))


if __name__ == "__main__":
    main()
