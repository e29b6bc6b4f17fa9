# SPDX-License-Identifier: EUPL-1.2
"""OpenSSL: do the signatures in the files hold, as CAdES over exactly the signed bytes, and their time-stamps?

The signature is cut out of the file by its byte range alone (ISO 32000-2 §12.8.1), without our code. The roots that it
must lead to are in roots.pem beside the file.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

FAULTS, UNABLE = 1, 69
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
TIME_STAMP = bytes.fromhex("060b2a864886f70d010910020e")  # 1.2.840.113549.1.9.16.2.14, id-aa-timeStampToken
OCTETS, UNSIGNED = 0x04, 0xA1


def main(files: list[str]) -> int:
    """Judge the signed ones among the files and say what OpenSSL said of each."""
    if shutil.which("openssl") is None:
        print("  OpenSSL cannot run here: it is not installed")
        return UNABLE
    signed = [Path(file) for file in files if RANGE.search(Path(file).read_bytes())]
    version = openssl("version").stdout.decode().strip()
    print(f"  {version}, given {len(files)} files, {len(signed)} of them signed")
    return max([judge(file) for file in signed], default=0)


def judge(file: Path) -> int:
    """Verify signature and time-stamp of one file."""
    data = file.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        place, roots = Path(folder), file.with_name("roots.pem")
        start, length, rest, tail = (int(number) for number in RANGE.search(data).groups())  # type: ignore[union-attr]
        (place / "content").write_bytes(data[start : start + length] + data[rest : rest + tail])
        envelope = unpadded(bytes.fromhex(data[start + length + 1 : rest - 1].decode("ascii")))
        (place / "cms").write_bytes(envelope)
        verdicts = {"whole file": rest + tail == len(data)}
        cms = openssl(
            "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", place / "cms", "-content",
            place / "content", "-CAfile", roots, "-purpose", "any", "-out", "/dev/null",
        )  # fmt: skip
        verdicts["CMS with CAdES attributes"] = cms.returncode == 0
        signature, token = parts(envelope)
        (place / "signature").write_bytes(signature)
        (place / "token").write_bytes(token)
        stamp = openssl(
            "ts", "-verify", "-token_in", "-in", place / "token", "-data", place / "signature", "-CAfile", roots
        )
        verdicts["time-stamp"] = stamp.returncode == 0
        sound = all(verdicts.values())
        told = ", ".join(f"{name} {'holds' if holds else 'DOES NOT HOLD'}" for name, holds in verdicts.items())
        print(f"    {'sound' if sound else 'NOT SOUND':9}  {file.name}: {told}")
        if not sound:
            print((cms.stderr + stamp.stderr).decode(errors="replace").strip())
    return 0 if sound else FAULTS


def openssl(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """Run one command of OpenSSL."""
    return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)


def unpadded(padded: bytes) -> bytes:
    """The DER object without the zeros that fill the hole."""
    _tag, start, end = header(padded, 0)
    return padded[: end if start else 0]


def header(data: bytes, at: int) -> tuple[int, int, int]:
    """Read tag, first and last position of a DER object's content (ITU-T X.690 §8.1)."""
    tag, size, start = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, start = int.from_bytes(data[start : start + count]), start + count
    return tag, start, start + size


def inside(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Walk the objects inside one: tag, own position, first and last position of the content."""
    while start < end:
        tag, first, last = header(data, start)
        yield tag, start, first, last
        start = last


def parts(envelope: bytes) -> tuple[bytes, bytes]:
    """The signature's value and the time-stamp token of the only signer (RFC 5652 §5.3, RFC 5126 §6.1.1)."""
    _, first, last = header(envelope, 0)  # ContentInfo: type, [0] SignedData
    *_, (_, at, _, _) = inside(envelope, first, last)
    _, first, last = header(envelope, header(envelope, at)[1])
    *_, (_, _, first, last) = inside(envelope, first, last)  # the set of signers ends SignedData
    signer = list(inside(envelope, *header(envelope, first)[1:]))
    value = next(envelope[first:last] for tag, _, first, last in signer if tag == OCTETS)
    for tag, _, first, last in signer:
        if tag == UNSIGNED:
            for _, at, start, end in inside(envelope, first, last):
                if envelope[at:end].find(TIME_STAMP) == start - at:
                    *_, (_, _, token, token_end) = inside(envelope, start, end)
                    return value, envelope[token:token_end]
    return value, b""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
