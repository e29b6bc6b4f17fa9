# SPDX-License-Identifier: EUPL-1.2
"""Sealed bytes: nothing is read without the key, nothing is changed without being found, any part is read alone."""

from __future__ import annotations

import io
import random
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.vault.envelope import HEADER, DataKey, Sealer, seal, unsealed
from mukatabat.vault.errors import BlobDamaged
from mukatabat.vault.rules import Blob
from mukatabat_verify.stream import CHUNK, SEALED_CHUNK, TAG

KEY = DataKey(bytes(range(32)))
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def sealed(data: bytes, key: DataKey = KEY) -> bytes:
    return b"".join(seal(data, Sealer(key)))


def opened(data: bytes, key: DataKey = KEY, *, size: int | None = None) -> bytes:
    with unsealed(io.BytesIO(data), key, address="a", size=size) as stream:
        return stream.read()


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back_at_every_border_of_a_chunk(size: int) -> None:
    data, sealer = noise(size), Sealer(KEY)
    cipher = b"".join(seal(io.BytesIO(data), sealer))
    assert sealer.blob == Blob(f"sha256:{sha256(data).hexdigest()}", size)
    assert len(cipher) == HEADER + size + TAG * max(1, -(-size // CHUNK))
    assert opened(cipher, size=size) == data


@given(pieces=st.lists(st.sampled_from([b"", b"a", bytes(1000), bytes(CHUNK), bytes(CHUNK + 3)]), max_size=5))
def test_it_does_not_matter_in_which_pieces_the_bytes_come(pieces: list[bytes]) -> None:
    sealer = Sealer(KEY)
    cipher = b"".join(part for piece in pieces for part in sealer.update(piece)) + b"".join(sealer.finish())
    assert cipher == sealed(b"".join(pieces))


def test_a_part_is_read_without_opening_the_rest() -> None:
    data = noise(3 * CHUNK + 7)
    cipher = bytearray(sealed(data))
    cipher[HEADER] ^= 1  # the first chunk is damaged, and nobody asks for it
    with unsealed(io.BytesIO(bytes(cipher)), KEY, address="a") as stream:
        for at in (2 * CHUNK - 5, CHUNK, 3 * CHUNK + 2, 3 * CHUNK + 7, 9 * CHUNK):
            assert stream.seek(at) == at
            assert stream.read(10) == data[at : at + 10]
        assert stream.seek(-3, io.SEEK_END) == len(data) - 3
        assert stream.read() == data[-3:]
        stream.seek(0)
        with pytest.raises(BlobDamaged):
            stream.read(1)


def swapped(data: bytes) -> bytes:
    first, second = HEADER + SEALED_CHUNK, HEADER + 2 * SEALED_CHUNK
    return data[:HEADER] + data[first:second] + data[HEADER:first] + data[second:]


TAMPERED = {
    "a bit of a chunk": lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
    "a bit of a tag": lambda data: data[:-1] + bytes([data[-1] ^ 128]),
    "the form": lambda data: b"MKTC" + data[4:],
    "the commitment": lambda data: data[:12] + bytes([data[12] ^ 1]) + data[13:],
    "chunks swapped": swapped,
    "a chunk dropped": lambda data: data[:HEADER] + data[HEADER + SEALED_CHUNK :],
    "a chunk doubled": lambda data: data[: HEADER + SEALED_CHUNK] + data[HEADER:],
    "cut at a chunk's border": lambda data: data[: HEADER + 2 * SEALED_CHUNK],
    "cut within a chunk": lambda data: data[:-5],
    "cut within the header": lambda data: data[:20],
    "nothing left": lambda _: b"",
    "something added": lambda data: data + b"x",
    "a whole chunk added": lambda data: data + bytes(SEALED_CHUNK),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_every_change_is_found(how: str) -> None:
    cipher = TAMPERED[how](sealed(noise(3 * CHUNK)))
    with pytest.raises(BlobDamaged) as caught:
        opened(cipher)
    assert caught.value.params == {"digest": "a"}


def test_a_cut_end_is_found_before_the_first_byte_where_the_record_knows_the_size() -> None:
    cipher = sealed(noise(3 * CHUNK))
    with pytest.raises(BlobDamaged):
        unsealed(io.BytesIO(cipher[: HEADER + 2 * SEALED_CHUNK]), KEY, address="a", size=3 * CHUNK)


def test_another_key_opens_nothing_and_the_header_commits_to_one() -> None:
    with pytest.raises(BlobDamaged):
        opened(sealed(b"letter"), DataKey(bytes(32)))
    assert DataKey(bytes(32)).header != KEY.header


def test_a_key_is_never_shown_and_two_are_never_the_same() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert str(KEY.secret) not in repr(KEY)
    assert DataKey.fresh() != DataKey.fresh()


def test_the_form_is_stable() -> None:
    """The bytes of form 1 as they lie in stores: a change here needs a new form beside the old one."""
    digest = sha256(sealed(b"letter")).hexdigest()
    assert digest == "ea89f2dd57f8f96d01ed41dfcd49831478e9206e982ff2d4e423be8a55145e08"
