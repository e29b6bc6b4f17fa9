# SPDX-License-Identifier: EUPL-1.2
"""The invariant of a register as a pure function: whatever breaks it is named, and nothing else is."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from mukatabat.kernel.vocabulary import RegisterKind, Secrecy
from mukatabat.registers.rules import TRANSITIONS, EntryState, VoidReason, faults, register_for, void_reason

Row = tuple[int, EntryState, str]


@st.composite
def sound_books(draw: st.DrawFn) -> tuple[list[Row], int]:
    """The rows of a book in which nothing is wrong, in any order, and its counter."""
    states = draw(st.lists(st.sampled_from(EntryState), max_size=30))
    rows = [
        (serial, state, "رفض الموقّع التوقيع" if state is EntryState.VOID else "")
        for serial, state in enumerate(states, start=1)
    ]
    return draw(st.permutations(rows)), len(states)


@given(sound_books())
def test_a_sound_book_has_no_fault_in_whatever_order_it_is_read(book: tuple[list[Row], int]) -> None:
    assert not faults(*book)


@given(sound_books(), st.data())
def test_a_number_torn_out_is_missing(book: tuple[list[Row], int], data: st.DataObject) -> None:
    rows, last = book
    assume(rows)
    torn = data.draw(st.sampled_from(rows))
    assert list(faults([row for row in rows if row != torn], last)) == [f"{torn[0]} is missing"]


@given(sound_books(), st.data())
def test_a_number_given_twice_stands_twice(book: tuple[list[Row], int], data: st.DataObject) -> None:
    rows, last = book
    assume(rows)
    twice = data.draw(st.sampled_from(rows))
    assert list(faults([*rows, twice], last)) == [f"{twice[0]} stands twice"]


@given(sound_books(), st.integers(1, 10))
def test_a_number_beyond_the_counter_and_a_counter_beyond_the_numbers_are_named(
    book: tuple[list[Row], int], beyond: int
) -> None:
    rows, last = book
    assert f"{last + beyond} lies outside 1 to {last}" in faults([*rows, (last + beyond, EntryState.ISSUED, "")], last)
    assert len(faults(rows, last + beyond)) == beyond


@given(sound_books(), st.text(" \t\n", max_size=3))
def test_a_void_without_a_reason_is_a_fault(book: tuple[list[Row], int], blank: str) -> None:
    rows, last = book
    assert f"{last + 1} is void without a reason" in faults([*rows, (last + 1, EntryState.VOID, blank)], last + 1)


def test_only_an_issuing_number_moves_and_only_to_issued_or_void() -> None:
    assert {
        (EntryState.ISSUING, EntryState.ISSUED),
        (EntryState.ISSUING, EntryState.VOID),
    } == TRANSITIONS


@given(st.sampled_from(RegisterKind), st.sampled_from(Secrecy))
def test_every_sealed_letter_is_numbered_in_the_confidential_book(kind: RegisterKind, secrecy: Secrecy) -> None:
    assert register_for(kind, secrecy) is (kind if secrecy is Secrecy.NORMAL else RegisterKind.CONFIDENTIAL)


def test_a_coded_reason_speaks_both_languages_and_a_typed_one_its_own() -> None:
    for one in VoidReason:
        assert void_reason(one.value) == (one.label_ar, one.label_en)
        assert void_reason(one.label_ar) == (one.label_ar, one.label_en), "numbers that became void before the codes"
    assert void_reason("نسي الختم") == ("نسي الختم", "نسي الختم")
