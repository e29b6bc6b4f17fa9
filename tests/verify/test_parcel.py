# SPDX-License-Identifier: EUPL-1.2
"""A parcel from the sending body to each of its recipients, and everything that is done to it on the way."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat_verify import errors
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel.cover import Cover
from mukatabat_verify.parcel.header import digest_of
from mukatabat_verify.parcel.keys import ParcelKey, wrap_info
from mukatabat_verify.parcel.opening import came_before, check_sealed, check_signature, open_key, opened
from mukatabat_verify.parcel.sealing import ContentSealer, make_cover, raw_signature
from mukatabat_verify.parcel.suites import P256, XWING
from mukatabat_verify.stream import CHUNK, SEALED_CHUNK
from tests.verify.support import KEYS, Parcel, issue, make_parcel, noise, open_parcel, opening_key, root, seal

BORDERS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]
LETTER = noise(3 * CHUNK)
PARCEL = make_parcel(LETTER)
DATA = PARCEL.to_bytes()
START = len(PARCEL.cover.to_bytes())


@pytest.mark.parametrize("size", BORDERS)
@pytest.mark.parametrize("body", KEYS)
def test_every_recipient_opens_the_same_content_at_every_border_of_a_chunk(size: int, body: str) -> None:
    parcel = make_parcel(noise(size))
    assert open_parcel(parcel.to_bytes(), by=body) == noise(size)
    check_sealed(parcel.header, io.BytesIO(parcel.sealed))


def test_one_ciphertext_serves_all_and_each_gets_its_own_wrap() -> None:
    mine = KEYS["FL"].recipient.id
    alone = PARCEL.cover.only_for([mine])
    assert set(alone.wraps) == {mine}
    assert open_parcel(alone.to_bytes() + PARCEL.sealed) == LETTER
    with pytest.raises(errors.WrapMissing):
        open_parcel(alone.to_bytes() + PARCEL.sealed, by="MOH")


def test_the_header_does_not_tell_what_was_sent_to_whoever_can_guess_it() -> None:
    short = make_parcel(b"yes")
    assert hashlib.sha256(b"yes").hexdigest().encode() not in short.cover.header
    assert short.header.content.digest == hashlib.sha256(short.key.salt + b"yes").hexdigest()


def test_a_cover_is_made_only_for_the_header_s_own_seal_key_and_recipients() -> None:
    header, mine = PARCEL.header, [one.recipient for one in KEYS.values()]
    for key, recipients, by in (
        (ParcelKey.fresh(), mine, seal()),
        (PARCEL.key, mine[:1], seal()),
        (PARCEL.key, mine, seal("MOH")),
    ):
        with pytest.raises(ValueError, match="not for this"):
            make_cover(header, key, recipients=recipients, seal=by)


def test_a_parcel_that_comes_again_is_known_and_another_under_its_name_is_refused() -> None:
    assert not came_before(PARCEL.cover, None)
    assert came_before(PARCEL.cover, PARCEL.cover.digest)
    with pytest.raises(errors.SameIdOtherBytes):
        came_before(make_parcel(b"other").cover, PARCEL.cover.digest)


def test_a_suite_below_the_recipient_s_floor_is_refused() -> None:
    with pytest.raises(errors.BelowFloor):
        open_key(PARCEL.cover, PARCEL.header, KEYS["MOH"], accepted={XWING})
    assert open_key(PARCEL.cover, PARCEL.header, KEYS["MOH"], accepted={P256}) == PARCEL.key


def test_a_stranger_s_key_opens_nothing() -> None:
    with pytest.raises(errors.NotAddressed):
        open_key(PARCEL.cover, PARCEL.header, opening_key(XWING, "stranger"), accepted={XWING})


# ── the tamper matrix ────────────────────────────────────────────────────────────────────────────────────────────────


def flipped(place: int) -> Callable[[], bytes]:
    return lambda: DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :]


def chunks() -> list[bytes]:
    return [PARCEL.sealed[at : at + SEALED_CHUNK] for at in range(0, len(PARCEL.sealed), SEALED_CHUNK)]


def with_chunks(*order: int) -> bytes:
    return DATA[:START] + b"".join(chunks()[one] for one in order)


def with_cover(cover: Cover) -> bytes:
    return cover.to_bytes() + PARCEL.sealed


def with_wrap(wrap: bytes) -> bytes:
    return with_cover(replace(PARCEL.cover, wraps={**PARCEL.cover.wraps, KEYS["FL"].recipient.id: wrap}))


def edited_header() -> bytes:
    edited = PARCEL.cover.header.replace(b'"sender":"MOF"', b'"sender":"MOI"')
    return with_cover(replace(PARCEL.cover, header=edited))


def resigned_header() -> bytes:
    """Another body puts its name and seal over a parcel that it received, and leaves the wraps."""
    other = seal("MOI")
    certificate = hashlib.sha256(other.chain[0]).hexdigest()
    header = replace(PARCEL.header, sender="MOI", certificate=certificate).to_bytes()
    signature = raw_signature(other.sign, covers.SIGNED + header)
    return with_cover(Cover(header, signature, other.chain, PARCEL.cover.wraps))


def forwarded() -> bytes:
    """A recipient wraps the key for a third, under the sender's own header."""
    thief = opening_key(XWING, "thief").recipient
    wrap = thief.wrap(PARCEL.key.secret, wrap_info(PARCEL.cover.digest, thief.id))
    return with_wrap(wrap)


