# SPDX-License-Identifier: EUPL-1.2
"""Text out of pages: order by place, lam-alef mended, numbers as they stand, and how far a layer is believed."""

from __future__ import annotations

import mmap
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.arabic import words
from mukatabat.vault.pages.readers import PdfReader
from mukatabat.vault.text.foreign import Lines, renamed
from mukatabat.vault.text.layout import Glyph, Word, words_of
from mukatabat.vault.text.quality import Layer, assess
from mukatabat.vault.text.repair import is_turned, repaired
from tests.vault.making import typeset_pdf

if TYPE_CHECKING:
    from mukatabat.vault.pages.rules import PageText

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
TRAPS = sorted((DATA / "pdf-traps").glob("*.pdf"))
LAW = DATA / "misc" / "uae_law.pdf"
LEAST = {
    "cr_Amiri.pdf": 0.99, "cr_NotoNaskhArabic.pdf": 0.99, "lo_Amiri.pdf": 0.99, "lo_NotoNaskhArabic.pdf": 0.99,
    "ocr_ara.pdf": 0.90, "scan.pdf": 0.0, "wp_Amiri.pdf": 0.99, "wp_NotoNaskhArabic.pdf": 0.99,
}  # fmt: skip


SENTENCE = "بالإشارة إلى كتابكم رقم 412 لسنة 2014 بشأن الطعن في قرار الوزارة نفيدكم بأنه صدر حكم في الدعوى من المحكمة"


def read(data: bytes) -> list[PageText]:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        reader = PdfReader(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        return [reader.text(page) for page in range(len(reader.sizes()))]


def row(text: str, *, right: float = 500.0, backward: bool = True, width: float = 6.0) -> list[Glyph]:
    """A line in the given order of its characters, each beside the other; a space is a gap."""
    glyphs = []
    at = right
    for one in text:
        if one != " ":
            glyphs.append(Glyph(one, at - width, 100, at, 112, 12))
        at += -width if backward else width
    return glyphs


def shown(glyphs: list[Glyph]) -> str:
    return " ".join(word.text for word in words_of(glyphs))


# ── order ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_letters_follow_their_places_not_the_order_in_the_file() -> None:
    assert shown(row("دولة الكويت")) == "دولة الكويت"
    assert shown(row("دولة الكويت")[::-1]) == "دولة الكويت"


def test_a_number_in_an_arabic_line_reads_from_the_left_whatever_its_digits() -> None:
    for digits in ("2018", "٢٠١٨", "۲۰۱۸"):
        line = [*row("سنة", right=300.0), *row(digits, right=240.0, backward=False)]
        assert shown(line) == f"سنة {digits}"
        assert shown([*row("سنة", right=300.0), *row(digits, right=240.0, backward=False)[::-1]]) == f"سنة {digits}"


def test_numbers_with_a_stroke_stay_one_reference() -> None:
    line = [*row("رقم", right=300.0), *row("2018/1234", right=200.0, backward=False)]
    assert shown(line) == "رقم 2018/1234"


def test_two_numbers_apart_follow_the_direction_of_the_line() -> None:
    line = [*row("رقم", right=300.0), *row("15", right=260.0, backward=False), *row("7", right=230.0, backward=False)]
    assert shown(line) == "رقم 15 7"


def test_latin_words_in_an_arabic_line_keep_their_order() -> None:
    line = [*row("عقد الصيانة الدورية", right=500.0), *row("State of Kuwait", right=200.0, backward=False)]
    assert shown(line).endswith("State of Kuwait")


def test_an_english_line_reads_from_the_left() -> None:
    assert shown(row("Letter no 12", right=50.0, backward=False)) == "Letter no 12"


def test_brackets_that_the_file_names_by_their_looks_are_typed_again() -> None:
    line = [*row("مادة )", right=300.0), *row("39", right=250.0, backward=False), *row("(", right=246.0)]
    assert shown(line).replace(" ", "") == "مادة(39)"


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_gaps_part_words_and_spaces_in_the_file_do_not() -> None:
    split = [*row("باحك"), Glyph(" ", 476, 100, 476, 112, 1), *row("ام", right=476.0)]
    assert shown(split) == "باحكام"
    joined = [*row("رئيس", right=500.0), *row("دولة", right=474.0)]
    assert shown(joined) == "رئيس دولة"


def test_a_ligature_whose_parts_come_turned_is_turned_back() -> None:
    box = (488.0, 100.0, 494.0, 112.0, 12.0)
    line = [*row("ا"), Glyph("إ", *box), Glyph("ل", *box), *row("لزام", right=488.0)]
    assert shown(line) == "الإلزام"


def test_a_ligature_in_its_right_order_stays() -> None:
    box = (488.0, 100.0, 494.0, 112.0, 12.0)
    assert shown([*row("ا"), Glyph("ل", *box), Glyph("م", *box), *row("جلس", right=488.0)]) == "المجلس"


def test_marks_stay_on_their_letters() -> None:
    line = row("حكم")
    mark = Glyph("\u064f", line[0].left + 1, 96, line[0].right - 1, 99, 12)
    assert shown([*line, mark]) == "حُكم"
    assert words_of([mark]) == []


@given(st.lists(st.builds(
    Glyph, st.text(min_size=1, max_size=2).filter(lambda one: one[0] not in "\r\n"),
    *[st.floats(0, 600, width=16)] * 4, st.floats(0, 40, width=16),
), max_size=30))  # fmt: skip
def test_no_arrangement_of_glyphs_breaks_it(glyphs: list[Glyph]) -> None:
    assert all(isinstance(word.text, str) for word in words_of(glyphs))


# ── spelling ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("اإللزامي", "الإلزامي"), ("واألحوال", "والأحوال"), ("باالتفاق", "بالاتفاق"), ("اآلتي", "الآتي"),
        ("اهلل", "الله"), ("هلل", "لله"), ("ﻛﺘﺎﺏ", "كتاب"), ("ﻻ", "لا"), ("\u202bكتاب\u202c", "كتاب"),
    ],
)  # fmt: skip
def test_what_is_certainly_misspelt_is_mended(broken: str, mended: str) -> None:
    assert repaired(broken) == mended
    assert repaired(mended) == mended


