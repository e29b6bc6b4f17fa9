# SPDX-License-Identifier: EUPL-1.2
"""Leaves appended to the transparency log in a second, beside the bare signature and hashes; proofs, and the check."""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Callable

import _setup  # noqa: F401 - settings before the models
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from mukatabat.kernel.ids import new_id
from mukatabat.ledger import actions, queries
from mukatabat.ledger.checking import check_log
from mukatabat.ledger.models import Leaf, Log
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat_verify.log.policies import WitnessPolicy

NOBODY = WitnessPolicy()


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of this process's own time."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - used


def waiting(count: int) -> None:
    """Let so many commitments wait."""
    with transaction.atomic():
        for _ in range(count):
            actions.commit(new_id(), os.urandom(32))


def append_all(keys: VaultLogKeys, batch: int) -> None:
    """Append everything that waits, so many at a time."""
    while actions.append(keys, batch=batch):
        pass


def floor(count: int, batch: int) -> None:
    """One signature for each append, and for each leaf the two hashes that a tree cannot do without."""
    key, leaf = Ed25519PrivateKey.generate(), bytes(33)
    for number in range(count):
        hashlib.sha256(hashlib.sha256(leaf).digest() + leaf).digest()
        if number % batch == 0:
            key.sign(leaf)


def main() -> None:
    """Measure on a fresh log, and check it afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=20_000)
    asked = parser.parse_args()
    keys = VaultLogKeys()
    actions.begin(keys, "bench.example/log")
    print(f"writing the row of the queue: {asked.leaves / timed(lambda: waiting(asked.leaves))[0]:9,.0f} leaves/s")
    for batch, share in ((actions.BATCH, 1.0), (100, 0.5), (10, 0.05), (1, 0.01)):
        count = max(int(asked.leaves * share), 50)
        if share < 1:
            waiting(count)
        clock, core = timed(lambda: append_all(keys, batch))  # noqa: B023 - called at once
        bare = timed(lambda: floor(count, batch))[1]  # noqa: B023
        print(
            f"{batch:5} in one append: {count / clock:9,.0f} leaves/s by the clock, {count / core:9,.0f} per second of "
            f"core; signature and hashes alone {count / bare:9,.0f}"
        )
    sources = list(Leaf.objects.order_by("?").values_list("source_id", flat=True)[:200])
    clock, _ = timed(lambda: [queries.prove([one], NOBODY) for one in sources])
    print(f"proofs of inclusion: {len(sources) / clock:,.0f}/s in a log of {Log.objects.get().size:,} leaves")
    clock, _ = timed(lambda: print(f"faults: {len(check_log(NOBODY).faults)}"))
    print(f"the whole log computed anew in {clock:.1f} s")


if __name__ == "__main__":
    main()
