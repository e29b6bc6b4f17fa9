# SPDX-License-Identifier: EUPL-1.2
"""What the index is asked, row by row."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.find import parse_query
from mukatabat.search.rules import ask, is_too_short, tsquery, understood

BODY, OTHER = UUID(int=1), UUID(int=2)
NAMES = {BODY: "وزارة المالية Ministry of Finance MOF", OTHER: "وزارة الصحة Ministry of Health MOH"}


def test_a_number_is_the_ending_of_a_reference() -> None:
    assert ask(parse_query("٤١٢٧"), {}).endings == ("-04127",)
    assert ask(parse_query("4127/2026"), {}).endings == ("-2026-04127",)
    assert ask(parse_query("1234567"), {}).endings == ("-1234567",)


def test_a_reference_alone_asks_for_no_words() -> None:
    asked = ask(parse_query("fl-o-2026-4127"), NAMES)
    assert asked.exact == ("FL-O-2026-04127",)
    assert asked.texts == ()


def test_words_in_a_body_name_are_taken_from_the_subject() -> None:
    texts = ask(parse_query("المالية عقد"), NAMES).texts
    assert [body for _, body in texts] == [None, BODY]
    assert texts[1][0] == tsquery(["عقد"])


def test_the_best_covered_body_is_chosen() -> None:
    assert [body for _, body in ask(parse_query("وزارة الصحة"), NAMES).texts] == [None, OTHER]
    assert [body for _, body in ask(parse_query("وزارة"), NAMES).texts] == [None, BODY, OTHER]


def test_a_word_matches_with_or_without_its_article() -> None:
    assert "'الراي':*" in tsquery(["رأي"])
    assert "'راي':*" in tsquery(["والرأي"])
    assert tsquery(["12"]) == "'12'"


def test_what_was_understood_is_said_back() -> None:
    assert understood(parse_query("٤١٢٧ لسنة ٢٠٢٦ عقد"), "٤١٢٧ لسنة ٢٠٢٦ عقد") == "4127/2026، عقد"


@pytest.mark.parametrize("typed", ["الإجراءات المالية", "أُحيل إلى المدرسة", "٣ مناقصات"])
def test_words_are_said_back_as_they_were_typed_and_not_as_the_index_folds_them(typed: str) -> None:
    said = understood(parse_query(typed), typed)
    assert [word for word in typed.split() if not word.isdecimal()] == said.split("، ")[
        -len(parse_query(typed).words) :
    ]


def test_one_letter_is_too_short_and_one_digit_is_not() -> None:
    assert is_too_short("ا")
    assert is_too_short(" - ")
    assert not is_too_short("٧")
    assert not is_too_short("عق")


@given(st.text(max_size=80))
def test_any_text_gives_a_query_of_quoted_words_alone(text: str) -> None:
    for words, _ in ask(parse_query(text), NAMES).texts:
        assert words.count("'") % 2 == 0
        assert "''" not in words
        assert "\\" not in words
