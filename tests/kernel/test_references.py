# SPDX-License-Identifier: EUPL-1.2
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.digits import ARABIC_INDIC_DIGITS, PERSIAN_DIGITS
from mukatabat.kernel.references import DASHES, SLASHES, Reference, UnreadableReference, find_references
from mukatabat.kernel.vocabulary import Realm, RegisterKind

KNOWN = Reference("FL", RegisterKind.OUTGOING, 2026, 4127)

bodies = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(string.ascii_uppercase),
    st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=11),
).filter(lambda body: body != "TRN")
references = st.builds(
    Reference,
    bodies,
    st.sampled_from(RegisterKind),
    year=st.integers(1900, 2199),
    serial=st.integers(1, 9_999_999),
    training=st.booleans(),
)


def test_the_canonical_form_pads_the_serial_to_five() -> None:
    assert str(KNOWN) == "FL-O-2026-04127"
    assert str(Reference("FL", RegisterKind.INCOMING, 2026, 1234567)) == "FL-I-2026-1234567"


def test_a_training_number_says_so_in_front() -> None:
    reference = Reference("FL", RegisterKind.OUTGOING, 2026, 4127, training=True)
    assert str(reference) == "TRN-FL-O-2026-04127"
    assert reference.realm is Realm.TRAINING
    assert KNOWN.realm is Realm.LIVE


@pytest.mark.parametrize(
    "text",
    [
        "FL-O-2026-04127",
        "fl-o-2026-4127",
        "FL-O-٢٠٢٦-٠٤١٢٧",
        "FL-O-۲۰۲۶-۴۱۲۷",
        "FL–O–2026–04127",
        "FL — O — 2026 — 04127",
        "FL\u2212O\u22122026\u22124127",
        "FL/O/2026/4127",
        "FL O 2026 4127",
        "  FL-O-2026-0004127\n",
        "\u200fFL-O-2026-04127\u200f",
        "\u2066FL-O-2026-04127\u2069",
        "FL-\u200bO-2026-\u200b04127",
        "FL\u00a0-\u00a0O\u00a0-\u00a02026\u00a0-\u00a04127",
    ],
)
def test_one_reference_typed_in_many_ways_is_one_reference(text: str) -> None:
    assert Reference.parse(text) == KNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FL",
        "FL-O-2026",
        "O-2026-04127",
        "FL-O-26-04127",
        "FL-O-4127-2026",  # year and serial swapped: 4127 is no year
        "FL-Z-2026-04127",
        "FL-O-2026-0",
        "FL-O-2026-12345678",
        "FL-O-2026-04 127",
        "FL-O-2026-04127-1",
        "FL-O-2026-04127x",
        "FL--O-2026-04127",
        "FLO202604127",
        "F-O-2026-04127",
        "1L-O-2026-04127",
        "TRN-O-2026-04127",  # the training mark is no body
        "TRN-TRN-O-2026-04127",
        "FL-О-2026-04127",  # a Cyrillic O
        "FL-o\u0308-2026-1",
        "FL-O-२०२६-4127",  # a digit script that nobody here types
        "FL-O-2026-04127\nFL-O-2026-04128",
        "04127-2026-O-FL",  # what an unisolated display shows reversed
        "FL-O-2026-04127" + " " * 100,
    ],
)
def test_what_is_not_plainly_a_reference_is_refused(text: str) -> None:
    with pytest.raises(UnreadableReference) as caught:
        Reference.parse(text)
    assert caught.value.code == "kernel.unreadable-reference"


@pytest.mark.parametrize(
    ("body", "register", "year", "serial"),
    [("fl", "O", 2026, 1), ("FL", "Z", 2026, 1), ("FL", "O", 1899, 1), ("FL", "O", 2026, 0), ("TRN", "O", 2026, 1)],
)
def test_an_impossible_part_never_becomes_a_reference(body: str, register: str, year: int, serial: int) -> None:
    with pytest.raises(UnreadableReference):
        Reference(body, register, year, serial)  # type: ignore[arg-type]


def test_a_register_given_by_its_letter_becomes_its_kind() -> None:
    assert Reference("FL", "O", 2026, 4127).register is RegisterKind.OUTGOING  # type: ignore[arg-type]


@given(references)
def test_every_reference_reads_back_as_itself(reference: Reference) -> None:
    assert Reference.parse(str(reference)) == reference
    assert str(reference).isascii()


@given(
    references,
    st.sampled_from(DASHES + SLASHES),
    st.sampled_from([string.digits, ARABIC_INDIC_DIGITS, PERSIAN_DIGITS]),
    st.sampled_from(["", "\u200e", "\u200f", "\u2067", "\u061c"]),
)
def test_digits_dashes_and_marks_do_not_change_a_reference(
    reference: Reference, dash: str, digits: str, mark: str
) -> None:
    text = str(reference).replace("-", mark + dash).translate(str.maketrans(string.digits, digits)).lower() + mark
    assert Reference.parse(text) == reference


@given(st.text(max_size=100))
def test_any_text_is_a_sound_reference_or_a_typed_refusal(text: str) -> None:
    try:
        reference = Reference.parse(text)
    except UnreadableReference:
        return
    assert Reference.parse(str(reference)) == reference


@given(st.lists(references, max_size=4))
def test_references_inside_a_sentence_are_found_in_order(wanted: list[Reference]) -> None:
    found, rest = find_references("كتابكم " + " و ".join(map(str, wanted)) + " بشأن")
    assert found == wanted
    assert "-" not in rest


def test_a_longer_chain_is_not_taken_for_a_reference() -> None:
    assert find_references("FL-O-2026-04127-3")[0] == []
    assert find_references("KW-FL-O-2026-04127")[0] == []
    assert find_references("TRN-FL-O-2026-04127")[0] == [Reference("FL", RegisterKind.OUTGOING, 2026, 4127, True)]


def test_references_sort_by_body_register_year_and_serial() -> None:
    later = Reference("FL", RegisterKind.OUTGOING, 2027, 1)
    assert sorted([later, KNOWN]) == [KNOWN, later]
