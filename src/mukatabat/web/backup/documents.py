# SPDX-License-Identifier: EUPL-1.2
"""Documents between two stores: each read once, proven by its address while it is copied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from mukatabat.vault.errors import BlobDamaged, BlobMissing
from mukatabat.vault.ports import BlobStore

AT_ONCE = 4
"""Copies at once: a remote store answers late, a disk of our own is busy with few."""

_BATCH = 1000


def copy_all(
    source: BlobStore, target: BlobStore, addresses: Iterable[str], *, done: Callable[[int], None]
) -> list[str]:
    """Copy what the target does not hold; returns the addresses that the source does not hold, or not whole.

    ``done`` hears how many more were looked at. Raises StoreUnavailable.
    """
    return _each(addresses, lambda address: target.exists(address) or _copied(source, target, address), done=done)


def check_all(store: BlobStore, addresses: Iterable[str], *, done: Callable[[int], None]) -> list[str]:
    """Read every blob whole; returns the addresses that are missing or damaged. Raises StoreUnavailable."""
    return _each(addresses, lambda address: _sound(store, address), done=done)


def _each(addresses: Iterable[str], act: Callable[[str], bool], *, done: Callable[[int], None]) -> list[str]:
    failed = []
    remaining = iter(addresses)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while batch := list(islice(remaining, _BATCH)):
            for address, good in zip(batch, _results(pool, act, batch), strict=True):
                if not good:
                    failed.append(address)
                done(1)
    return failed


def _results(pool: ThreadPoolExecutor, act: Callable[[str], bool], batch: list[str]) -> Iterator[bool]:
    yield from pool.map(act, batch)


def _copied(source: BlobStore, target: BlobStore, address: str) -> bool:
    try:
        with source.open(address) as stream:
            blob = target.put(stream)
    except (BlobMissing, BlobDamaged):
        return False
    # What was altered lies under the address of what it is now, where nobody looks for it.
    return blob.digest == address


def _sound(store: BlobStore, address: str) -> bool:
    try:
        store.verify(address)
    except (BlobMissing, BlobDamaged):
        return False
    return True
