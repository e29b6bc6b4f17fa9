# SPDX-License-Identifier: EUPL-1.2
"""Growing the tree by tiles gives what the mathematics of the log says, at every size and in every portion."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.ledger import protocol
from mukatabat.ledger.protocol import AddCheckpoint
from mukatabat.ledger.rules import Tiles, bundle, edge_of, grown, parse_tile_path, root_of
from mukatabat_verify.log import policies
from mukatabat_verify.log.merkle import leaf_hash, node_hash
from mukatabat_verify.log.notes import COSIGNATURE, ED25519, NoteKey
from mukatabat_verify.log.tiles import tile_path

KEYS = [NoteKey(f"w{number}.example/w", COSIGNATURE, bytes([number]) * 32) for number in range(3)]


def plain_root(rows: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(rows) == 1:
        return leaf_hash(rows[0])
    middle = 1 << (len(rows) - 1).bit_length() - 1
    return node_hash(plain_root(rows[:middle]), plain_root(rows[middle:]))


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_in_whatever_portions_leaves_come_the_root_is_that_of_the_whole(portions: list[int]) -> None:
    size, tiles, leaves = 0, Tiles(), list[bytes]()
    for count in portions:
        fresh = [(size + number).to_bytes(4, "big") for number in range(count)]
        edge = {place: tiles[place] for place in edge_of(size)}
        changed = grown(size, edge, fresh)
        assert all(data.startswith(edge.get(place, b"")) for place, data in changed.items())
        tiles |= changed
        size, leaves = size + count, leaves + fresh
        assert root_of(size, edge | changed) == plain_root(leaves)


def test_a_tree_of_full_tiles_has_its_next_level() -> None:
    leaves = [number.to_bytes(4, "big") for number in range(65_536)]
    tiles = grown(0, {}, leaves)
    assert len([place for place in tiles if place[0] == 0]) == 256
    assert {place for place in tiles if place[0]} == {(1, 0), (2, 0)}
    assert root_of(65_536, tiles) == plain_root(leaves)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("0/000", (0, 0, 256)), ("entries/x001/x234/067.p/8", ("entries", 1_234_067, 8)), ("63/000.p/1", (63, 0, 1)),
        ("0/000.p/256", None), ("0/000.p/0", None), ("0/x000/001", None), ("00/000", None), ("0/1", None),
        ("0/000.p/", None), ("../0/000", None), ("0/٠٠٠", None), ("0/000/", None), ("0/" + "x999/" * 9 + "999", None),
    ],
)  # fmt: skip
def test_a_tile_has_one_path(path: str, place: tuple[int | str, int, int] | None) -> None:
    assert parse_tile_path(path) == place
    if place is not None:
        assert tile_path(place[0], place[1], width=place[2]) == f"tile/{path}"


def test_entries_are_bundled_after_their_length() -> None:
    assert bundle([b"ab", b"c"]) == b"\0\2ab\0\1c"


@given(st.binary(max_size=400))
def test_no_bytes_make_a_witness_stumble(data: bytes) -> None:
    try:
        found = protocol.parse(b"old " + data)
    except ValueError:
        return
    assert found.to_bytes() == b"old " + data


def test_a_request_comes_out_as_it_went_in() -> None:
    request = AddCheckpoint(7, (bytes(32), b"\1" * 32), b"x\n1\n\n\xe2\x80\x94 a b\n")
    assert protocol.parse(request.to_bytes()) == request
    for broken in (b"old 07\n\nx", b"old 7\nAA==\n\nx", b"old 7\nx", b"old 7\n" + b"%s\n" % (b"A" * 44) * 70 + b"\nx"):
        with pytest.raises(ValueError):
            protocol.parse(broken)


POLICY = "".join(f"witness w{number} {key} http://w{number}.example/\n" for number, key in enumerate(KEYS))


def test_a_policy_says_who_and_how_many() -> None:
    found = policies.parse(POLICY + "group all-of-us 2 w0 w1 w2  # two suffice\nquorum all-of-us\n")
    assert [one.url for one in found.witnesses] == [f"http://w{number}.example" for number in range(3)]
    assert (found.quorum, found.answers_needed) == (2, 2)
    for nobody in ("", POLICY):
        assert policies.parse(nobody + "quorum none\n").answers_needed == 0
    assert policies.parse(POLICY + "quorum w1").quorum == 1
    assert policies.parse(POLICY + "group g all w0 w1\nquorum g").quorum == 2


@pytest.mark.parametrize(
    "text",
    [
        "", POLICY, POLICY + "quorum other", POLICY + "group g 4 w0 w1 w2\nquorum g", POLICY + "group g 0 w0\nquorum g",
        POLICY + "group g 2 w0 w0\nquorum g", POLICY + "group g 1 w9\nquorum g", POLICY + "quorum none\nquorum none",
        POLICY + "group g 1 w0\ngroup h 1 g\nquorum h", "witness a b c\nquorum none", "nonsense\nquorum none",
        f"witness a {KEYS[0]} ftp://x\nquorum a", f"witness a {KEYS[0]} http://x\nwitness b {KEYS[0]} http://y\nquorum a",
        f"witness a {NoteKey('a', ED25519, bytes(32))} http://x\nquorum a",
    ],
)  # fmt: skip
def test_a_policy_that_is_not_understood_is_refused_and_not_weakened(text: str) -> None:
    with pytest.raises(ValueError):
        policies.parse(text)


def test_whatever_the_quorum_those_asked_at_the_start_hold_one_who_saw_the_last_proof() -> None:
    for count in range(1, 8):
        for quorum, _ in pairwise(range(1, count + 2)):
            entries = tuple(policies.WitnessEntry(str(one), KEYS[0], "") for one in range(count))
            assert policies.WitnessPolicy(entries, quorum).answers_needed + quorum > count


def test_a_reader_s_policy_names_the_log_too_and_is_written_as_it_is_read() -> None:
    log = NoteKey("host.example/log", ED25519, bytes(32))
    witnesses = POLICY.replace("/\n", "\n")
    text = f"log {log}\n{witnesses}group enough 2 w0 w1 w2\nquorum enough\n"
    found = policies.parse(text)
    assert (str(found), found.for_readers().log, found.for_readers().quorum) == (text, log, 2)
    assert str(policies.parse("quorum none")) == "quorum none\n"
    with pytest.raises(ValueError):
        policies.parse(POLICY + "quorum w0\n").for_readers()
