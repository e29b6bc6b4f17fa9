# SPDX-License-Identifier: EUPL-1.2
"""Parcels, evidence and leaves of the log per second and core, and 2 GiB streamed, each beside the bare work.

What is bare is done in the same run: the public-key work, AES-GCM and SHA-256 that nothing of this can do without.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mukatabat_verify.evidence.signature import check, sign
from mukatabat_verify.parcel import cover as covers
from mukatabat_verify.parcel import header as headers
from mukatabat_verify.parcel.header import Content, Header
from mukatabat_verify.parcel.keys import ParcelKey
from mukatabat_verify.parcel.opening import check_signature, open_key, opened
from mukatabat_verify.parcel.sealing import ContentSealer, make_cover, recipients_of
from mukatabat_verify.parcel.suites import P256, WRAPS, XWING, SoftwareKey
from mukatabat_verify.stream import CHUNK
from tests.verify.evidence_vectors import STATEMENT
from tests.verify.support import Identity, issue, root, seal

LETTER = os.urandom(60_000)
SECONDS = 1.5
ECDSA = ec.ECDSA(hashes.SHA256())


def rate(work: Callable[[], object]) -> float:
    """How often per second of this process's own time."""
    work()
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < SECONDS:
        work()
        done += 1
    return done / spent


def header_for(content: Content, key: ParcelKey, by: Identity, recipients: list[SoftwareKey]) -> Header:
    """A header for these recipients."""
    return Header(
        parcel=UUID(int=1),
        realm="live",
        sender="MOF",
        certificate=hashlib.sha256(by.chain[0]).hexdigest(),
        recipients=recipients_of(("FL", one.recipient) for one in recipients),
        content=content,
        commitment=key.commitment,
        created=datetime.now(UTC),
        not_before=None,
    )


def small(suite: str) -> None:
    """Seal and open a letter of 60 kB, beside the bare public-key operations that it cannot do without."""
    recipient, by = SoftwareKey.fresh(suite), seal()

    def sealed() -> bytes:
        key = ParcelKey.fresh()
        sealer = ContentSealer(key)
        data = b"".join(sealer.seal([LETTER]))
        header = header_for(sealer.content, key, by, [recipient])
        return make_cover(header, key, recipients=[recipient.recipient], seal=by).to_bytes() + data

    parcel = sealed()

    def opens() -> None:
        stream = io.BytesIO(parcel)
        cover, header = covers.read(stream)
        check_signature(cover, header)
        key = open_key(cover, header, recipient, accepted=WRAPS)
        for _ in opened(header, key, stream):
            pass

    wrapped = recipient.recipient.wrap(bytes(32), b"")
    signature, public = by.key.sign(b"x", ECDSA), by.key.public_key()
    bare = AESGCM(bytes(32))
    wrapped_letter = bare.encrypt(bytes(12), LETTER, None)

    def key_work() -> dict[str, Callable[[], object]]:
        return {
            "seal": lambda: (by.key.sign(b"x", ECDSA), recipient.recipient.wrap(bytes(32), b"")),
            "open": lambda: (public.verify(signature, b"x", ECDSA), recipient.unwrap(wrapped, b"")),
        }

    def letter_work() -> dict[str, Callable[[], object]]:
        return {
            "seal": lambda: (bare.encrypt(bytes(12), LETTER, None), digest(LETTER), digest(LETTER)),
            "open": lambda: (bare.decrypt(bytes(12), wrapped_letter, None), digest(LETTER)),
        }

    for name, work in (("seal", sealed), ("open", opens)):
        found, keys, letter = rate(work), rate(key_work()[name]), rate(letter_work()[name])
        floor = 1 / (1 / keys + 1 / letter)
        print(
            f"  {name}  {found:7,.0f}/s   bare key operations alone {keys:7,.0f}/s"
            f"   with the letter's own AES-GCM and SHA-256 {floor:7,.0f}/s: {found / floor:4.0%} of that"
        )


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def stated() -> None:
    """State an event and check it, beside the bare signature and its check."""
    node = issue("Evidence of the node", issuer=root(), years=(2026, 2027))
    written = sign(STATEMENT, node, at=STATEMENT.at)
    signature, public = node.key.sign(b"x", ECDSA), node.key.public_key()
    works: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "state": (lambda: sign(STATEMENT, node, at=STATEMENT.at), lambda: node.key.sign(b"x", ECDSA)),
        "check": (lambda: check(written), lambda: public.verify(signature, b"x", ECDSA)),
    }
    for name, (work, bare) in works.items():
        found, floor = rate(work), rate(bare)
        print(f"  {name} {found:7,.0f}/s   bare key operation alone {floor:7,.0f}/s: {found / floor:4.0%} of that")
    print(f"  {len(written)} bytes each")


