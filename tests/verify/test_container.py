# SPDX-License-Identifier: EUPL-1.2
"""The signed container: others read it, and every trick with it is refused by its own name."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.signing.development.timestamps import LocalTimeStampAuthority
from mukatabat_verify import errors
from mukatabat_verify.asic import DATA, LETTER, MANIFEST, SIGNATURE, archive, manifest
from mukatabat_verify.asic.archive import Entry, directory, local_header
from mukatabat_verify.asic.building import File, Letter, build
from mukatabat_verify.asic.reading import SealedLetter
from tests.signing.support import NOW
from tests.verify.letters import container_of, data_of, file_of, written
from tests.verify.support import issue, root, seal

PDF = b"%PDF-1.7 not really"
CONTAINER = written(container_of(PDF))


def checked(data: bytes) -> SealedLetter:
    sealed = SealedLetter(io.BytesIO(data))
    sealed.check_complete()
    sealed.check_files()
    sealed.check_seal()
    return sealed


def test_it_holds_what_was_sealed_and_is_the_same_every_time() -> None:
    assert written(container_of(PDF)) == CONTAINER
    sealed = checked(CONTAINER)
    assert list(sealed.files) == [LETTER, DATA, "attachments/001.pdf", "attachments/002.docx"]
    assert b"".join(sealed.archive.pieces(LETTER)) == PDF
    assert sealed.check_seal().chain == seal().chain
    assert sealed.check_seal().sealed_at == NOW


def test_an_ordinary_reader_reads_it() -> None:
    with zipfile.ZipFile(io.BytesIO(CONTAINER)) as opened:
        assert opened.testzip() is None
        assert opened.namelist()[0] == "mimetype"
        assert opened.read(LETTER) == PDF
    # The media type stands where `file` and other programs look for it.
    assert CONTAINER[30:38] == b"mimetype"
    assert CONTAINER[38:].startswith(b"application/vnd.etsi.asic-e+zip")


def test_openssl_accepts_the_seal_over_the_list(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(CONTAINER)) as opened:
        (tmp_path / "list.xml").write_bytes(opened.read(MANIFEST))
        (tmp_path / "seal.p7s").write_bytes(opened.read(SIGNATURE))
    (tmp_path / "root.der").write_bytes(root().root)
    for arguments in (
        "x509 -inform DER -in root.der -out root.pem",
        "cms -verify -inform DER -binary -in seal.p7s -content list.xml -CAfile root.pem -purpose any -out out.xml",
    ):
        done = subprocess.run(
            ["openssl", *arguments.split()], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_a_seal_may_carry_a_time_stamp(time_stamps: LocalTimeStampAuthority) -> None:
    found = checked(written(container_of(PDF, time_stamp=time_stamps.stamp))).check_seal()
    assert found.time_stamp is not None


def test_a_file_that_changes_while_it_is_packed_is_noticed() -> None:
    answers = iter([[PDF], [PDF], [b"another"]])
    container = build(Letter(lambda: next(answers), data_of(PDF)), seal(), at=NOW)
    written(container)
    with pytest.raises(ValueError, match="changed between"):
        written(container)


@pytest.mark.parametrize(
    ("extension", "kind"), [("PDF", "application/pdf"), ("../x", "a/b"), ("pdf", 'a/b"'), ("pdf", "x")]
)
def test_what_a_container_cannot_hold_is_not_put_in(extension: str, kind: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        build(Letter(lambda: [PDF], b"{}", [(extension, file_of(kind, b"x"))]), seal(), at=NOW)


# ── tricks ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(CONTAINER)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def packed(content: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """A container in the strict form, whatever is in it."""
    pairs = list(content.items() if isinstance(content, dict) else content)
    entries = [Entry(name, len(data), archive.zlib.crc32(data)) for name, data in pairs]
    parts = [local_header(one) + data for one, (_, data) in zip(entries, pairs, strict=True)]
    return b"".join(parts) + directory(entries)


def repacked(change: Callable[[zipfile.ZipInfo], None] = lambda _: None, *, method: int = 0) -> bytes:
    """The same files, packed by an ordinary program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in files().items():
            info = zipfile.ZipInfo(name)
            info.create_system, info.create_version, info.extract_version = 0, 10, 10
            info.compress_type, info.external_attr = method, 0
            if name == LETTER:
                change(info)
            target.writestr(info, data)
    # The program gives every file a mode where none is set.
    return out.getvalue().replace((0o600 << 16).to_bytes(4, "little"), bytes(4))