def two_letters() -> bytes:
    """A dishonest sender wraps one key for one recipient and another for the next."""
    mine = KEYS["FL"].recipient
    return with_wrap(mine.wrap(ParcelKey.fresh().secret, wrap_info(PARCEL.cover.digest, mine.id)))


def other_content() -> bytes:
    """The sender seals another content under the key, and signs for the first."""
    sealer = ContentSealer(PARCEL.key)
    return DATA[:START] + b"".join(sealer.seal([LETTER[::-1]]))


def from_another_parcel() -> bytes:
    return with_wrap(make_parcel(b"x").cover.wraps[KEYS["FL"].recipient.id])


def other_certificate() -> bytes:
    other = issue("Other", issuer=root())
    return with_cover(replace(PARCEL.cover, certificates=(other.chain[0], *PARCEL.cover.certificates[1:])))


MATRIX: dict[str, tuple[Callable[[], bytes], type[errors.Refusal]]] = {
    "nothing at all": (lambda: b"", errors.UnknownForm),
    "another form": (lambda: b"PK" + DATA[2:], errors.UnknownForm),
    "a header's length beyond all measure": (
        lambda: covers.MAGIC + b"\xff\xff\xff\xff" + DATA[23:],
        errors.MalformedHeader,
    ),
    "a bit of the header": (flipped(DATA.index(b'"commitment":"') + 14), errors.Refusal),
    "a bit of the signature": (flipped(DATA.index(PARCEL.cover.signature) + 40), errors.HeaderSignatureBroken),
    "a bit of the certificate": (flipped(DATA.index(PARCEL.cover.certificates[0]) + 90), errors.OtherCertificate),
    "another certificate": (other_certificate, errors.OtherCertificate),
    "no certificate": (lambda: with_cover(replace(PARCEL.cover, certificates=())), errors.OtherCertificate),
    "a bit of the wrap": (
        flipped(DATA.index(PARCEL.cover.wraps[KEYS["FL"].recipient.id]) + 1130),
        errors.WrapForeign,
    ),
    "another recipient's wrap": (forwarded, errors.WrapForeign),
    "another parcel's wrap": (from_another_parcel, errors.WrapForeign),
    "a wrap of another key": (two_letters, errors.CommitmentBroken),
    "no wraps": (lambda: with_cover(replace(PARCEL.cover, wraps={})), errors.WrapMissing),
    "an edited header": (edited_header, errors.HeaderSignatureBroken),
    "a header signed again by another": (resigned_header, errors.WrapForeign),
    "a bit of the content": (flipped(START + 5), errors.ChunkBroken),
    "a bit of the last tag": (flipped(len(DATA) - 1), errors.ChunkBroken),
    "chunks swapped": (lambda: with_chunks(1, 0, 2), errors.ChunkBroken),
    "a chunk dropped": (lambda: with_chunks(0, 2), errors.ChunkBroken),
    "a chunk doubled": (lambda: with_chunks(0, 0, 1, 2), errors.ChunkBroken),
    "the last chunk doubled": (lambda: with_chunks(0, 1, 2, 2), errors.TooMuch),
    "something appended": (lambda: DATA + b"x", errors.TooMuch),
    "cut in the header": (lambda: DATA[:100], errors.CutOff),
    "cut in the wraps": (lambda: DATA[: START - 5], errors.CutOff),
    "cut at a chunk's border": (lambda: with_chunks(0, 1), errors.CutOff),
    "cut in a chunk": (lambda: DATA[:-5], errors.CutOff),
    "another content under the same key": (other_content, errors.ContentChanged),
}


