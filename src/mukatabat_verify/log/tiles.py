# SPDX-License-Identifier: EUPL-1.2
"""Where a log's hashes lie as files (C2SP tlog-tiles): tiles of up to 256 hashes, one for eight levels of the tree."""

from __future__ import annotations

from typing import Final

from mukatabat_verify.log.merkle import HASH_BYTES, node_hash

HEIGHT: Final = 8
WIDTH: Final = 2**HEIGHT


def tile_path(level: int | str, index: int, *, width: int = WIDTH) -> str:
    """Give the path of a tile; ``level`` is its number or "entries", ``width`` how many it holds if it is not full."""
    if index < 0 or not 1 <= width <= WIDTH:
        raise ValueError("there is no such tile")
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def place_of(level: int, index: int) -> tuple[int, int, int]:
    """Tell where the hash of a full subtree of 2^level leaves is found: tile level, tile index, and depth within it.

    The hash is that of 2^depth neighbours in the tile, from ``hash_in`` at ``index``.
    """
    tile_level, depth = divmod(level, HEIGHT)
    return tile_level, (index << depth) // WIDTH, depth


def hash_in(tile: bytes, depth: int, index: int) -> bytes:
    """Compute the hash of a full subtree from the tile with its lowest row; ValueError when that is too short."""
    begin = (index << depth) % WIDTH
    row = [tile[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(begin, begin + (1 << depth))]
    if len(row[-1]) != HASH_BYTES:
        raise ValueError("the tile does not reach so far")
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
