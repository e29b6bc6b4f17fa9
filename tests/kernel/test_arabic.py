# SPDX-License-Identifier: EUPL-1.2
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.arabic import arabic_digits, bidi_controls, fold, latin_digits, sort_key, stem, words

arabic_text = st.text(
    st.one_of(
        st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
        st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
        st.sampled_from("0123456789 \u200f\u2066\u200c-/.,aZ"),
    )
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("أإآٱا", "ااااا"),
        ("هيئة مستشفى", "هييه مستشفي"),
        ("شؤون شئون", "شوون شيون"),
        ("مُحَاكَمَةٌ", "محاكمه"),
        ("هٰذا الرحمٰن", "هذا الرحمن"),
        ("كتـــاب", "كتاب"),
        ("ک ی", "ك ي"),
        ("ﷲ", "الله"),
        ("ﻻﺋﺤﺔ", "لايحه"),
        ("ﻣﺤﻜﻤﺔ", "محكمه"),
        ("مﹷحﹹكمة", "محكمه"),  # vowel marks as presentation forms of their own
        ("٢٠٢٦ ۲۰۲۶ 2026", "2026 2026 2026"),
        ("١٢٬٣٤٥٫٦", "12,345.6"),
        ("رقم4127لسنة", "رقم 4127 لسنه"),
        ("12\u200f34", "12 34"),
        ("رقم\u20664127\u2069لسنة", "رقم 4127 لسنه"),
        ("كتا\u200cب\u200f", "كتاب"),
        ("  a\n\tB  ", "a b"),
        ("Décision ﬁnal Straße", "decision final strasse"),
        ("", ""),
    ],
)
def test_spellings_meet_in_the_folded_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.one_of(arabic_text, st.text()))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(arabic_text)
def test_a_folded_text_holds_no_marks_and_no_foreign_digits(text: str) -> None:
    folded = fold(text)
    assert not bidi_controls(folded)
    assert not any(unicodedata.category(character) == "Mn" for character in folded)
    assert not set(folded) & set("أإآٱىیةک\u0640٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")


@given(st.text("0123456789٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹ابت/-"))
def test_digits_turn_both_ways_without_loss(text: str) -> None:
    latin = latin_digits(text)
    assert latin_digits(arabic_digits(text)) == latin
    assert arabic_digits(latin) == arabic_digits(text)
    assert len(latin) == len(text)


def test_every_bidi_control_is_reported_in_order() -> None:
    assert bidi_controls("a\u202eb\u200f\u2069\u061cت") == ["\u202e", "\u200f", "\u2069", "\u061c"]
    assert bidi_controls("كتاب رقم 5") == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("كتابكم رقم (٤١٢٧)، المؤرخ 22/11/2026م.", ["كتابكم", "رقم", "4127", "المورخ", "22", "11", "2026", "م"]),
        ("1,500,000 د.ك و3.5%", ["1500000", "د", "ك", "و", "3.5"]),
        ("22.11.2026", ["22", "11", "2026"]),
        ("1,23", ["1", "23"]),
        ("well-known_name", ["well", "known", "name"]),
        ("…", []),
    ],
)
def test_a_text_falls_into_words_and_numbers(text: str, tokens: list[str]) -> None:
    assert words(text) == tokens


@given(st.one_of(arabic_text, st.text()))
def test_words_of_words_are_the_same_words(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("القرار", "قرار"),
        ("والقرارات", "قرارات"),
        ("بالقانون", "قانون"),
        ("وبالأحكام", "احكام"),
        ("فالمحكمة", "محكمه"),
        ("كالعقد", "عقد"),
        ("للوزارة", "وزاره"),
        ("وللوزارة", "وزاره"),
        ("الحق", "حق"),
        ("الإلغاء", "الغاء"),
        ("إلغاء", "الغاء"),
        ("وإلغاء", "الغاء"),
        ("بإلغائها", "الغايها"),
        ("وبإلزامه", "الزامه"),
        ("الإلكترونية", "الكترونيه"),
        ("الزامل", "زامل"),
        ("للجنة", "لجنه"),
        ("وللائحة", "لايحه"),
        ("اللجنة", "لجنه"),
        ("إليهما", "اليهما"),
        ("والدين", "والدين"),
        ("والله", "الله"),
        ("الله", "الله"),
        ("التي", "التي"),
        ("إلى", "الي"),
        ("بناء", "بناء"),
        ("وزارة", "وزاره"),
        ("فتوى", "فتوي"),
        ("كتاب", "كتاب"),
        ("ال", "ال"),
        ("letter", "letter"),
        ("", ""),
    ],
)
def test_the_article_and_its_clitics_come_off(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


@given(st.one_of(arabic_text, st.text()))
def test_a_stem_is_a_tail_of_the_folded_word(word: str) -> None:
    assert fold(word).endswith(stem(word))


def test_names_sort_as_in_a_dictionary() -> None:
    names = ["يوسف", "أحمد", "إبراهيم", "بدر", "پرويز", "تركي", "آدم", "هدى", "هـدى٢"]
    assert sorted(names, key=sort_key) == ["إبراهيم", "أحمد", "آدم", "بدر", "پرويز", "تركي", "هدى", "هـدى٢", "يوسف"]


def test_numbers_sort_by_size_in_any_script() -> None:
    assert sorted(["قسم ١٠", "قسم 9", "قسم ۱"], key=sort_key) == ["قسم ۱", "قسم 9", "قسم ١٠"]
