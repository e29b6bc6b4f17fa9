# SPDX-License-Identifier: EUPL-1.2
"""Letters issued per second on one core, what each part takes of it, and the floor under it in the same run."""

from __future__ import annotations

import argparse
import time
from typing import Any

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from _parts import print_database, timed_parts
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from mukatabat.letters.actions import issuing
from mukatabat.signing import pades, service
from tests.cast import Cast
from tests.story import approved_letter

PARTS = {
    "render the letter": (issuing, "print_letter"),
    "render the mark": (issuing, "render_signature_mark"),
    "prepare for signing": (pades, "prepare"),
    "sign and time-stamp": (pades, "complete"),
    "frozen bytes to disk": (issuing, "store_generated"),
    "signed bytes to disk": (issuing, "keep_generated"),
    "read frozen bytes": (issuing, "open_document"),
}


def main() -> None:
    """Issue approved letters one after the other, as the application's role on a durable database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=200)
    count = parser.parse_args().letters
    print_database()
    cast = Cast()
    letters = [approved_letter(cast) for _ in range(count + 3)]
    signer, provider, stamps = cast("signer.mof"), service.provider(), service.time_stamps()

    def issue(letter_id: Any) -> None:
        running = issuing.begin_issue(signer, letter_id, provider=provider)
        progress = issuing.collect_signature(signer, running.id, provider=provider, time_stamps=stamps)
        assert progress is issuing.Progress.ISSUED

    for letter in letters[:3]:  # the first render and the first signature load fonts and keys
        issue(letter.id)
    with timed_parts(PARTS, time.perf_counter) as seconds:
        wall, used = time.perf_counter(), time.process_time()
        for letter in letters[3:]:
            issue(letter.id)
        wall, used = time.perf_counter() - wall, time.process_time() - used
    print(
        f"{count} letters in {wall:.2f} s: {count / wall:.1f} issued/s by one client, "
        f"{1000 * wall / count:.1f} ms each; {count / used:.1f} per second of this process's CPU"
    )
    accounted = 0.0
    for part, took in sorted(seconds.items(), key=lambda pair: -pair[1]):
        accounted += took
        print(f"  {part:22} {1000 * took / count:7.2f} ms  {100 * took / wall:5.1f} %")
    rest = wall - accounted
    print(f"  {'database and the rest':22} {1000 * rest / count:7.2f} ms  {100 * rest / wall:5.1f} %")
    floor = seconds["render the letter"] / count + bare_signature()
    print(
        f"floor (the render alone and one bare P-256 signature): {1 / floor:.1f}/s; "
        f"issue runs at {100 * floor * count / wall:.0f} % of it"
    )


def bare_signature(rounds: int = 2000) -> float:
    """Seconds of one bare ECDSA P-256 signature over SHA-256."""
    key, data = ec.generate_private_key(ec.SECP256R1()), b"x" * 200
    began = time.perf_counter()
    for _ in range(rounds):
        key.sign(data, ec.ECDSA(hashes.SHA256()))
    return (time.perf_counter() - began) / rounds


if __name__ == "__main__":
    main()
