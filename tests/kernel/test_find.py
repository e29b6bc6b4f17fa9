# SPDX-License-Identifier: EUPL-1.2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.find import Query, Serial, parse_query
from mukatabat.kernel.references import Reference
from mukatabat.kernel.vocabulary import RegisterKind

KNOWN = Reference("FL", RegisterKind.OUTGOING, 2026, 4127)
OF_2026 = Serial(4127, 2026)


@pytest.mark.parametrize(
    "text", ["04127", "٤١٢٧", "۴۱۲۷", " 4127 ", "\u20664127\u2069", "رقم 4127", "(4127)", "No. 4127"]
)
def test_a_bare_number_is_a_serial_of_any_year(text: str) -> None:
    query = parse_query(text)
    assert query.serials == (Serial(4127, None),)
    assert query.words == query.references == ()


@pytest.mark.parametrize(
    "text",
    [
        "4127/2026",
        "2026/4127",
        "٤١٢٧/٢٠٢٦",
        "4127 – 2026",
        "\u20664127\u2069/\u20662026\u2069",
        "4127 لسنة 2026",
        "٤١٢٧ لسنة ٢٠٢٦",
        "رقم (4127) لعام 2026",
        "رقم4127لسنة2026",
        "4127 of 2026",
        "4127 سنة 2026",
    ],
)
def test_a_number_with_its_year_is_known_in_every_writing(text: str) -> None:
    query = parse_query(text)
    assert query.serials == (OF_2026,)
    assert query.words == ()


@pytest.mark.parametrize("text", ["FL-O-2026-4127", "fl/o/2026/04127", "FL O ٢٠٢٦ ٤١٢٧", "\u200fFL–O–2026–04127"])
def test_a_reference_is_exact(text: str) -> None:
    query = parse_query(text)
    assert query.references == (KNOWN,)
    assert query.serials == query.words == ()


def test_a_reference_inside_a_sentence_leaves_its_words() -> None:
    query = parse_query("كتابكم FL-O-2026-04127 بشأن العقد")
    assert query.references == (KNOWN,)
    assert query.words == ("كتابكم", "بشان", "العقد")


def test_a_list_before_the_year_shares_it() -> None:
    assert parse_query("الطعنان رقما 1090، 1093 لسنة 2015 إداري") == Query(
        serials=(Serial(1090, 2015), Serial(1093, 2015)),
        words=("الطعنان", "رقما", "اداري"),
        all_words=("الطعنان", "رقما", "1090", "1093", "لسنه", "2015", "اداري"),
    )
    assert parse_query("(5) و(7) لسنة 2020").serials == (Serial(5, 2020), Serial(7, 2020))


def test_two_possible_years_give_both_readings() -> None:
    assert parse_query("2025/2026").serials == (Serial(2025, 2026), Serial(2026, 2025))


def test_two_numbers_without_a_year_are_two_numbers() -> None:
    assert parse_query("12/345").serials == (Serial(12, None), Serial(345, None))


def test_a_day_is_not_a_number_of_a_register() -> None:
    query = parse_query("22/11/2026")
    assert query.serials == ()
    assert query.words == ("22", "11", "2026")


def test_the_printed_form_of_a_body_gives_number_and_year() -> None:
    query = parse_query("ف ت / ق / 1234 / 2014")
    assert query.serials == (Serial(1234, 2014),)
    assert query.words == ("ف", "ت", "ق")


def test_subject_words_keep_the_number_that_stands_in_the_subject() -> None:
    query = parse_query("قانون 68 لسنة 1980")
    assert query.serials == (Serial(68, 1980),)
    assert query.words == ("قانون",)
    assert query.all_words == ("قانون", "68", "لسنه", "1980")


@pytest.mark.parametrize("text", ["123456789012", "0", "00000000"])
def test_a_number_that_no_register_holds_is_a_word(text: str) -> None:
    query = parse_query(text)
    assert query.serials == ()
    assert query.words == (text,)


def test_nothing_asked_is_nothing() -> None:
    assert not parse_query("  \u200f … ")
    assert parse_query("عقد")


def test_repeats_are_asked_once() -> None:
    assert parse_query("عقد عقد 5 5") == Query(serials=(Serial(5, None),), words=("عقد",), all_words=("عقد", "5"))


@pytest.mark.parametrize("text", ["1 " * 150, "1," * 150, "(1) و " * 60, "1/" * 150, "1 و " * 80 + "لسنة"])
def test_a_hostile_line_is_read_to_its_end(text: str) -> None:
    assert parse_query(text) is not None  # a pattern that backtracks without end would never come here


@given(st.text() | st.text("0123456789٤ /-()،وFLOlo لسنة2026"))
def test_every_line_is_read_without_an_error(text: str) -> None:
    query = parse_query(text)
    assert all(serial.serial > 0 for serial in query.serials)


@given(
    st.integers(1, 1899), st.integers(1900, 2199), st.sampled_from(["{0}/{1}", "{1}/{0}", "{0} لسنة {1}", "{1}-{0}"])
)
def test_number_and_year_survive_every_writing(number: int, year: int, form: str) -> None:
    assert parse_query(form.format(number, year)).serials == (Serial(number, year),)
