# SPDX-License-Identifier: EUPL-1.2
"""Letters delivered per second on one core, what sealing and opening take of it, and a circular to every body."""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import Any

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _parts import print_database, timed_parts

from mukatabat.directory import queries as directory
from mukatabat.exchange import carrier, inbox, jobs, outbox
from mukatabat.exchange.models import Consignment, SealedParcel
from mukatabat.kernel.vocabulary import Realm
from mukatabat.letters.commands import AddresseeCommand
from mukatabat.tenancy.context import scope
from mukatabat.vault.models import DocumentKey
from tests.cast import MOF, Cast
from tests.story import issued_letter

PARTS = {
    "seal: container, ciphertext, header, wraps": (outbox, "seal"),
    "open: every check": (inbox, "open_parcel"),
    "rows of the recipient": (inbox, "lay_in"),
}


def carried(cast: Cast, **changes: Any) -> list[str]:
    """Issue a letter of the Ministry of Finance; the consignments that wait to be carried."""
    letter = issued_letter(cast, **changes)
    with scope(cast("signer.mof")):
        return [str(one) for one in Consignment.objects.filter(letter_id=letter.id).values_list("id", flat=True)]


def deliver(waiting: list[str]) -> tuple[float, float, Counter[str]]:
    """Carry consignments one after the other; gives seconds of the clock, of this process, and by part."""
    with timed_parts(PARTS, time.process_time) as seconds:
        wall, used = time.perf_counter(), time.process_time()
        for one in waiting:
            jobs.carry(body=str(MOF), consignment=one)
        return time.perf_counter() - wall, time.process_time() - used, seconds


def report(name: str, count: int, found: tuple[float, float, Counter[str]]) -> None:
    """Say how long a delivery took, and of what it was made."""
    wall, used, seconds = found
    print(f"{name}: {count / wall:.1f} delivered/s, {1000 * wall / count:.1f} ms each, "
          f"{1000 * used / count:.1f} ms of this process")  # fmt: skip
    for part, took in seconds.most_common():
        print(f"  {part:44} {1000 * took / count:7.2f} ms  {100 * took / used:5.1f} %")


def main() -> None:
    """Deliver letters one after the other, then one circular to all, as the application's role."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=100)
    count = parser.parse_args().letters
    print_database()
    cast = Cast()
    deliver(carried(cast))  # the first parcel makes the keys of both bodies
    report("letters", count, deliver([one for _ in range(count) for one in carried(cast)]))
    bodies = [one.id for one in directory.addressable_bodies(Realm.LIVE) if one.id != MOF]
    circular = carried(cast, addressees=tuple(AddresseeCommand(one) for one in bodies))
    report(f"a circular to {len(circular)}", len(circular), deliver(circular))
    with scope(carrier.carrier(MOF)):
        sealed = SealedParcel.objects.latest("sealed_at")
        assert Consignment.objects.filter(sealed=sealed, state="delivered").count() > 1
        assert not DocumentKey.objects.filter(address=sealed.address).exists()
    print(f"one ciphertext; header {len(bytes(sealed.cover))} bytes")


if __name__ == "__main__":
    main()