@pytest.mark.parametrize("how", MATRIX)
def test_each_change_is_refused_by_its_own_name(how: str) -> None:
    make, reason = MATRIX[how]
    with pytest.raises(reason) as caught:
        open_parcel(make())
    assert caught.value.text("ar") != caught.value.text("en")


@pytest.mark.parametrize(
    ("sealed", "reason"),
    [
        (PARCEL.sealed[:-1], errors.CutOff),
        (PARCEL.sealed + b"x", errors.TooMuch),
        (b"\0" + PARCEL.sealed[1:], errors.SealedBytesChanged),
    ],
)
def test_a_carrier_sees_what_it_cannot_read(sealed: bytes, reason: type[errors.Refusal]) -> None:
    with pytest.raises(reason):
        check_sealed(PARCEL.header, io.BytesIO(sealed))


def test_wraps_out_of_order_or_for_nobody_are_refused() -> None:
    counted = DATA.index(PARCEL.cover.wraps[PARCEL.header.recipients[0].key]) - 2
    for place in (1, 2, 2**15):
        with pytest.raises((errors.WrapMalformed, errors.MalformedHeader)):
            covers.read(io.BytesIO(DATA[:counted] + place.to_bytes(2, "big") + DATA[counted + 2 :]))


def test_a_signature_of_another_kind_of_key_is_refused() -> None:
    cover = replace(PARCEL.cover, certificates=(b"not a certificate",))
    header = replace(PARCEL.header, certificate=hashlib.sha256(b"not a certificate").hexdigest())
    with pytest.raises(errors.HeaderSignatureBroken):
        check_signature(cover, header)


SMALL = make_parcel(noise(50))


@given(st.data())
def test_whatever_is_done_to_the_bytes_only_a_named_refusal_comes_out(data: st.DataObject) -> None:
    whole = SMALL.to_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    changed = whole[:start] + data.draw(st.binary(max_size=40)) + whole[end:]
    try:
        content = open_parcel(changed)
    except errors.Refusal:
        return
    # Only what the recipient does not use may differ: another's wrap, and the certificates above the seal's own.
    cover, mine = covers.read(io.BytesIO(changed))[0], KEYS["FL"].recipient.id
    assert content == noise(50)
    assert (cover.header, cover.wraps[mine]) == (SMALL.cover.header, SMALL.cover.wraps[mine])
    assert cover.certificates[0] == SMALL.cover.certificates[0]


@given(
    size=st.sampled_from([1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]),
    place=st.integers(0, 2**22),
    kind=st.sampled_from(["flip", "cut", "insert"]),
)
def test_nothing_can_be_done_to_sealed_bytes_at_any_place(size: int, place: int, kind: str) -> None:
    parcel = at_border(size)
    place %= len(parcel.sealed)
    head, tail = parcel.sealed[:place], parcel.sealed[place:]
    changed = {"flip": head + bytes([tail[0] ^ 128]) + tail[1:], "cut": head, "insert": head + b"\0" + tail}[kind]
    with pytest.raises((errors.ChunkBroken, errors.CutOff, errors.TooMuch)):
        list(opened(parcel.header, parcel.key, io.BytesIO(changed)))
    with pytest.raises((errors.SealedBytesChanged, errors.CutOff, errors.TooMuch)):
        check_sealed(parcel.header, io.BytesIO(changed))


_made: dict[int, Parcel] = {}


def at_border(size: int) -> Parcel:
    if size not in _made:
        _made[size] = make_parcel(noise(size))
    return _made[size]


def test_the_name_of_a_parcel_is_its_header_alone() -> None:
    assert PARCEL.cover.digest == digest_of(PARCEL.cover.header)
    assert PARCEL.cover.only_for([]).digest == PARCEL.cover.digest
