# SPDX-License-Identifier: EUPL-1.2
"""OpenSSL: do the signatures in the files hold, as CAdES over exactly the signed bytes, and their time-stamps?

The signature of a PDF is cut out of the file by its byte range alone (ISO 32000-2 §12.8.1), without our code. A seal
(.p7s) is judged over the list beside it, a time-stamp (.tst) over the evidence with its number, or over the checkpoint
with the log's own signature alone, and a list of revoked certificates (.crl) by the authorities whose certificates came
along in its bundle. The roots that all must lead to are in the roots.pem nearest to the file.
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
LISTS = {"signature.p7s": "ASiCManifest.xml", "bundle.p7s": "bundle.json"}


def main(files: list[str]) -> int:
    """Judge what is signed or stamped among the files and say what OpenSSL said of each."""
    if shutil.which("openssl") is None:
        print("  OpenSSL cannot run here: it is not installed")
        return UNABLE
    given = [Path(file) for file in files]
    signed = [one for one in given if one.suffix == ".pdf" and RANGE.search(one.read_bytes())]
    seals = [one for one in given if one.name in LISTS]
    stamps = [one for one in given if one.suffix == ".tst"]
    lists = [one for one in given if one.suffix == ".crl"]
    version = openssl("version").stdout.decode().strip()
    print(
        f"  {version}, given {len(signed)} signed PDFs, {len(seals)} seals, {len(stamps)} time-stamps, "
        f"{len(lists)} lists of revoked certificates"
    )
    codes = [*map(judge_pdf, signed), *map(judge_seal, seals), *map(judge_stamp, stamps), *map(judge_list, lists)]
    return max(codes, default=0)


def judge_pdf(file: Path) -> int:
    """Verify signature and time-stamp of a PDF."""
    data = file.read_bytes()
    start, length, rest, tail = (int(number) for number in RANGE.search(data).groups())  # type: ignore[union-attr]
    content = data[start : start + length] + data[rest : rest + tail]
    envelope = unpadded(bytes.fromhex(data[start + length + 1 : rest - 1].decode("ascii")))
    return told(file, {"whole file": (rest + tail == len(data), ""), **signature_of(file, envelope, content)})


def judge_seal(file: Path) -> int:
    """Verify a detached seal over the list beside it."""
    return told(file, signature_of(file, file.read_bytes(), file.with_name(LISTS[file.name]).read_bytes()))


def judge_stamp(file: Path) -> int:
    """Verify a time-stamp over the evidence with its number, or over the checkpoint."""
    if file.name == "checkpoint.tst":
        _, _, note = next(file.parent.glob("*.tlog-proof")).read_bytes().partition(b"\n\n")
        text, _, lines = note.partition(b"\n\n")
        origin = text.partition(b"\n")[0]
        own = [line for line in lines.splitlines() if line.split(b" ")[1] == origin]
        data = text + b"\n\n" + b"\n".join([*own, b""])
    else:
        data = (file.parents[1] / "evidence" / f"{file.stem}.xml").read_bytes()
    return told(file, {"time-stamp": stamp_of(file, file.read_bytes(), data)})


def judge_list(file: Path) -> int:
    """Verify a list of revoked certificates by the authority that it names."""
    came = openssl("pkcs7", "-inform", "DER", "-in", file.parents[1] / "bundle.p7s", "-print_certs")
    with tempfile.TemporaryDirectory() as folder:
        known = Path(folder) / "known.pem"
        known.write_bytes(roots_of(file).read_bytes() + came.stdout)
        done = openssl("crl", "-inform", "DER", "-in", file, "-CAfile", known, "-noout")
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    return told(file, {"list of revoked certificates": (done.returncode == 0 and "verify OK" in said, said)})


def told(file: Path, verdicts: dict[str, tuple[bool, str]]) -> int:
    """Say what was said of one file."""
    sound = all(holds for holds, _ in verdicts.values())
    words = ", ".join(f"{name} {'holds' if holds else 'DOES NOT HOLD'}" for name, (holds, _) in verdicts.items())
    print(f"    {'sound' if sound else 'NOT SOUND':9}  {'/'.join(file.parts[-3:])}: {words}")
    if not sound:
        print("\n".join(said for _, said in verdicts.values() if said))
    return 0 if sound else FAULTS


def signature_of(file: Path, envelope: bytes, content: bytes) -> dict[str, tuple[bool, str]]:
    """Verify a signature over a content, and the time-stamp in it if there is one."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "cms").write_bytes(envelope)
        (place / "content").write_bytes(content)
        done = openssl(
            "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", place / "cms", "-content",
            place / "content", "-CAfile", roots_of(file), "-purpose", "any", "-out", "/dev/null",
        )  # fmt: skip
    verdicts = {"CMS with CAdES attributes": (done.returncode == 0, done.stderr.decode(errors="replace").strip())}
    value, token = parts(envelope)
    return verdicts | ({"time-stamp": stamp_of(file, token, value)} if token else {})


def stamp_of(file: Path, token: bytes, data: bytes) -> tuple[bool, str]:
    """Verify a time-stamp token over bytes."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "token").write_bytes(token)
        (place / "data").write_bytes(data)
        done = openssl(
            "ts", "-verify", "-token_in", "-in", place / "token", "-data", place / "data", "-CAfile", roots_of(file)
        )  # fmt: skip
    return done.returncode == 0, done.stderr.decode(errors="replace").strip()


def roots_of(file: Path) -> Path:
    """The nearest roots."""
    return next(one / "roots.pem" for one in file.resolve().parents if (one / "roots.pem").is_file())


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