def circular(count: int) -> None:
    """One ciphertext for many recipients: what the covers cost."""
    keys = [SoftwareKey.fresh(XWING if number % 4 else P256) for number in range(count)]
    key, by = ParcelKey.fresh(), seal()
    sealer = ContentSealer(key)
    for _ in sealer.seal([LETTER]):
        pass
    header = replace(
        header_for(sealer.content, key, by, []), recipients=recipients_of(("FL", one.recipient) for one in keys)
    )
    recipients = [one.recipient for one in keys]
    began = time.process_time()
    cover = make_cover(header, key, recipients=recipients, seal=by)
    spent = time.process_time() - began
    whole, one = len(cover.to_bytes()), len(cover.only_for([recipients[0].id]).to_bytes())
    print(
        f"  sealed to all in {spent * 1000:.0f} ms; all covers {whole / 1024:.0f} KiB, one's own {one / 1024:.0f} KiB"
    )
    written = cover.header
    print(f"  header {len(written) / 1024:.0f} KiB, read in {1000 / rate(lambda: headers.read(written)):.1f} ms")


def pieces(size: int) -> Iterator[bytes]:
    """So many bytes, the same piece again and again."""
    piece = os.urandom(CHUNK)
    for _ in range(size // CHUNK):
        yield piece


def throughput(size: int, folder: Path) -> None:
    """Seal to a file and open from it, beside the same bytes through bare AES-GCM and SHA-256."""
    chunk, bare, running = os.urandom(CHUNK), AESGCM(bytes(32)), hashlib.sha256()
    began, used = time.perf_counter(), time.process_time()
    for number in range(size // CHUNK // 4):
        running.update(chunk)
        running.update(bare.encrypt(number.to_bytes(12, "big"), chunk, None))
    floor = size / 4 / (time.perf_counter() - began), size / 4 / (time.process_time() - used)
    speak("bare AES-GCM and SHA-256 twice", *floor)
    key, path = ParcelKey.fresh(), folder / "sealed"
    sealer = ContentSealer(key)
    began, used = time.perf_counter(), time.process_time()
    with path.open("wb") as file:
        for part in sealer.seal(pieces(size)):
            file.write(part)
    speak("sealed to a file", size / (time.perf_counter() - began), size / (time.process_time() - used))
    header = header_for(sealer.content, key, seal(), [SoftwareKey.fresh(P256)])
    began, used = time.perf_counter(), time.process_time()
    with path.open("rb") as file:
        for _ in opened(header, key, file):
            pass
    speak("opened from a file", size / (time.perf_counter() - began), size / (time.process_time() - used))
    print(f"  most memory ever used: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def speak(what: str, by_clock: float, by_core: float) -> None:
    """Print a speed by the clock and by the core's own time."""
    print(f"  {what:32} {by_clock / 2**20:6.0f} MiB/s by the clock, {by_core / 2**20:6.0f} MiB per second of core")


def main() -> None:
    """Measure; the stream runs in a process of its own, so that its memory is its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=2048)
    parser.add_argument("--stream", action="store_true", help="measure the stream alone")
    asked = parser.parse_args()
    if asked.stream:
        with TemporaryDirectory() as folder:
            throughput(asked.mebibytes * 2**20, Path(folder))
        return
    for suite in (XWING, P256):
        print(f"a letter of {len(LETTER) // 1000} kB to one recipient, {suite}")
        small(suite)
    print("a circular to 285 keys, three of four hybrid")
    circular(285)
    print("an evidence")
    stated()
    print("the log, with its database")
    beside = [sys.executable, str(Path(__file__).with_name("ledger.py")), "--leaves", "4000"]
    if code := subprocess.run(beside, check=False).returncode:
        raise SystemExit(code)
    print(f"{asked.mebibytes} MiB")
    again = [sys.executable, __file__, "--stream", "--mebibytes", str(asked.mebibytes)]
    raise SystemExit(subprocess.run(again, check=False).returncode)


if __name__ == "__main__":
    main()
