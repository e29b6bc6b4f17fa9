# SPDX-License-Identifier: EUPL-1.2
"""The short code of a letter: unguessable, forgiving to read, and never read wrongly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.codes import ALPHABET, LENGTH, ShortCode, UnreadableCode
from mukatabat.kernel.digits import ARABIC_INDIC_DIGITS, ASCII_DIGITS, PERSIAN_DIGITS

KEY = b"a key that only the installation knows"

codes = st.uuids().map(lambda subject: ShortCode.derived(KEY, subject=str(subject)))
places = st.integers(0, LENGTH - 1)


def test_the_same_key_and_subject_give_the_same_code_for_ever() -> None:
    code = ShortCode.derived(KEY, subject="0199a3a2-0000-7000-8000-000000000001")
    assert str(code) == "WM12-94P6-Q6D5"


def test_another_key_or_subject_gives_another_code() -> None:
    made = {ShortCode.derived(key, subject=subject) for key in (KEY, b"other") for subject in ("1", "2", "12", "")}
    assert len(made) == 8


@given(codes)
def test_a_code_is_three_groups_of_four_without_look_alikes(code: ShortCode) -> None:
    groups = str(code).split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert not set("".join(groups)) & set("ILOU")


@given(code=codes, separator=st.sampled_from(["-", "", " ", "‐", "–", "\u00a0"]), data=st.data())
def test_a_code_is_read_as_people_type_and_copy_it(code: ShortCode, separator: str, data: st.DataObject) -> None:
    digits = data.draw(st.sampled_from([ASCII_DIGITS, ARABIC_INDIC_DIGITS, PERSIAN_DIGITS]))
    typed = str(code).replace("-", separator).translate(str.maketrans(ASCII_DIGITS, digits))
    typed = data.draw(st.sampled_from([typed, typed.lower(), f"\u2067{typed}\u2069", f" {typed}\n"]))
    assert ShortCode.parse(typed) == code


@given(codes)
def test_zero_and_one_may_be_typed_as_the_letters_that_they_look_like(code: ShortCode) -> None:
    typed = str(code).replace("0", "O")
    assert ShortCode.parse(typed.replace("1", "I")) == ShortCode.parse(typed.replace("1", "l")) == code


@given(code=codes, place=places, symbol=st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_always_noticed(code: ShortCode, place: int, symbol: str) -> None:
    typed = code.symbols[:place] + symbol + code.symbols[place + 1 :]
    if typed != code.symbols:
        with pytest.raises(UnreadableCode):
            ShortCode.parse(typed)


@given(code=codes, first=places, second=places)
def test_two_signs_in_each_other_s_place_are_always_noticed(code: ShortCode, first: int, second: int) -> None:
    symbols = list(code.symbols)
    symbols[first], symbols[second] = symbols[second], symbols[first]
    if "".join(symbols) != code.symbols:
        with pytest.raises(UnreadableCode):
            ShortCode.parse("".join(symbols))


@given(st.text(max_size=60))
def test_any_other_text_is_refused_with_a_typed_error(text: str) -> None:
    try:
        code = ShortCode.parse(text)
    except UnreadableCode:
        return
    assert ShortCode.parse(str(code)) == code


@pytest.mark.parametrize(
    "text", ["", "-", "7KQ4-M2XD", "0" * 41, "ＡＢＣＤ-1234-5678", "7KQU-M2XD-9FPA", "ß" * 6, "0000-0000-0001"]
)
def test_what_cannot_be_a_code_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCode):
        ShortCode.parse(text)
