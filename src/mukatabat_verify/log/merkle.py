# SPDX-License-Identifier: EUPL-1.2
"""The tree over a log's leaves (RFC 9162 §2.1): hashes, and proofs that something is in it and nothing left it.

A proof is a list of hashes of ranges of leaves. Which ranges is told by :func:`inclusion_ranges` and
:func:`consistency_ranges`; their hashes come from whoever stores the tree, by :func:`range_hash`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from mukatabat_verify.errors import ConsistencyBroken, InclusionBroken

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

Range: TypeAlias = tuple[int, int]
"""Leaves from the first number to the one before the second."""
Node: TypeAlias = Callable[[int, int], bytes]
"""``node(level, index)`` gives the hash of the full subtree of 2^level leaves, at an index counted in such subtrees."""


def leaf_hash(data: bytes) -> bytes:
    """Hash the bytes of a leaf."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into what stands above them."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_hash(size: int, node: Node) -> bytes:
    """Give the root of the first ``size`` leaves."""
    return range_hash((0, size), node) if size else EMPTY_ROOT


def range_hash(leaves: Range, node: Node) -> bytes:
    """Give the hash of a range that occurs in a proof; ValueError for any other."""
    parts = [node(level, index) for level, index in _full_subtrees(leaves)]
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Give the ranges whose hashes prove that a leaf is among the first ``size``, from the leaf upward (§2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    return _path(index, (0, size))


def consistency_ranges(old: int, size: int) -> list[Range]:
    """Give the ranges whose hashes prove that the first ``old`` leaves begin the first ``size`` (§2.1.4.1)."""
    if not 0 < old <= size:
        raise ValueError(f"{old} leaves are no beginning of {size}")
    return [] if old == size else _subproof(old, (0, size), whole=True)


def check_inclusion(leaf: bytes, index: int, *, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the leaf with this hash stands at an index in the tree of this size and root (RFC 9162 §2.1.3.2).

    Raises InclusionBroken.
    """
    if not 0 <= index < size:
        raise InclusionBroken(f"no leaf {index} among {size}")
    place, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0 or len(one) != HASH_BYTES:
            raise InclusionBroken("the proof has another length")
        if place & 1 or place == last:
            found = node_hash(one, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    if last or found != root:
        raise InclusionBroken


def check_consistency(old: int, size: int, *, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of ``old`` leaves is the beginning of that of ``size`` leaves (RFC 9162 §2.1.4.2).

    A tree of nothing is the beginning of every tree. Raises ConsistencyBroken.
    """
    if not 0 <= old <= size or any(len(one) != HASH_BYTES for one in proof):
        raise ConsistencyBroken(f"from {old} to {size}")
    if old in {0, size}:
        if proof or (old == size and old_root != root) or (old == 0 and old_root != EMPTY_ROOT):
            raise ConsistencyBroken
    elif _rebuilt(old, size, old_root, proof) != (old_root, root):
        raise ConsistencyBroken


def _rebuilt(old: int, size: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Compute both roots from a proof."""
    # A beginning that is one full subtree is not repeated in the proof: it is the old root itself.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        raise ConsistencyBroken("no proof")
    first = second = path[0]
    for one in path[1:]:
        if last == 0:
            raise ConsistencyBroken("the proof is too long")
        if place & 1 or place == last:
            first, second = node_hash(one, first), node_hash(one, second)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ConsistencyBroken("the proof is too short")
    return first, second


def _full_subtrees(leaves: Range) -> Iterator[tuple[int, int]]:
    begin, end = leaves
    if not 0 <= begin < end:
        raise ValueError(f"no leaves from {begin} to {end}")
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin & ((1 << level) - 1):
            raise ValueError(f"the range from {begin} to {end} is in no proof")
        yield level, begin >> level
        begin += 1 << level


def _split(leaves: Range) -> int:
    """Where the left subtree ends: the largest power of two that is smaller than the length."""
    begin, end = leaves
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def _path(index: int, leaves: Range) -> list[Range]:
    begin, end = leaves
    if end - begin == 1:
        return []
    middle = _split(leaves)
    if index < middle:
        return [*_path(index, (begin, middle)), (middle, end)]
    return [*_path(index, (middle, end)), (begin, middle)]


def _subproof(old: int, leaves: Range, *, whole: bool) -> list[Range]:
    begin, end = leaves
    if old == end:
        return [] if whole else [leaves]
    middle = _split(leaves)
    if old <= middle:
        return [*_subproof(old, (begin, middle), whole=whole), (middle, end)]
    return [*_subproof(old, (middle, end), whole=False), (begin, middle)]