def link(info: zipfile.ZipInfo) -> None:
    info.create_system, info.external_attr = 3, 0o120777 << 16


def comment(info: zipfile.ZipInfo) -> None:
    info.comment = b"hidden"


def extra(info: zipfile.ZipInfo) -> None:
    info.extra = b"\x99\x99\x04\x00abcd"


def patched(at: bytes, offset: int, new: bytes) -> bytes:
    place = CONTAINER.rindex(at) + offset
    return CONTAINER[:place] + new + CONTAINER[place + len(new) :]


def without(name: str) -> bytes:
    return packed({one: data for one, data in files().items() if one != name})


def with_file(name: str, data: bytes) -> bytes:
    return packed({one: data if one == name else old for one, old in files().items()})


def added(name: str) -> bytes:
    pairs = list(files().items())
    return packed([*pairs[:5], (name, b"x"), *pairs[5:]])


def doubled() -> bytes:
    pairs = list(files().items())
    return packed([*pairs[:2], (LETTER, b"another letter"), *pairs[2:]])


def entry_of(name: str) -> bytes:
    """Where the directory speaks of a file."""
    return b"PK\1\2" + CONTAINER[CONTAINER.rindex(name.encode()) - 42 : CONTAINER.rindex(name.encode())]


def other_seal() -> bytes:
    """The same letter in another container: its seal under this list."""
    other = SealedLetter(io.BytesIO(written(container_of(b"%PDF another"))))
    return with_file(SIGNATURE, other.archive.read(SIGNATURE, most=10**6))


def seal_with_more() -> bytes:
    """The seal with an unsigned byte in its certificates' place: valid for many readers."""
    return with_file(SIGNATURE, files()[SIGNATURE] + b"\0")


def seal_flipped() -> bytes:
    data = bytearray(files()[SIGNATURE])
    data[-1] ^= 1
    return with_file(SIGNATURE, bytes(data))


def list_with(old: bytes, new: bytes) -> bytes:
    return with_file(MANIFEST, files()[MANIFEST].replace(old, new, 1))


def shorter_list() -> bytes:
    listed = manifest.read(files()[MANIFEST])
    return with_file(MANIFEST, manifest.write(listed[:-1]))


