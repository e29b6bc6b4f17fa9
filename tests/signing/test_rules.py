# SPDX-License-Identifier: EUPL-1.2
"""The values of signing and what a late answer is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.signing.rules import (
    Answer,
    Pending,
    Prepared,
    RefusalReason,
    Refused,
    Signed,
    SignerCertificate,
    SigningRequest,
    settle,
)

DEADLINE = datetime(2026, 11, 22, 10, tzinfo=UTC)
DECLINED = Refused(RefusalReason.DECLINED, "لا")


@pytest.mark.parametrize(
    ("answer", "seconds", "worth"),
    [
        (Pending(), -1, Pending()),
        (Pending(), 0, Pending()),
        (Pending(), 1, Refused(RefusalReason.EXPIRED)),
        (Signed(b"s"), 0, Signed(b"s")),
        (Signed(b"s"), 1, Refused(RefusalReason.LATE)),
        (DECLINED, -1, DECLINED),
        (DECLINED, 1, DECLINED),
    ],
)
def test_an_answer_counts_only_until_the_deadline(answer: Answer, seconds: int, worth: Answer) -> None:
    assert settle(answer, deadline=DEADLINE, at=DEADLINE + timedelta(seconds=seconds)) == worth


preparations = st.builds(
    Prepared,
    document=st.binary(),
    placeholder=st.tuples(st.integers(0), st.integers(0)),
    document_digest=st.binary(),
    signed_attributes=st.binary(),
    signer=st.builds(SignerCertificate, st.lists(st.binary(), min_size=1).map(tuple)),
)


@given(preparations)
def test_a_preparation_survives_being_stored(prepared: Prepared) -> None:
    assert Prepared.from_bytes(prepared.to_bytes()) == prepared
    assert Prepared.from_json(prepared.to_json(), prepared.document) == prepared


@given(preparations, st.binary(min_size=1))
def test_a_preparation_refuses_another_document(prepared: Prepared, more: bytes) -> None:
    with pytest.raises(ValueError, match="not the one"):
        Prepared.from_json(prepared.to_json(), prepared.document + more)


@pytest.mark.parametrize("junk", [b"", b"junk", b"mukatabat-prepared-1\n{}\n", b"mukatabat-prepared-1\n[]\nx"])
def test_junk_is_not_a_preparation(junk: bytes) -> None:
    with pytest.raises(ValueError):
        Prepared.from_bytes(junk)


def test_a_request_is_known_by_who_signs_what() -> None:
    def request(person: int, text: str, deadline: datetime, to_be_signed: bytes = b"x") -> str:
        return SigningRequest(UUID(int=1), UUID(int=person), "c", to_be_signed, text, deadline).identity

    first = request(1, "a", DEADLINE)
    assert request(1, "b", DEADLINE + timedelta(hours=1)) == first
    assert first not in {request(2, "a", DEADLINE), request(1, "a", DEADLINE, b"y")}
