# SPDX-License-Identifier: EUPL-1.2
"""The header is read strictly: everything known must be there, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mukatabat_verify.canonical import canonical
from mukatabat_verify.errors import MalformedHeader, NotCanonical, Refusal, UnknownSuite, UnknownVersion
from mukatabat_verify.parcel import header as headers
from tests.verify.support import make_parcel

HEADER = make_parcel().header


def changed(**changes: Any) -> bytes:
    """The header with other members; a name like content__size goes into a member."""
    value = json.loads(HEADER.to_bytes())
    for path, new in changes.items():
        *way, last = path.split("__")
        place = value
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        if new is KeyError:
            del place[last]
        else:
            place[last] = new
    return canonical(value)


def test_a_header_comes_back_as_it_was_written() -> None:
    assert headers.read(HEADER.to_bytes()) == HEADER
    assert headers.read(changed(not_before=None)).not_before is None


REFUSED: list[tuple[dict[str, Any], type[Refusal]]] = [
    ({"extra": 1}, MalformedHeader),
    ({"sender": KeyError}, MalformedHeader),
    ({"version": KeyError}, MalformedHeader),
    ({"version": 2}, UnknownVersion),
    ({"version": True}, UnknownVersion),
    ({"version": "1"}, UnknownVersion),
    ({"suite": "stream1m-aes128gcm-hkdfsha256-p256sha256"}, UnknownSuite),
    ({"suite": []}, UnknownSuite),
    ({"realm": "test"}, MalformedHeader),
    ({"realm": ["live"]}, MalformedHeader),
    ({"parcel": "01939c1e-0000-7000-8000-00000000000A"}, MalformedHeader),
    ({"sender": "mof"}, MalformedHeader),
    ({"sender": "MOF\n"}, MalformedHeader),
    ({"certificate": "0" * 63}, MalformedHeader),
    ({"commitment": "A" * 64}, MalformedHeader),
    ({"created": "2026-11-25T09:30:00+00:00"}, MalformedHeader),
    ({"created": "2026-02-30T09:30:00Z"}, MalformedHeader),
    ({"created": "٢٠٢٦-11-25T09:30:00Z"}, MalformedHeader),
    ({"content": None}, MalformedHeader),
    ({"content__size": -1}, MalformedHeader),
    ({"content__size": True}, MalformedHeader),
    ({"content__size": 2**40}, MalformedHeader),
    ({"content__more": 1}, MalformedHeader),
    ({"not_before": {}}, MalformedHeader),
    ({"not_before__log": "two words"}, MalformedHeader),
    ({"recipients": []}, MalformedHeader),
    ({"recipients": {}}, MalformedHeader),
    ({"recipients": [None]}, MalformedHeader),
    ({"recipients__0__suite": "xwing"}, UnknownSuite),
    ({"recipients__0__suite": []}, UnknownSuite),
    ({"recipients__0__key": "f" * 64}, MalformedHeader),
    ({"recipients__0__body": "a"}, MalformedHeader),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_what_is_unknown_missing_or_misshapen_is_refused(changes: dict[str, Any], reason: type[Refusal]) -> None:
    with pytest.raises(reason):
        headers.read(changed(**changes))


def test_the_same_header_in_another_spelling_is_refused() -> None:
    with pytest.raises(NotCanonical):
        headers.read(json.dumps(json.loads(HEADER.to_bytes())).encode())


def test_a_header_too_long_is_not_even_parsed() -> None:
    with pytest.raises(MalformedHeader):
        headers.read(b" " * (headers.LARGEST_HEADER + 1))
    with pytest.raises(MalformedHeader):
        headers.read(b"[]")