@pytest.mark.parametrize("word", ["الإلزامي", "إلى", "ألا", "املاك", "بالله", "2018", "٢٠١٨/٤١٢", "PDF/A-2b", "مثلا"])
def test_what_is_right_is_left_alone(word: str) -> None:
    assert repaired(word) == word
    assert not is_turned(word)


@given(st.from_regex(r"[0-9٠-٩۰-۹]{1,9}([./,][0-9]{1,4})?", fullmatch=True))
def test_no_number_is_ever_changed(number: str) -> None:
    assert repaired(number) == number


# ── letters under a wrong name ──────────────────────────────────────────────────────────────────────────────────────


def in_words(text: str) -> Lines:
    return (tuple(Word(one, 0, 0, 1, 1) for one in text.split()),)


def test_a_letter_that_the_file_calls_one_of_another_script_is_solved_by_the_words_that_it_makes() -> None:
    (line,) = renamed(in_words(SENTENCE.replace("ل", "ट")))
    assert " ".join(word.text for word in line) == SENTENCE
    assert assess(word.text for word in line).layer is Layer.GOOD


def test_a_letter_drawn_under_both_names_is_written_once() -> None:
    (line,) = renamed(in_words(f"{SENTENCE.replace('ل', 'ट')} اटلكويت टلكم"))
    assert [word.text for word in line][-2:] == ["الكويت", "لكم"]


@pytest.mark.parametrize(
    "text",
    ["في قटم لا يقوله أحد ولا يعرفه", f"{SENTENCE} देवनागरी की किताब", f"{SENTENCE.replace('ل', 'ट')} टटट नेपाल टक"],
    ids=["too little to solve it", "a text of that script beside", "the letter stands in words of its own script"],
)
def test_what_is_not_certain_is_left_as_it_is(text: str) -> None:
    assert renamed(in_words(text)) == in_words(text)


