# SPDX-License-Identifier: EUPL-1.2
"""Documents encrypted and stored, fetched and decrypted, in MB/s, beside the bare work and a plain copy in one run."""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import _setup  # noqa: F401 - first: it chooses the role and starts Django
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from mukatabat import vault
from mukatabat.directory.seed import body_id
from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.rules import Actor
from mukatabat.vault import queries
from mukatabat.vault.actions import enter
from mukatabat.vault.envelope import DataKey, Sealer, seal
from mukatabat.vault.rules import CHUNK, MIB, Blob, Kept, Sealed
from mukatabat.vault.spool import spooled
from mukatabat.vault.vocabulary import ScanOutcome, Source


class Noise(io.RawIOBase):
    """A plain file that no disk has to give: one mebibyte of noise, numbered, again and again."""

    def __init__(self, size: int) -> None:
        self.size, self.at = size, 0
        self._noise = os.urandom(CHUNK)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        length = min(CHUNK if size < 0 else size, self.size - self.at)
        self.at += length
        return self._noise[:length]


def main() -> None:
    """Measure, or with --child do one thing in a fresh process and tell its peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=512, help="MiB of the document whose speed is measured")
    parser.add_argument("--large", type=int, default=2048, help="MiB of the document whose memory is measured")
    parser.add_argument("--child", choices=("store", "fetch"))
    parser.add_argument("--document")
    options = parser.parse_args()
    if options.child:
        child(options.child, options.large * MIB, options.document)
        return
    with TemporaryDirectory(dir=settings.MUKATABAT_VAULT_DIR.parent) as folder:
        settings.MUKATABAT_VAULT_DIR = Path(folder) / "vault"
        speeds(Path(folder), options.size * MIB)
    memory(options.large)


def actor() -> Actor:
    return Actor(body_id=body_id("MOF"), realm="live", name_ar="قياس", name_en="Measurement", person_id=new_id())


def speeds(folder: Path, size: int) -> None:
    data = os.urandom(CHUNK) * (size // CHUNK)
    plain = folder / "plain"
    measure("plain copy to a file, fsync", size, lambda: copied(data, plain))
    measure("SHA-256 alone", size, lambda: hashlib.sha256(data))
    bare = measure("AES-256-GCM + SHA-256 alone, one core", size, lambda: encrypted(data))
    kept: list[Kept] = []
    stored = measure("encrypt and store", size, lambda: kept.append(sealed_into_store(Noise(size))))
    measure("examined upload: spool, then store", size, lambda: spooled_into_store(Noise(size)))
    document = enter(actor(), kept[0])
    fetched = measure("fetch and decrypt", size, lambda: drained(document))
    measure("fetch, proven whole before the first byte", size, lambda: proven(document))
    measure("read the plain file back", size, lambda: read_back(plain))
    print(f"{'':4}store at {stored / bare:.2f} and fetch at {fetched / bare:.2f} of the bare work")


def measure(name: str, size: int, work: Callable[[], object]) -> float:
    """The best of three runs in MB/s."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    speed = size / min(seconds) / 1e6
    print(f"{name:44}{speed:8.0f} MB/s")
    return speed


def copied(data: bytes, path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), CHUNK):
            file.write(data[start : start + CHUNK])
        os.fsync(file.fileno())


def read_back(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(CHUNK):
            pass


def encrypted(data: bytes) -> None:
    cipher, digest = AESGCM(bytes(32)), hashlib.sha256()
    for number, start in enumerate(range(0, len(data), CHUNK)):
        chunk = data[start : start + CHUNK]
        digest.update(chunk)
        cipher.encrypt(number.to_bytes(12, "big"), chunk, None)


def sealed_into_store(source: io.RawIOBase) -> Kept:
    key = DataKey.fresh()
    sealer = Sealer(key)
    address = vault.store().put(seal(source, sealer)).digest  # type: ignore[arg-type]
    return kept_as(sealer.blob, Sealed(address, key.secret))


def spooled_into_store(source: io.RawIOBase) -> Kept:
    with spooled(source, limit=1 << 40, name="a") as spool:  # type: ignore[arg-type]
        address = vault.store().put(spool.sealed()).digest
        return kept_as(spool.blob, Sealed(address, spool.key.secret))


def kept_as(blob: Blob, sealed: Sealed) -> Kept:
    return Kept(blob, sealed, "application/pdf", "measured.pdf", 1, ScanOutcome.NOT_SCANNED, Source.GENERATED)


def proven(document: object) -> None:
    queries.open_verified(actor(), document).close()  # type: ignore[arg-type]


def drained(document: object) -> None:
    with queries.open_seekable(actor(), document) as stream:  # type: ignore[arg-type]
        while stream.read(CHUNK):
            pass


def memory(large: int) -> None:
    document = ""
    for what, said in (("store", "takes {} MiB in"), ("fetch", "gives {} MiB out")):
        peak, before, document = run_child(what, large, document)
        name = "peak memory of a fresh process that " + said.format(large)
        print(f"{name:56}{peak:4.0f} MB, {peak - before:.0f} MB of it for the work")


def run_child(what: str, large: int, document: str = "") -> tuple[float, float, str]:
    command = [sys.executable, __file__, "--child", what, "--large", str(large), "--document", document]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    peak, before, document = done.stdout.split()
    return float(peak), float(before), document


def child(what: str, size: int, document_id: str) -> None:
    before = resident()
    if what == "store":
        document_id = str(enter(actor(), spooled_into_store(Noise(size))).id)
    else:
        with queries.open_document(actor(), document_id)[1] as stream:  # type: ignore[arg-type]
            while stream.read(CHUNK):
                pass
    print(peak(), before, document_id)


def resident() -> float:
    return status("VmRSS")


def peak() -> float:
    return status("VmHWM")


def status(name: str) -> float:
    """A line of /proc/self/status, in MB."""
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name + ":"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