TRICKS: dict[str, tuple[Callable[[], bytes], type[errors.Refusal]]] = {
    "nothing": (lambda: b"", errors.ArchiveMalformed),
    "only a beginning": (lambda: CONTAINER[:-40], errors.ArchiveMalformed),
    "something before": (lambda: b"#!/bin/sh\n" + CONTAINER, errors.ArchiveMalformed),
    "something behind": (lambda: CONTAINER + b"x", errors.ArchiveMalformed),
    "a comment at the end": (lambda: CONTAINER[:-2] + b"\4\0hide", errors.ArchiveMalformed),
    "more entries announced": (lambda: patched(b"PK\5\6", 8, b"\x08\0\x08\0"), errors.ArchiveMalformed),
    "fewer entries announced": (lambda: patched(b"PK\5\6", 8, b"\x06\0\x06\0"), errors.ArchiveHiddenBytes),
    "far too many entries": (lambda: patched(b"PK\5\6", 8, b"\xff\xff\xff\xff"), errors.ArchiveTooLarge),
    "a name twice": (doubled, errors.ArchiveNameTwice),
    "a name twice but for case": (lambda: added("LETTER.PDF"), errors.ArchiveNameTwice),
    "an unknown file": (lambda: added("attachments/evil.exe"), errors.ArchiveNameUnknown),
    "a way out of the folder": (lambda: added("../../etc/passwd"), errors.ArchiveNameUnknown),
    "a gap in the attachments": (lambda: added("attachments/004.pdf"), errors.ArchiveNameUnknown),
    "the letter missing": (lambda: without(LETTER), errors.ArchiveNameUnknown),
    "the seal missing": (lambda: without(SIGNATURE), errors.ArchiveNameUnknown),
    "another order": (lambda: packed(dict(reversed(files().items()))), errors.ArchiveNameUnknown),
    "compressed files": (lambda: repacked(method=zipfile.ZIP_DEFLATED), errors.ArchiveCompressed),
    "a link": (lambda: repacked(link), errors.ArchiveSpecialFile),
    "a comment on a file": (lambda: repacked(comment), errors.ArchiveHiddenBytes),
    "an extra field": (lambda: repacked(extra), errors.ArchiveHiddenBytes),
    "another time of a file": (lambda: patched(entry_of(LETTER), 14, b"\x21\x22"), errors.ArchiveHiddenBytes),
    "another size before the file than in the directory": (
        lambda: CONTAINER.replace(
            local_header(Entry(LETTER, len(PDF), archive.zlib.crc32(PDF)))[:26], b"PK\3\4" + bytes(22)
        ),
        errors.ArchiveInconsistent,
    ),
    "a bit of a file": (lambda: CONTAINER.replace(PDF, PDF[:-1] + b"Y", 1), errors.ArchiveInconsistent),
    "a size beyond the file": (
        lambda: patched(entry_of(LETTER), 20, b"\xff\xff\xff\x7f" * 2),
        errors.ArchiveHiddenBytes,
    ),
    "another media type": (lambda: with_file("mimetype", b"application/zip"), errors.UnknownForm),
    "an endless media type": (lambda: with_file("mimetype", bytes(200)), errors.ArchiveTooLarge),
    "a file changed": (lambda: with_file(LETTER, b"%PDF another"), errors.FileChanged),
    "attachments exchanged": (
        lambda: packed({**files(), "attachments/001.pdf": b"", "attachments/002.docx": files()["attachments/001.pdf"]}),
        errors.FileChanged,
    ),
    "a file that is not listed": (lambda: added("attachments/003.pdf"), errors.ManifestIncomplete),
    "a file that is listed and not there": (lambda: without("attachments/002.docx"), errors.ManifestIncomplete),
    "a shorter list": (shorter_list, errors.ManifestIncomplete),
    "a list with entities": (
        lambda: list_with(b"<asic:ASiC", b'<!DOCTYPE a [<!ENTITY b "c">]><asic:ASiC'),
        errors.ManifestMalformed,
    ),
    "a list with white space": (lambda: list_with(b"/><asic", b"/> <asic"), errors.ManifestMalformed),
    "a list with another algorithm": (lambda: list_with(b"#sha256", b"#sha1"), errors.ManifestMalformed),
    "a list in another alphabet": (lambda: list_with(b"letter", "كتاب".encode()), errors.ManifestMalformed),
    "a list of nothing": (lambda: with_file(MANIFEST, b""), errors.ManifestMalformed),
    "a media type changed": (lambda: list_with(b"vnd.x", b"vnd.y"), errors.SealBroken),
    "another container's seal": (other_seal, errors.SealBroken),
    "a bit of the seal": (seal_flipped, errors.Refusal),
    "more in the seal than was written": (seal_with_more, errors.SealUnreadable),
    "no seal": (lambda: with_file(SIGNATURE, b""), errors.SealUnreadable),
    "something else for a seal": (lambda: with_file(SIGNATURE, PDF), errors.SealUnreadable),
}


@pytest.mark.parametrize("how", TRICKS)
def test_each_trick_is_refused_by_its_own_name(how: str) -> None:
    make, reason = TRICKS[how]
    with pytest.raises(reason):
        checked(make())


def test_a_seal_under_another_s_certificate_is_broken() -> None:
    other = issue("Seal of MOF", issuer=root(), body="MOF")
    swapped = files()[SIGNATURE].replace(seal().chain[0], other.chain[0])
    with pytest.raises(errors.SealUnreadable):
        checked(with_file(SIGNATURE, swapped))


def test_too_much_is_not_packed() -> None:
    def endless() -> list[bytes]:
        return [bytes(2**20)] * 4096

    with pytest.raises(errors.ArchiveTooLarge):
        build(Letter(lambda: [PDF], b"{}", [("bin", File("application/octet-stream", endless))]), seal(), at=NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_done_to_the_bytes_only_a_named_refusal_comes_out(data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(CONTAINER))] * 2)))
    changed = CONTAINER[:start] + data.draw(st.binary(max_size=60)) + CONTAINER[end:]
    if changed == CONTAINER:
        return
    with pytest.raises(errors.Refusal):
        checked(changed)


@given(st.data())
def test_whatever_is_done_to_a_seal_only_a_named_refusal_comes_out(data: st.DataObject) -> None:
    whole = files()[SIGNATURE]
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = (
        whole[:place] + data.draw(st.binary(min_size=1, max_size=3)) + whole[place + data.draw(st.integers(0, 3)) :]
    )
    try:
        found = checked(with_file(SIGNATURE, changed)).check_seal()
    except (errors.SealUnreadable, errors.SealBroken):
        return
    # Only the certificates above the seal's own may differ; whether they link it to a root is asked elsewhere.
    assert (found.value, found.chain[0]) == (checked(CONTAINER).check_seal().value, seal().chain[0])
