# SPDX-License-Identifier: EUPL-1.2
"""Sealed streams at the borders of their chunks."""

from __future__ import annotations

import io
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat_verify.errors import ChunkBroken
from mukatabat_verify.stream import (
    CHUNK,
    SEALED_CHUNK,
    TAG,
    ChunkCipher,
    StreamSealer,
    Unsealed,
    exactly,
    plain_size,
    sealed_size,
)
from tests.verify.support import noise

CIPHER = ChunkCipher(bytes(range(32)), associated=b"mine")
BORDERS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]


def sealed(*pieces: bytes) -> bytes:
    digest = sha256()
    sealer = StreamSealer(CIPHER, digest=digest.update)
    chunks = [one for piece in pieces for one in sealer.update(piece)]
    cipher = b"".join([*chunks, sealer.finish()])
    assert (digest.digest(), sealer.size) == (sha256(b"".join(pieces)).digest(), sum(map(len, pieces)))
    return cipher


def opened(data: bytes, cipher: ChunkCipher = CIPHER, *, begin: int = 0) -> bytes:
    with io.BufferedReader(Unsealed(io.BytesIO(data), cipher, begin=begin)) as stream:
        return stream.read()


@pytest.mark.parametrize("size", BORDERS)
def test_what_was_sealed_comes_back_at_every_border(size: int) -> None:
    data = noise(size)
    assert len(sealed(data)) == sealed_size(size)
    assert plain_size(sealed_size(size)) == size
    assert opened(sealed(data)) == data
    assert opened(b"head" + sealed(data), begin=4) == data


@given(st.integers(0, 2**40))
def test_lengths_agree_both_ways(size: int) -> None:
    assert plain_size(sealed_size(size)) == size


@pytest.mark.parametrize("length", [0, TAG - 1, SEALED_CHUNK + 1, SEALED_CHUNK + TAG])
def test_a_length_of_no_content_is_refused(length: int) -> None:
    with pytest.raises(ChunkBroken):
        plain_size(length)


@given(st.lists(st.sampled_from([b"", b"a", bytes(1000), bytes(CHUNK), bytes(CHUNK + 3)]), max_size=5))
def test_it_does_not_matter_in_which_pieces_the_bytes_come(pieces: list[bytes]) -> None:
    assert sealed(*pieces) == sealed(b"".join(pieces))


def test_a_part_is_read_without_opening_the_rest() -> None:
    data = noise(6 * CHUNK + 7)
    damaged = bytearray(sealed(data))
    damaged[0] ^= 1  # nobody asks for the first chunk
    stream = Unsealed(io.BytesIO(bytes(damaged)), CIPHER)
    for at in (5 * CHUNK - 3, CHUNK, 2 * CHUNK, 3 * CHUNK, 6 * CHUNK + 5):
        assert stream.seek(at) == stream.tell() == at
        assert exactly(stream, 6) == data[at : at + 6]
    assert stream.seek(-3, io.SEEK_END) == len(data) - 3
    assert exactly(stream, 9) == data[-3:]
    assert stream.seek(0) == 0
    with pytest.raises(ChunkBroken):
        stream.read(1)


def test_even_an_empty_content_is_proven() -> None:
    assert opened(sealed()) == b""
    with pytest.raises(ChunkBroken):
        opened(bytes(TAG))


def test_another_key_and_another_context_open_nothing() -> None:
    for other in (ChunkCipher(bytes(32), associated=b"mine"), ChunkCipher(bytes(range(32)))):
        with pytest.raises(ChunkBroken):
            opened(sealed(b"letter"), other)
