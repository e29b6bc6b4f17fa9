# SPDX-License-Identifier: EUPL-1.2
"""Two texts compared: nothing is lost, and what changed is as small as a reader would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mukatabat.press.content.compare import Change, Run, compare

LINES = st.lists(
    st.sampled_from(["", "أولًا: صورة العقد.", "يرجى الإفادة", "نص", "FL-O-2026-00001 نص آخر", "نص آخر."]), max_size=8
)
TEXTS = LINES.map("\n".join)


@given(TEXTS, TEXTS)
def test_the_old_and_the_new_text_can_both_be_read_out_of_a_comparison(old: str, new: str) -> None:
    lines = compare(old, new)
    added = ["".join(run.text for run in line if run.change is not Change.REMOVED) for line in lines if line]
    kept = [line for line in lines if not all(run.change is Change.REMOVED for run in line)]
    assert (
        "\n".join("".join(run.text for run in line if run.change is not Change.REMOVED) for line in kept) == new
        or not new
    )
    assert len(added) >= len(kept)
    former = [line for line in lines if not all(run.change is Change.ADDED for run in line)]
    assert (
        "\n".join("".join(run.text for run in line if run.change is not Change.ADDED) for line in former) == old
        or not old
    )


def test_one_changed_word_is_one_change() -> None:
    (line,) = compare("يرجى التفضل بالإفادة خلال أسبوع", "يرجى التفضل بالإفادة خلال يومين")
    assert line == (
        Run(Change.SAME, "يرجى التفضل بالإفادة خلال "), Run(Change.REMOVED, "أسبوع"), Run(Change.ADDED, "يومين"),
    )  # fmt: skip


def test_lines_with_nothing_in_common_are_two_lines() -> None:
    assert compare("صورة العقد والملاحق", "FL-O-2026-00001") == (
        (Run(Change.REMOVED, "صورة العقد والملاحق"),),
        (Run(Change.ADDED, "FL-O-2026-00001"),),
    )


def test_an_endless_line_is_compared_whole() -> None:
    old, new = "ا " * 50_000, "ب " * 50_000
    assert [line[0].change for line in compare(old, new)] == [Change.REMOVED, Change.ADDED]
