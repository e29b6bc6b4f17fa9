# SPDX-License-Identifier: EUPL-1.2
"""One value has one spelling, and no other is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat_verify.canonical import LARGEST_NUMBER, canonical, parsed
from mukatabat_verify.errors import NotCanonical

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_NUMBER, LARGEST_NUMBER)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=12,
)


@given(VALUES)
def test_what_was_written_is_read_as_the_same(value: object) -> None:
    assert parsed(canonical(value)) == value


def test_it_is_written_as_the_standard_says() -> None:
    # The order and the escapes of RFC 8785 §3.2.
    assert canonical({"b": '\u20ac$\u000f\nA\'B"\\\\"/', "a": [True, None, 10]}) == (
        '{"a":[true,null,10],"b":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()
    )


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"{",
        b'{"a": 1}',
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":-0}',
        b'{"a":01}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\u0061"}',
        b'{"a":"\\/"}',
        b'"\\ud800"',
        b'{"\xd8\xa8":1}',
        b'{"a":1}\n',
        b"\xef\xbb\xbf{}",
        b'"\xff"',
        b"[" * 100_000,
    ],
)
def test_every_other_spelling_is_refused(other: bytes) -> None:
    with pytest.raises(NotCanonical):
        parsed(other)


@pytest.mark.parametrize("value", [1.5, {1: 2}, {"ب": 1}, (1,), b"", 2**53])
def test_what_has_no_canonical_form_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match="canonical form"):
        canonical(value)
