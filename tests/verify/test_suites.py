# SPDX-License-Identifier: EUPL-1.2
"""Wrapping a parcel's key for a recipient's key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mukatabat_verify.errors import WrapForeign
from mukatabat_verify.parcel.suites import P256, WRAPS, XWING, AgreementKey, RecipientKey, SoftwareKey
from tests.verify.support import opening_key

SECRET = bytes(range(32))


def in_a_module(key: SoftwareKey) -> AgreementKey:
    """The same P-256 key as a hardware module gives it: it only agrees."""
    private = ec.derive_private_key(int.from_bytes(key.secret, "big"), ec.SECP256R1())

    def agree(point: bytes) -> bytes:
        return private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))

    return AgreementKey(key.recipient, agree)


@pytest.mark.parametrize("suite", [XWING, P256])
def test_a_wrap_opens_with_its_key_and_its_info_alone(suite: str) -> None:
    key = opening_key(suite)
    wrapped = key.recipient.wrap(SECRET, b"this header")
    assert len(wrapped) == WRAPS[suite].length
    assert key.unwrap(wrapped, b"this header") == SECRET
    for bad, info, by in (
        (wrapped, b"another header", key),
        (wrapped, b"this header", SoftwareKey.fresh(suite)),
        (wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"this header", key),
        (bytes([wrapped[0] ^ 1]) + wrapped[1:], b"this header", key),
        (wrapped[:-1], b"this header", key),
        (b"", b"this header", key),
    ):
        with pytest.raises(WrapForeign):
            by.unwrap(bad, info)


def test_a_key_in_a_module_opens_the_same_wraps_and_refuses_the_same() -> None:
    software = opening_key(P256)
    module = in_a_module(software)
    wrapped = software.recipient.wrap(SECRET, b"info")
    assert module.unwrap(wrapped, b"info") == SECRET
    for bad in (wrapped[:-1] + b"\0", b"\0" * len(wrapped), b"", wrapped[:1] + b"\xff" * 64 + wrapped[65:]):
        with pytest.raises(WrapForeign):
            module.unwrap(bad, b"info")
    with pytest.raises(WrapForeign):
        module.unwrap(wrapped, b"other")


@pytest.mark.parametrize(("suite", "size"), [(XWING, 1216), (P256, 65)])
def test_a_key_is_known_by_suite_and_public_half(suite: str, size: int) -> None:
    key = SoftwareKey.fresh(suite)
    assert len(key.recipient.public) == size
    assert SoftwareKey(suite, key.secret).recipient == key.recipient
    assert RecipientKey(P256, key.recipient.public).id != RecipientKey(XWING, key.recipient.public).id
    assert key.secret.hex() not in repr(key)


@pytest.mark.parametrize("suite", [XWING, P256])
def test_nothing_is_wrapped_for_what_is_no_key(suite: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        RecipientKey(suite, b"\4" + bytes(20)).wrap(SECRET, b"")
