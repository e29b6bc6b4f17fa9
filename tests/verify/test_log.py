# SPDX-License-Identifier: EUPL-1.2
"""The mathematics of the log, against vectors of others and against every tree of up to 70 leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat_verify import errors
from mukatabat_verify.log import checkpoints, notes
from mukatabat_verify.log.checkpoints import LogCheckpoint, Policy
from mukatabat_verify.log.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_ranges,
    inclusion_ranges,
    range_hash,
)
from mukatabat_verify.log.notes import Note, NoteKey
from mukatabat_verify.log.tiles import HEIGHT, WIDTH, hash_in, place_of, tile_path
from tests.verify.logs import LOG, SEEN_AT, WITNESSES, Tree, cosigned, key_of

# The leaves, roots and proofs of the reference tests of certificate transparency.
LEAVES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PROOF_1_TO_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
PROOF_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


KNOWN = Tree(LEAVES)
TREE = Tree([f"leaf {number}".encode() for number in range(70)])


def test_the_roots_are_those_of_the_reference() -> None:
    assert [KNOWN.root(size).hex() for size in range(1, 9)] == ROOTS
    assert KNOWN.root(0) == EMPTY_ROOT


def test_the_proofs_are_those_of_the_reference() -> None:
    assert [one.hex() for one in KNOWN.inclusion(0, 8)] == PROOF_1_TO_8
    assert [one.hex() for one in KNOWN.consistency(1, 8)] == PROOF_1_TO_8
    assert [one.hex() for one in KNOWN.consistency(6, 8)] == PROOF_6_TO_8
    assert KNOWN.inclusion(0, 1) == KNOWN.consistency(8, 8) == []


def holds(index: int, size: int, proof: list[bytes], *, leaf: bytes | None = None, root: bytes | None = None) -> None:
    check_inclusion(leaf or TREE.hashes[index], index, size=size, root=root or TREE.root(size), proof=proof)


@given(st.data())
def test_every_leaf_of_every_tree_is_proven_and_nothing_else_is(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    proof = TREE.inclusion(index, size)
    holds(index, size, proof)
    other = data.draw(st.integers(0, 69).filter(lambda one: one != index))
    wrong = [
        (index, size, [*proof, bytes(32)]),
        (index, size, [*proof[:-1], bytes(31)]),
        (index, size, proof[:-1] if proof else [bytes(32)]),
        (other, size, proof),
        (index, size, [bytes(32), *proof[1:]]),
        (size, size, proof),
        (-1, size, proof),
    ]
    for place, of, path in wrong:
        with pytest.raises(errors.InclusionBroken):
            check_inclusion(TREE.hashes[index], place, size=of, root=TREE.root(size), proof=path)
    with pytest.raises(errors.InclusionBroken):
        holds(index, size, proof, leaf=TREE.hashes[other])


@given(st.data())
def test_every_beginning_is_proven_and_a_fork_is_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    old = data.draw(st.integers(1, size))
    proof = TREE.consistency(old, size)
    check_consistency(old, size, old_root=TREE.root(old), root=TREE.root(size), proof=proof)
    forked = Tree([f"leaf {number}".encode() for number in range(old - 1)] + [b"another"] * (71 - old))
    lies = [
        (forked.root(old), TREE.root(size), proof),
        (TREE.root(old), forked.root(size), proof),
        (TREE.root(old), forked.root(size), forked.consistency(old, size)),
        (TREE.root(old), TREE.root(size), [*proof, bytes(32)]),
        (TREE.root(old), TREE.root(size), [*proof, bytes(31)]),
    ]
    if proof:
        lies += [(TREE.root(old), TREE.root(size), proof[:-1]), (TREE.root(old), TREE.root(size), [])]
    for old_root, root, path in lies:
        with pytest.raises(errors.ConsistencyBroken):
            check_consistency(old, size, old_root=old_root, root=root, proof=path)


def test_nothing_is_the_beginning_of_everything_and_no_tree_shrinks() -> None:
    check_consistency(0, 9, old_root=EMPTY_ROOT, root=TREE.root(9), proof=[])
    for old, size, old_root in ((0, 9, TREE.root(1)), (9, 8, TREE.root(9)), (-1, 8, EMPTY_ROOT)):
        with pytest.raises(errors.ConsistencyBroken):
            check_consistency(old, size, old_root=old_root, root=TREE.root(8), proof=[])


def test_proofs_are_made_only_for_what_is_there() -> None:
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_ranges(index, size)
    for old, size in ((0, 5), (6, 5)):
        with pytest.raises(ValueError, match="no beginning"):
            consistency_ranges(old, size)
    for begin, end in ((1, 3), (2, 2)):
        with pytest.raises(ValueError, match=r"no proof|no leaves"):
            range_hash((begin, end), TREE.node)


# ── notes and checkpoints ────────────────────────────────────────────────────────────────────────────────────────────

# The example in the documentation of Go's package note.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
QUOTATION = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


CHECKPOINT = LogCheckpoint(LOG.name, 8, KNOWN.root(8))
POLICY = Policy(LOG, tuple(key for key, _ in WITNESSES), 2)


def signed(checkpoint: LogCheckpoint = CHECKPOINT, *, witnesses: int = 2) -> Note:
    return cosigned(checkpoint, witnesses=witnesses)


def test_a_note_of_another_program_is_read_and_its_signature_holds() -> None:
    key = NoteKey.parse(NEUMANN)
    assert str(key) == NEUMANN
    note = notes.read(QUOTATION.encode())
    assert note.to_bytes() == QUOTATION.encode()
    assert note.signed_by(key) == 0
    with pytest.raises(errors.NoteSignatureBroken):
        replace(note, text=note.text.replace("problem", "solution")).signed_by(key)
    assert note.signed_by(LOG) is None


def test_a_cosigned_checkpoint_is_accepted_and_says_who_saw_it_when() -> None:
    checkpoint, seen = checkpoints.accept(signed().to_bytes(), POLICY)
    assert checkpoint == CHECKPOINT
    assert seen == {"audit-bureau": SEEN_AT, "department": SEEN_AT}
    extended = replace(CHECKPOINT, extensions=("more",))
    assert checkpoints.accept(signed(extended).to_bytes(), POLICY)[0].extensions == ("more",)


def test_each_lie_in_a_checkpoint_is_refused_by_its_own_name() -> None:
    good = signed()
    stranger, private = key_of("stranger")
    only_witnesses = replace(good, signatures=good.signatures[1:])
    backdated = replace(good.signatures[1], value=bytes(8) + good.signatures[1].value[8:])
    cases: list[tuple[bytes, type[errors.Refusal]]] = [
        (b"", errors.NoteMalformed),
        (b"\xff", errors.NoteMalformed),
        (bytes(2**17), errors.NoteMalformed),
        (good.text.encode(), errors.NoteMalformed),
        (good.to_bytes()[:-1], errors.NoteMalformed),
        (good.to_bytes().replace("— ".encode(), b"- "), errors.NoteMalformed),
        (good.text.encode() + "\n— a AAAA\n".encode(), errors.NoteMalformed),
        (good.text.encode() + "\n— a A\n".encode(), errors.NoteMalformed),
        (good.text.encode() + "\n— a AAAAAAB=\n".encode(), errors.NoteMalformed),
        (Note(good.text, good.signatures * 40).to_bytes(), errors.NoteMalformed),
        (replace(good, text="one\n").to_bytes(), errors.CheckpointMalformed),
        (replace(good, text=good.text.replace("\n8\n", "\n08\n")).to_bytes(), errors.CheckpointMalformed),
        (
            replace(good, text=good.text.replace("\n8\n", "\n99999999999999999\n")).to_bytes(),
            errors.CheckpointMalformed,
        ),
        (replace(good, text=good.text.replace("=\n", "\n")).to_bytes(), errors.CheckpointMalformed),
        (replace(good, text=good.text.replace("\n8\n", "\n9\n")).to_bytes(), errors.NoteSignatureBroken),
        (signed(replace(CHECKPOINT, origin="elsewhere")).to_bytes(), errors.OtherLog),
        (only_witnesses.to_bytes(), errors.NoteUnsigned),
        (signed(witnesses=1).to_bytes(), errors.TooFewWitnesses),
        (replace(good, signatures=(good.signatures[0], backdated)).to_bytes(), errors.NoteSignatureBroken),
        (
            Note(good.text, (*good.signatures[:2], notes.sign(good.text, stranger, private.sign))).to_bytes(),
            errors.TooFewWitnesses,
        ),
    ]
    for number, (data, reason) in enumerate(cases):
        with pytest.raises(errors.Refusal) as caught:
            checkpoints.accept(data, POLICY)
        assert type(caught.value) is reason, number


@given(st.data())
def test_whatever_is_done_to_a_checkpoint_only_a_named_refusal_comes_out(data: st.DataObject) -> None:
    whole = signed().to_bytes()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    changed = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    try:
        checkpoint, seen = checkpoints.accept(changed, POLICY)
    except errors.Refusal:
        return
    assert (checkpoint, len(seen) >= 2) == (CHECKPOINT, True)


@pytest.mark.parametrize(
    "text", ["", "a+b+c", NEUMANN.replace("c74f20a3", "c74f20a4"), NEUMANN.replace("Peter", "P "), "a++"]
)
def test_what_is_no_key_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        NoteKey.parse(text)


# ── tiles ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_tiles_lie_where_the_specification_says() -> None:
    assert tile_path(0, 0) == "tile/0/000"
    assert tile_path(1, 1234067) == "tile/1/x001/x234/067"
    assert tile_path("entries", 5, width=17) == "tile/entries/005.p/17"
    for index, width in ((-1, 1), (0, 0), (0, 257)):
        with pytest.raises(ValueError, match="no such tile"):
            tile_path(0, index, width=width)


def test_the_hashes_of_subtrees_are_found_in_tiles() -> None:
    big = Tree([number.to_bytes(4, "big") for number in range(3 * WIDTH + 5)])
    for level, index in ((0, 0), (0, 700), (3, 5), (7, 1), (5, 17)):
        tile_level, tile_index, depth = place_of(level, index)
        assert tile_level == 0
        row = big.hashes[tile_index * WIDTH : (tile_index + 1) * WIDTH]
        assert hash_in(b"".join(row), depth, index) == big.node(level, index)
    assert place_of(HEIGHT, 2) == (1, 0, 0)
    with pytest.raises(ValueError, match="does not reach"):
        hash_in(bytes(64), 2, 0)
