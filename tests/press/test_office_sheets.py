# SPDX-License-Identifier: EUPL-1.2
"""Register extract, minute sheet, stamp of receipt; and dates as they stand on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pikepdf
import pytest

from mukatabat.kernel.calendar import hijri
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Realm, RegisterKind, Secrecy, Urgency
from mukatabat.press.actions import (
    render_incoming_sheet,
    render_incoming_stamp,
    render_minute_sheet,
    render_register_extract,
)
from mukatabat.press.dates import gregorian_text, hijri_text, moment_text
from mukatabat.press.digits import Digits
from mukatabat.press.layout import shortened
from mukatabat.press.rules import (
    IncomingStamp,
    Letterhead,
    Look,
    Minute,
    MinuteSheet,
    RegisterExtract,
    RegisterRow,
    Standing,
)
from tests.press.structure import page_texts

ENGLISH = Look(language="en", digits=Digits.LATN)
AT = datetime(2026, 9, 21, 6, 31, tzinfo=UTC)
DAY = date(2026, 9, 21)


@pytest.fixture
def extract(letterhead: Letterhead) -> RegisterExtract:
    """A day with an entered, a void, a sealed, an issuing and a reserved number."""
    rows = (
        RegisterRow(serial=11, at=AT, counterpart="Ministry of Finance", subject="Plain subject", digest="ab" * 32),
        RegisterRow(serial=12, at=AT, subject="Void subject", standing=Standing.VOID, void_reason="Signer refused"),
        RegisterRow(
            serial=13, at=AT, subject="Hidden subject", secrecy=Secrecy.SECRET, their_reference="MOF-O-2026-01843"
        ),
        RegisterRow(serial=14, at=AT, subject="Issuing subject", standing=Standing.ISSUING),
        RegisterRow(serial=15, at=AT, standing=Standing.RESERVED),
    )
    return RegisterExtract(
        letterhead=letterhead,
        register=RegisterKind.OUTGOING,
        day=DAY,
        hijri=hijri(DAY),
        rows=rows,
        drawn_at=AT,
        source=b'{"rows": []}',
        look=ENGLISH,
    )


@pytest.fixture
def minutes(letterhead: Letterhead) -> MinuteSheet:
    """A referral to a head, on to an adviser, with his note."""
    note = Minute(at=AT + timedelta(hours=3), author="Ahmad", author_post="Adviser", text="Draft ready.\nFor approval.")
    onward = Minute(at=AT, author="Noura", author_post="Head", addressee="Ahmad", responsible=True, replies=(note,))
    first = Minute(
        at=AT, author="Salem", author_post="Registry", addressee="Head", instruction="To see", replies=(onward,)
    )
    return MinuteSheet(
        letterhead=letterhead,
        reference=Reference.parse("FL-I-2026-00931"),
        subject="Extension of a contract",
        counterpart="Ministry of Finance",
        minutes=(first,),
        drawn_at=AT,
        drawn_by="Salem",
        look=ENGLISH,
    )


@pytest.fixture
def stamp(letterhead: Letterhead) -> IncomingStamp:
    """A letter with three attachments, registered in the morning."""
    return IncomingStamp(
        letterhead=letterhead,
        reference=Reference.parse("FL-I-2026-00931"),
        registered_at=AT,
        hijri=hijri(DAY),
        attachments_count=3,
        sender="Ministry of Finance",
        subject="Extension of a contract",
        their_reference="MOF-O-2026-01843",
        their_date=date(2026, 9, 17),
        urgency=Urgency.URGENT,
        look=ENGLISH,
    )


def test_a_void_number_stays_visible_with_its_reason(extract: RegisterExtract) -> None:
    (text,) = page_texts(render_register_extract(extract))
    assert "12" in text and "Void subject" in text and "Void, Reason: Signer refused" in text


def test_a_sealed_row_shows_number_and_seal_and_nothing_of_what_it_is_about(extract: RegisterExtract) -> None:
    (text,) = page_texts(render_register_extract(extract))
    assert "13" in text and "Sealed (Secret)" in text
    assert "Hidden subject" not in text and "MOF-O-2026-01843" not in text


def test_the_totals_count_every_standing(extract: RegisterExtract) -> None:
    (text,) = page_texts(render_register_extract(extract))
    for total in ("Numbers: 11 to 15", "Entered: 2", "Void: 1", "Being issued: 1", "Reserved: 1", "Of these sealed: 1"):
        assert total in text


def test_the_whole_digest_of_a_document_is_printed(extract: RegisterExtract) -> None:
    (text,) = page_texts(render_register_extract(extract))
    assert "ab" * 32 in text.replace(" ", "")


def test_a_long_day_repeats_its_head_and_embeds_its_source(extract: RegisterExtract) -> None:
    rows = tuple(RegisterRow(serial=n, at=AT, subject=f"Subject {n}") for n in range(1, 101))
    document = render_register_extract(replace(extract, rows=rows))
    texts = page_texts(document)
    assert len(texts) > 3 and all("Document hash" in text for text in texts)
    with pikepdf.open(BytesIO(document)) as pdf:
        assert pdf.attachments["source.json"].get_file().read_bytes() == extract.source
        assert float(pdf.pages[0].mediabox[2]) > float(pdf.pages[0].mediabox[3])


def test_every_page_counts_its_own_numbers_and_together_they_are_the_day(extract: RegisterExtract) -> None:
    rows = tuple(RegisterRow(serial=n, at=AT, subject=f"Subject {n}") for n in range(1, 101))
    texts = page_texts(render_register_extract(replace(extract, rows=rows)))
    found = [re.search(r"Entries on this page: (\d+) \((\d+) to (\d+)\)", text) for text in texts]
    spans = [tuple(int(part) for part in one.groups()) for one in found if one]
    assert len(spans) == len(texts)
    assert sum(count for count, _, _ in spans) == 100
    assert [first for _, first, _ in spans] == [1, *(last + 1 for _, _, last in spans[:-1])]


def test_an_empty_day_is_printed_too(extract: RegisterExtract) -> None:
    (text,) = page_texts(render_register_extract(replace(extract, rows=())))
    assert "No entries on this day" in text


def test_a_minute_sheet_shows_the_whole_tree_in_order(minutes: MinuteSheet) -> None:
    (text,) = page_texts(render_minute_sheet(minutes))
    places = [
        text.index(word) for word in ("Salem", "To see", "Noura", "Ahmad, Adviser", "Draft ready.", "For approval.")
    ]
    assert places == sorted(places)
    assert "21 September 2026, 12:31" in text


def test_a_long_or_deep_minute_sheet_goes_on_over_pages(minutes: MinuteSheet) -> None:
    minute = Minute(at=AT, author="A", author_post="B", text="Words. " * 900)
    for _ in range(12):
        minute = Minute(at=AT, author="A", author_post="B", addressee="C", text="Words. " * 40, replies=(minute,))
    assert len(page_texts(render_minute_sheet(replace(minutes, minutes=(minute,), secrecy=Secrecy.SECRET)))) >= 3
    assert "no minutes" in page_texts(render_minute_sheet(replace(minutes, minutes=())))[0]


def test_the_stamp_carries_number_dates_and_attachments(stamp: IncomingStamp) -> None:
    for document in (render_incoming_stamp(stamp), render_incoming_sheet(stamp)):
        (text,) = page_texts(document)
        for words in ("FL-I-2026-00931", "21 September 2026", "Rabi", "1448 AH", "Attachments: 3", "Time: 09:31"):
            assert words in text
    assert "MOF-O-2026-01843" in text and "17 September 2026" in text and "Urgent" in text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_sheet_is_archival_and_prints_twice_alike_in_both_languages_and_realms(
    extract: RegisterExtract, minutes: MinuteSheet, stamp: IncomingStamp, language: str
) -> None:
    look = Look(language=language, realm=Realm.TRAINING)
    prints: list[Callable[[], bytes]] = [
        lambda: render_register_extract(replace(extract, look=look)),
        lambda: render_minute_sheet(replace(minutes, look=look)),
        lambda: render_incoming_stamp(replace(stamp, look=look)),
        lambda: render_incoming_sheet(replace(stamp, look=look, secrecy=Secrecy.CONFIDENTIAL)),
    ]
    for one in prints:
        document = one()
        assert document == one()
        with pikepdf.open(BytesIO(document)) as pdf, pdf.open_metadata() as xmp:
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"], str(pdf.Root.Lang)) == ("3", "A", language)


def test_what_an_arabic_sheet_says_is_read_out_of_it_letter_by_letter(
    extract: RegisterExtract, minutes: MinuteSheet, stamp: IncomingStamp
) -> None:
    said = "طلب الرأي في مباني الوزارة والتشريع الإيجار بلا تمديد"
    rows = (RegisterRow(serial=1, at=AT, counterpart="الجهاز المركزي", subject=said, their_date=date(2026, 11, 3)),)
    arabic = replace(ENGLISH, language="ar", digits=Digits.ARAB)
    sheets = (
        render_register_extract(replace(extract, rows=rows, look=arabic)),
        render_minute_sheet(replace(minutes, subject=said, look=arabic)),
        render_incoming_sheet(replace(stamp, subject=said, their_date=date(2026, 11, 3), look=arabic)),
    )
    for document in sheets:
        text = " ".join(page_texts(document))
        assert set(said.split()) <= set(text.split()), text
    for document, month in zip(sheets, ("نوفمبر", "سبتمبر", "نوفمبر"), strict=True):
        assert month in " ".join(page_texts(document))


def test_dates_are_words_and_never_end_in_a_bare_arabic_number() -> None:
    assert gregorian_text(DAY, "ar", Digits.ARAB) == "٢١ سبتمبر ٢٠٢٦ م"
    assert gregorian_text(DAY, "en", Digits.LATN) == "21 September 2026"
    assert hijri_text(hijri(DAY), "ar", Digits.ARAB) == "١٠ ربيع الآخر ١٤٤٨ هـ"
    assert hijri_text(hijri(DAY), "en", Digits.LATN) == "10 Rabi al-Thani 1448 AH"


def test_a_moment_is_told_in_kuwait_time_and_on_its_day_there() -> None:
    assert moment_text(AT, "ar", Digits.ARAB) == "٢١ سبتمبر ٢٠٢٦، ٠٩:٣١"
    late = datetime(2026, 9, 21, 22, 5, tzinfo=UTC)
    assert moment_text(late, "en", Digits.LATN) == "22 September 2026, 01:05"


def test_a_long_subject_is_cut_at_a_word() -> None:
    assert shortened("كلمة " * 40) == "كلمة " * 16 + "…"
    assert shortened("قصير") == "قصير"
    assert len(shortened("x" * 200)) <= 82