@given(st.text("0123456789٠١٢٣٤٥٦٧٨٩/.٫-", min_size=1, max_size=9))
def test_no_number_beside_a_renamed_letter_is_ever_changed(number: str) -> None:
    (line,) = renamed(in_words(f"{SENTENCE.replace('ل', 'ट')} {number}"))
    assert line[-1].text == number


# ── worth ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_running_official_text_is_believed() -> None:
    assert assess(SENTENCE.split()).layer is Layer.GOOD
    assert assess(["Letter", "12", "of", "2026"]).layer is Layer.GOOD
    assert assess([]).layer is Layer.NONE
    assert assess(["—", "…"]).layer is Layer.NONE


@pytest.mark.parametrize(
    "text",
    [
        " ".join(word[::-1] if word.isalpha() else word for word in SENTENCE.split()),
        SENTENCE.replace("ل", "\u091f"),
        SENTENCE.replace("ا", "\ufffd"),
        SENTENCE.replace("2014", "4102") + " لسنة 8102",
    ],
    ids=["turned letters", "another script inside", "lost characters", "turned numbers"],
)
def test_a_worthless_layer_is_not_believed(text: str) -> None:
    assert assess(text.split()).layer is Layer.POOR


# ── whole files ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_our_own_typeset_page_comes_back_word_for_word() -> None:
    text = "بالإشارة إلى كتابكم رقم ٤١٢ لسنة ٢٠١٤ بشأن الأحوال، وبناء على المادة (١٥) من القانون رقم ٣٨ لسنة ١٩٨٠"
    (page,) = read(typeset_pdf(text))
    assert page.holds
    missing = Counter(words(text)) - Counter(words(page.text))
    assert missing.total() <= 2, missing
    assert not {one for one in missing if one.isdigit()}


@pytest.mark.skipif(not TRAPS, reason="the shared data folder is absent")
@pytest.mark.parametrize("path", TRAPS, ids=lambda path: path.name)
def test_numbers_of_the_traps_are_right_or_not_given(path: Path) -> None:
    truth = words((path.parent / "truth.txt").read_text(encoding="utf-8"))
    pages = read(path.read_bytes())
    found = words("\n".join(page.text for page in pages))
    recall = (Counter(truth) & Counter(found)).total() / len(truth)
    assert recall >= LEAST[path.name], recall
    if {page.holds for page in pages if page.lines} == {True}:
        wanted = Counter(word for word in truth if word[0].isdigit())
        assert not wanted - Counter(found)


@pytest.mark.skipif(not TRAPS, reason="the shared data folder is absent")
def test_every_layer_that_a_producer_wrote_is_taken() -> None:
    for path in TRAPS:
        if path.name not in {"scan.pdf", "ocr_ara.pdf"}:
            assert all(page.holds for page in read(path.read_bytes()) if page.lines), path.name


@pytest.mark.skipif(not TRAPS, reason="the shared data folder is absent")
def test_scans_and_foreign_readings_are_told_apart() -> None:
    by_name = {path.name: read(path.read_bytes()) for path in TRAPS}
    assert {page.layer for page in by_name["scan.pdf"]} == {Layer.NONE}
    assert all(page.recognised for page in by_name["ocr_ara.pdf"])
    assert not any(page.recognised for page in by_name["wp_NotoNaskhArabic.pdf"])


@pytest.mark.skipif(not LAW.exists(), reason="the shared data folder is absent")
def test_the_lam_alef_of_a_word_file_is_mended() -> None:
    text = "\n".join(page.text for page in read(LAW.read_bytes()))
    assert not [word for word in text.split() if is_turned(word)]
    for word in ("الإلزامي", "الاطلاع", "الإمارات", "المتحدة", "الإجراءات", "الأحوال"):
        assert word in text, word
