# SPDX-License-Identifier: EUPL-1.2
import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.digits import BIDI_CONTROLS
from mukatabat.kernel.text import (
    ControlCharacters,
    DirectionMarks,
    TextRefused,
    TextTooLong,
    clean_line,
    clean_text,
)

LIMIT = 250


def test_a_line_is_trimmed_normalised_and_one_line() -> None:
    assert clean_line("  طلب\u00a0 رأي \r\n قانوني\t", LIMIT) == "طلب رأي قانوني"
    assert clean_line("re\u0301", LIMIT) == "ré"
    assert clean_line("\u0627\u0654", LIMIT) == "أ"


def test_noise_without_width_goes_and_joiners_stay() -> None:
    assert clean_line("\ufeffكتا\u200bب\u00ad", LIMIT) == "كتاب"
    assert clean_line("می\u200cخواهم", LIMIT) == "می\u200cخواهم"


@pytest.mark.parametrize("mark", sorted(BIDI_CONTROLS))
def test_a_line_with_a_direction_mark_is_refused_by_name(mark: str) -> None:
    with pytest.raises(DirectionMarks) as caught:
        clean_line(f"عقد{mark}fdp.exe", LIMIT)
    assert f"U+{ord(mark):04X}" in str(caught.value.happened)


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1b", "\x1c", "\x7f", "\x9f", "\ud800", "\ufffe", "\ufdd0", "\U000e0041", "\ufff9", "\u180e"],
)
def test_characters_that_have_no_place_in_text_are_refused(character: str) -> None:
    for clean in (clean_line, clean_text):
        with pytest.raises(ControlCharacters):
            clean(f"كتاب{character}", LIMIT)


def test_a_long_list_of_marks_is_cut_short() -> None:
    with pytest.raises(DirectionMarks) as caught:
        clean_line("".join(sorted(BIDI_CONTROLS)), LIMIT)
    assert str(caught.value.happened).count("U+") == 5


def test_the_limit_counts_what_remains() -> None:
    assert clean_line(" " * 500 + "ا" * LIMIT, LIMIT) == "ا" * LIMIT
    with pytest.raises(TextTooLong) as caught:
        clean_line("ا" * (LIMIT + 1), LIMIT)
    assert caught.value.params == {"limit": 250, "length": 251}


@pytest.mark.parametrize("text", ["", "  \n ", "\u200c\u200d", "\u064b", "\u200b"])
def test_what_shows_nothing_is_nothing(text: str) -> None:
    assert clean_line(text, LIMIT) == clean_text(text, LIMIT) == ""


def test_a_text_keeps_its_lines() -> None:
    assert clean_text("\r\n  أولًا:  \r\n\r\n  ثانيًا\u2028ثالثًا \n", LIMIT) == "أولًا:\n\n  ثانيًا\nثالثًا"


def test_a_text_may_carry_the_marks_that_word_processors_leave() -> None:
    assert clean_text("المادة\u200f (5)", LIMIT) == "المادة\u200f (5)"
    for mark in BIDI_CONTROLS - set("\u200e\u200f\u061c"):
        with pytest.raises(DirectionMarks):
            clean_text(f"المادة{mark}", LIMIT)


def test_printed_signs_of_arabic_are_text() -> None:
    assert clean_line("\u0600 5 ﷺ «قرار» ½ €", LIMIT) == "\u0600 5 ﷺ «قرار» ½ €"


@given(st.text())
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    for clean in (clean_line, clean_text):
        try:
            once = clean(text, LIMIT)
        except TextRefused:
            continue
        assert clean(once, LIMIT) == once
        assert unicodedata.is_normalized("NFC", once)
        once.encode()
    with contextlib.suppress(TextRefused):
        assert not set(clean_line(text, LIMIT)) & (BIDI_CONTROLS | set("\n\r\t\x00"))
