# SPDX-License-Identifier: EUPL-1.2
"""The printed letter, read back as a file and as a picture."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.kernel.arabic import bidi_controls
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import Realm, Secrecy, Urgency
from mukatabat.press import typesetter
from mukatabat.press.actions import print_letter, render_letter
from mukatabat.press.content import from_plain_text, validate
from mukatabat.press.coverage import unprintable
from mukatabat.press.digits import Digits
from mukatabat.press.errors import InvalidSource, PrintingFailed, UnprintableText
from mukatabat.press.rules import LetterKind, LetterSheet, Look
from tests.press.structure import page_texts

ENGLISH = Look(language="en", digits=Digits.LATN)
LINE = "A sentence of the letter that says something and is followed by others of its kind."


def drawn_text(document: bytes) -> str:
    """Characters of the first page in the order in which they are drawn: Latin and digits run as they are read.

    Readers that guess lines (pdfium among them) turn Latin tokens of an Arabic line round; the file itself does not.
    """
    with pikepdf.open(BytesIO(document)) as pdf:
        fonts = {name: _unicode(font) for name, font in pdf.pages[0].Resources.Font.items()}
        shown, current = [], {}
        for operands, operator in pikepdf.parse_content_stream(pdf.pages[0]):
            if str(operator) == "Tf":
                current = fonts[str(operands[0])]
            elif str(operator) in ("Tj", "TJ"):
                parts = operands[0] if str(operator) == "TJ" else operands
                codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
                shown += [current.get(codes[at : at + 2].hex(), "") for at in range(0, len(codes), 2)]
    return "".join(shown)


def _unicode(font: Any) -> dict[str, str]:
    """Read the ToUnicode map of a font, code in hex to text (ISO 32000-2 §9.10.3)."""
    table = font.ToUnicode.read_bytes().decode("latin-1").lower()
    found = {code: bytes.fromhex(text).decode("utf-16-be") for code, text in re.findall(r"<(\w{4})> <(\w+)>\n", table)}
    for first, last, text in re.findall(r"<(\w{4})> <(\w{4})> <(\w+)>", table):
        start = int.from_bytes(bytes.fromhex(text))
        found |= {f"{int(first, 16) + n:04x}": chr(start + n) for n in range(int(last, 16) - int(first, 16) + 1)}
    return found


def font_names(pdf: pikepdf.Pdf) -> set[str]:
    fonts = [
        obj for obj in pdf.objects if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
    ]
    for font in fonts:
        assert any(key in font for key in ("/FontFile2", "/FontFile3")), "every font lies inside the file"
    return {str(font["/FontName"]).removeprefix("/").partition("+")[2] for font in fonts}


def test_the_source_lies_inside_as_an_associated_file(letter: LetterSheet) -> None:
    with pikepdf.open(BytesIO(render_letter(letter))) as pdf:
        assert pdf.attachments["source.json"].get_file().read_bytes() == letter.source
        (specification,) = pdf.Root.AF
        assert specification.AFRelationship == "/Source"
        assert str(specification.UF) == "source.json"


def test_only_the_fonts_of_the_press_are_used_and_all_lie_inside(letter: LetterSheet) -> None:
    assert set(typesetter._fonts().families()) == {"Amiri", "IBM Plex Sans Arabic", "IBM Plex Sans Arabic SmBld"}
    with pikepdf.open(BytesIO(render_letter(letter))) as pdf:
        names = font_names(pdf)
    assert names == {"Amiri-Regular", "Amiri-Bold", "IBMPlexSansArabic", "IBMPlexSansArabic-SmBld"}


def test_equal_letters_give_equal_bytes_in_every_thread(letter: LetterSheet) -> None:
    documents = [render_letter(letter)]
    render_letter(replace(letter, subject="غير ذلك"))
    documents.append(render_letter(letter))
    threads = [threading.Thread(target=lambda: documents.append(render_letter(letter))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({hashlib.sha256(document).digest() for document in documents}) == 1
    assert len(documents) == 4


def test_the_date_inside_the_file_is_the_letters_own(letter: LetterSheet) -> None:
    with pikepdf.open(BytesIO(render_letter(letter))) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260921")


def test_numbers_and_references_read_back_in_their_order(letter: LetterSheet) -> None:
    document = render_letter(letter)
    drawn = drawn_text(document)
    assert drawn.count("FL-O-2026-04127") == 2
    for token in ("MOF-O-2026-01843", "7KQ4-M2XD-9FPA", "verify.example", "٢٠٢٦", "١٤٤٨", "٣١/٢٠٢٤", "٢١", "١٠"):
        assert token in drawn
    (text,) = page_texts(document)
    for token in ("٢١ سبتمبر ٢٠٢٦ م", "١٠ ربيع الآخر ١٤٤٨", "٣١/٢٠٢٤", "صفحة ١ من ١"):
        assert token in text


def test_latin_digits_are_printed_when_the_letterhead_says_so(letter: LetterSheet) -> None:
    (text,) = page_texts(render_letter(replace(letter, look=Look(digits=Digits.LATN))))
    assert "2026" in text and "1448" in text and "١٤٤٨" not in text


def test_no_attachments_is_a_word_because_a_lone_zero_is_a_dot(letter: LetterSheet) -> None:
    (text,) = page_texts(render_letter(replace(letter, attachments_count=0, look=ENGLISH)))
    assert "Attachments: none" in text


def test_continuation_pages_repeat_reference_and_page_count(letter: LetterSheet) -> None:
    long = replace(letter, subject="A contract", content=from_plain_text("\n\n".join([LINE * 3] * 24)), look=ENGLISH)
    printed = print_letter(long)
    assert printed.pages == 4
    for number, text in enumerate(page_texts(printed.document), start=1):
        assert f"Page {number} of 4" in text
        assert text.count("FL-O-2026-04127") == 2
        assert ("State of Kuwait" in text) is (number == 1)


@pytest.mark.parametrize("secrecy", [Secrecy.NORMAL, Secrecy.TOP_SECRET])
def test_no_signature_stands_alone_on_its_page(letter: LetterSheet, secrecy: Secrecy) -> None:
    for lines in range(8, 26):
        body = "\n\n".join(["Filler."] * lines + ["Ultima prima.", "Ultima secunda."])
        sheet = replace(letter, content=from_plain_text(body), look=ENGLISH, secrecy=secrecy)
        printed = print_letter(sheet)
        last = page_texts(printed.document)[printed.signature_box.page - 1]
        assert "Ultima prima." in last and "Ultima secunda." in last


@pytest.mark.parametrize(
    "ending",
    [
        "Alpha. " + "Words of a long paragraph go on and on. " * 25 + "Ultima.",
        "First: Alpha.\n" + "\n".join(f"{name}: Point." for name in ("Second", "Third", "Fourth")) + "\nFifth: Ultima.",
        "First: " + "Words of a long point go on and on. " * 12 + "Ultima.",
    ],
    ids=["long paragraph", "list of short points", "one long point"],
)
def test_the_end_of_a_long_text_travels_with_the_signature_and_no_word_is_lost(
    letter: LetterSheet, ending: str
) -> None:
    for lines in range(20):
        content = from_plain_text("\n\n".join(["Filler."] * lines + [ending]))
        printed = print_letter(replace(letter, content=content, look=ENGLISH))
        pages = page_texts(printed.document)
        assert "Ultima." in pages[printed.signature_box.page - 1]
        shown = " ".join(pages)
        assert all(shown.count(word) == ending.count(word) for word in ("Words", "Point.", "Alpha.", "Ultima."))


@pytest.mark.parametrize("secrecy", [Secrecy.NORMAL, Secrecy.SECRET])
def test_lists_may_cross_pages_anywhere(letter: LetterSheet, secrecy: Secrecy) -> None:
    points = "أولًا: " + "كلام طويل " * 30 + "\nثانيًا: " + "كلام آخر " * 30 + "\n1- أ\n2- ب"
    for lines in range(0, 24, 2):
        sheet = replace(letter, content=from_plain_text("\n\n".join(["سطر"] * lines + [points] * 3)), secrecy=secrecy)
        assert print_letter(sheet).pages >= 2


def test_text_that_looks_like_markup_is_printed_as_it_was_typed(letter: LetterSheet) -> None:
    hostile = '#panic() *x* $y$ _z_ "q" `r` <l> @m \\n [b] {c} //d'
    sheet = replace(
        letter,
        subject=f"A {hostile}",
        addressee=f"B {hostile}",
        signer_post=f"C {hostile}",
        copies=(f"D {hostile}",),
        content=from_plain_text(f"E {hostile}\n\n- F {hostile}"),
        look=ENGLISH,
    )
    (text,) = page_texts(render_letter(sheet))
    for place in "ABCDEF":
        assert f"{place} {hostile}" in text


def test_an_emoji_is_refused_before_anything_is_printed_and_named(letter: LetterSheet) -> None:
    with pytest.raises(UnprintableText) as caught:
        render_letter(replace(letter, content=from_plain_text("تم 😀 日")))
    assert caught.value.params["characters"] == "😀، 日"


def test_everything_called_printable_prints(letter: LetterSheet) -> None:
    blocks = (range(0x20, 0x7F), range(0xA0, 0x180), range(0x600, 0x700), range(0x2010, 0x2028), range(0x2030, 0x2040))
    candidates = [chr(code) for block in blocks for code in block]
    shown = "".join(c for c in candidates if not unprintable(c) and not bidi_controls(c))
    lines = [shown[index : index + 40].strip() for index in range(0, len(shown), 40)]
    content = {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": t}]} for t in lines],
    }
    try:
        assert render_letter(replace(letter, content=validate(content)))
    except PrintingFailed as error:
        pytest.fail(str(error.params["detail"]))


def test_a_source_that_is_not_json_is_refused(letter: LetterSheet) -> None:
    for source in (b"", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(InvalidSource):
            render_letter(replace(letter, source=source))


def test_an_endless_word_does_not_leave_the_paper(letter: LetterSheet) -> None:
    endless = "x" * 400
    sheet = replace(letter, subject=endless, addressee=endless, content=from_plain_text(endless), look=ENGLISH)
    with pypdfium2.PdfDocument(render_letter(sheet)) as pdf:
        for page in pdf:
            text = page.get_textpage()
            boxes = [text.get_rect(index) for index in range(text.count_rects())]
            assert min(box[0] for box in boxes) > 50 and max(box[2] for box in boxes) < page.get_width() - 50


def test_a_long_subject_and_every_mark_at_once_still_fit(letter: LetterSheet) -> None:
    sheet = replace(
        letter,
        reference=Reference.parse("TRN-MOCIGENERAL-C-2026-9999999"),
        subject="عقد صيانة المباني " * 30,
        kind=LetterKind.CIRCULAR,
        secrecy=Secrecy.TOP_SECRET,
        urgency=Urgency.VERY_URGENT,
        copies=tuple(f"جهة {number}" for number in range(90)),
        look=Look(realm=Realm.TRAINING),
    )
    assert print_letter(sheet).pages == 4


def test_training_and_secrecy_are_seen_on_every_page(letter: LetterSheet) -> None:
    long = replace(letter, content=from_plain_text("\n\n".join([LINE * 3] * 14)), look=ENGLISH)
    marked = replace(long, secrecy=Secrecy.SECRET, look=replace(ENGLISH, realm=Realm.TRAINING))
    assert all("TRAINING" not in text and "Secret" not in text for text in page_texts(render_letter(long)))
    for text in page_texts(render_letter(marked)):
        assert "TRAINING" in text and text.count("Secret") >= 2


def test_both_languages_have_the_same_words() -> None:
    words = json.loads((typesetter.TEMPLATES / "words.json").read_text())
    assert words["ar"].keys() == words["en"].keys()
    assert words["ar"]["registers"].keys() == words["en"]["registers"].keys()


RUN = st.sampled_from(
    [
        {"type": "text", "text": "كلمة ثم أخرى "},
        {"type": "text", "text": "word ", "marks": [{"type": "bold"}, {"type": "underline"}]},
        {"type": "reference", "attrs": {"value": "FL-O-2026-04127"}},
        {"type": "hard_break"},
    ]
)
PARAGRAPH = st.lists(RUN, max_size=5).map(lambda runs: {"type": "paragraph", "content": runs * len(runs)})


def list_of(block: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    item = st.tuples(PARAGRAPH, block).map(lambda blocks: {"type": "list_item", "content": list(blocks)})
    items = st.lists(item, min_size=1, max_size=3)
    counted = {"type": "ordered_list", "attrs": {"style": "awwalan"}}
    return st.sampled_from([counted, {"type": "bullet_list"}]).flatmap(
        lambda kind: items.map(lambda i: kind | {"content": i})
    )


def table_of(cells: list[dict[str, Any]]) -> dict[str, Any]:
    row = {"type": "table_row", "content": [{"type": "table_cell", "content": [cell]} for cell in cells]}
    head = {"type": "table_row", "content": [{"type": "table_header", "content": [cell]} for cell in cells]}
    return {"type": "table", "content": [head, row, row]}


BLOCK = PARAGRAPH | list_of(PARAGRAPH | list_of(PARAGRAPH)) | st.lists(PARAGRAPH, min_size=1, max_size=3).map(table_of)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(blocks=st.lists(BLOCK, max_size=3), secrecy=st.sampled_from(Secrecy), look=st.sampled_from([Look(), ENGLISH]))
def test_every_text_that_the_schema_accepts_can_be_printed(
    letter: LetterSheet, blocks: list[dict[str, Any]], secrecy: Secrecy, look: Look
) -> None:
    content = validate({"type": "doc", "content": blocks})
    printed = print_letter(replace(letter, content=content, secrecy=secrecy, look=look))
    assert 1 <= printed.signature_box.page <= printed.pages
