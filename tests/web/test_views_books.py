# SPDX-License-Identifier: EUPL-1.2
"""The pure parts of the books: statuses, places of pages, stretches of numbers, cells of an export."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.exchange.rules import ConsignmentState as State
from mukatabat.web.books import LAST_SERIAL, Place, _spans, place_from
from mukatabat.web.export import FORMULA_STARTS, as_written, harmless
from mukatabat.web.statuses import delivery_status


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ([State.ORDERED], "issued"), ([State.DELIVERED, State.REGISTERED], "delivered"),
        ([State.ANSWERED, State.RETURNED], "returned"), ([State.FAILED, State.RETURNED], "failed"),
        ([State.REDIRECTED, State.REGISTERED], "registered"), ([State.WITHDRAWN], "withdrawn"),
        ([State.ANSWERED, State.WITHDRAWN], "answered"), ([], "issued"),
    ],
)  # fmt: skip
def test_one_word_stands_for_many_recipients(states: list[State], shown: str) -> None:
    assert delivery_status(states) == shown


@pytest.mark.parametrize(
    ("cursor", "below", "place"),
    [
        ("", "2026-4", None), ("c", "2026-4", Place("c", 2026, 4)), ("c", "", Place("c")), ("c", "x-4", Place("c")),
        ("c", "2026-", Place("c")), ("c", "2026-99999999999", Place("c")), ("c", "٢-٣", Place("c")),
    ],
)  # fmt: skip
def test_a_place_is_read_back_or_left_out(cursor: str, below: str, place: Place | None) -> None:
    assert place_from(cursor, below) == place


def _rows(*numbers: tuple[int, int]) -> list[dict[str, int]]:
    return [{"year": year, "serial": serial} for year, serial in numbers]


def test_stretches_join_without_gap_or_overlap() -> None:
    first = _spans(None, _rows((2026, 9), (2026, 7)), is_last=False)
    assert first == [(2026, 7, LAST_SERIAL)]
    second = _spans(Place("c", 2026, 7), _rows((2026, 3), (2025, 80)), is_last=False)
    assert second == [(2026, 1, 6), (2025, 80, LAST_SERIAL)]
    third = _spans(Place("c", 2025, 80), _rows((2025, 2)), is_last=True)
    assert third == [(2025, 1, 79)]
    turned = _spans(Place("c", 2026, 3), _rows((2025, 5)), is_last=True)
    assert turned == [(2026, 1, 2), (2025, 1, LAST_SERIAL)]


@given(st.text(max_size=40))
def test_no_exported_cell_is_a_formula_and_none_breaks_the_table(text: str) -> None:
    cell = harmless(text)
    assert not cell.lstrip(" \u2068\u00a0\u200b").startswith(FORMULA_STARTS)
    sheet = io.StringIO(newline="")
    csv.writer(sheet, lineterminator="\r\n").writerow([cell, "end"])
    assert list(csv.reader(io.StringIO(sheet.getvalue(), newline=""))) == [[cell, "end"]]


@pytest.mark.parametrize(
    ("reference", "cell"),
    [
        ("MOF-O-2026-04127", "MOF-O-2026-04127"), ("12/2026", "'12/2026"), ("٠٠٧", "'٠٠٧"), ("3-4", "'3-4"),
        ("ق/12/2026", "ق/12/2026"), ("", ""),
    ],
)  # fmt: skip
def test_a_reference_reaches_a_spreadsheet_as_it_was_written(reference: str, cell: str) -> None:
    assert as_written(reference) == cell
