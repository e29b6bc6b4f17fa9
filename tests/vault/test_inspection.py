# SPDX-License-Identifier: EUPL-1.2
"""The whole way of an offered file, through the confined process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mukatabat.vault import inspection
from mukatabat.vault.errors import (
    ActivePdf,
    Bomb,
    BrokenFile,
    CheckUnavailable,
    EmptyFile,
    FileRefused,
    NameLies,
    PasswordProtected,
    TooLarge,
    UnsafeName,
    UnsupportedType,
)
from mukatabat.vault.inspection import inspect
from mukatabat.vault.rules import MIB
from mukatabat.vault.vocabulary import FileKind
from tests.vault import making

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
REAL = sorted((DATA / "pdf-traps").glob("*.pdf")) + sorted((DATA / "misc").glob("*.pdf"))
SHEET = DATA / "dz-supreme-court" / "legal_corpus.xlsx"


def test_a_good_file_is_told_and_left_at_its_beginning() -> None:
    stream = io.BytesIO(making.pdf(2))
    found = inspect(stream, "كتاب رقم ١٢.pdf")
    assert (found.kind, found.media_type, found.pages) == (FileKind.PDF, "application/pdf", 2)
    assert found.size == len(stream.getvalue())
    assert found.safe_name == "كتاب رقم ١٢.pdf"


def test_a_file_on_disk_is_left_at_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(making.office())
    with path.open("rb") as file:
        file.read(10)
        assert inspect(file, "a.docx").size == path.stat().st_size
        assert file.tell() == 0


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.pdf", EmptyFile),
        (making.pdf()[:-200], "a.pdf", BrokenFile),
        (making.encrypted_pdf("secret"), "a.pdf", PasswordProtected),
        (making.encrypted_office(), "a.docx", PasswordProtected),
        (making.pdf_with_script("launch"), "a.pdf", ActivePdf),
        (making.DOS_PROGRAM, "a.pdf", NameLies),
        (making.DOS_PROGRAM, "a", UnsupportedType),
        (making.office(), "a.pdf", NameLies),
        (making.pdf(), "../a.pdf", UnsafeName),
        (making.pdf(), "a\u202efdp.exe", UnsafeName),
    ],
)
def test_a_bad_file_is_refused_with_its_reason(data: bytes, name: str, error: type[FileRefused]) -> None:
    with pytest.raises(error) as caught:
        inspect(io.BytesIO(data), name)
    shown = caught.value.as_dict()
    assert shown["code"].startswith("vault.")
    assert "%(" not in "".join(shown.values())
    if error is not UnsafeName:
        assert name in shown["happened"]


def test_what_waits_to_be_examined_is_sealed_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    run, seen = subprocess.run, []

    def looking(command: list[str], **options: Any) -> object:
        (file,) = options["pass_fds"]
        seen.append(os.pread(file, 1 << 20, 0))
        assert os.fstat(file).st_nlink == 0, "the file has a name"
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", looking)
    inspect(io.BytesIO("سر".encode() * 1000), "a.txt")
    assert "سر".encode() not in seen[0]


def test_no_more_than_the_limit_is_read() -> None:
    with pytest.raises(TooLarge) as caught:
        inspect(io.BytesIO(bytes(3 * MIB)), "a.pdf", limit=2 * MIB)
    assert caught.value.params == {"name": "a.pdf", "limit": 2}
    assert "2 MB" in str(caught.value.happened)


def test_a_file_on_disk_over_the_limit_is_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with path.open("rb") as file, pytest.raises(TooLarge):
        inspect(file, "a.pdf")


def test_a_scan_of_ten_thousand_pages_is_counted() -> None:
    assert inspect(io.BytesIO(making.pdf(10_000)), "a.pdf").pages == 10_000


def test_bombs_and_monsters_are_refused() -> None:
    nested = making.by_hand(
        [b"<</Type/Catalog/Pages 2 0 R/A " + b"[" * 100_000 + b"]" * 100_000 + b">>", b"<</Type/Pages/Kids[]>>"]
    )
    # A file that takes the examination's whole time is refused by that limit, on a slow machine as well.
    for monster in (making.pdf_with_bomb(), making.pdf_of_one_page_repeated(2_000_000), nested):
        with pytest.raises((Bomb, BrokenFile)):
            inspect(io.BytesIO(monster), "a.pdf")


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("bytearray(8 << 30)", Bomb),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Bomb),
        ("while True: pass", Bomb),
        ("raise SystemExit(3)", CheckUnavailable),
    ],
)
def test_a_process_that_dies_of_a_file_refuses_the_file(
    program: str, error: type[FileRefused], monkeypatch: pytest.MonkeyPatch
) -> None:
    prelude = (
        "import mukatabat.vault.examine.__main__ as m, resource\n"
        "m.CPU_SECONDS = 1\n"
        f"def examine(file):\n    {program}\n"
        "m.examine = examine\nm.main()\n"
    )
    run = subprocess.run

    def other(command: list[str], **options: object) -> object:
        return run([sys.executable, "-c", prelude, command[-1]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", other)
    with pytest.raises(error):
        inspect(io.BytesIO(b"a"), "a.txt")


def test_a_process_that_sleeps_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspection, "_SECONDS", 0.01)
    with pytest.raises(Bomb):
        inspect(io.BytesIO(b"a"), "a.txt")


def test_the_process_gets_no_secret_and_cannot_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MUKATABAT_DATABASE_URL", "postgres://secret")
    path = tmp_path / "a"
    path.write_bytes(b"unchanged")
    program = (
        "import mukatabat.vault.examine.__main__ as m, os, signal, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "def examine(file):\n"
        "    assert not [name for name in os.environ if 'MUKATABAT' in name]\n"
        "    try:\n        os.pwrite(int(sys.argv[1]), b'x', 0)\n"
        "    except OSError:\n        raise m.FileRefused\n"
        "m.examine = examine\nm.main()\n"
    )
    run = subprocess.run
    ended: list[subprocess.CompletedProcess[bytes]] = []

    def other(command: list[str], **options: object) -> object:
        ended.append(run([sys.executable, "-c", program, command[-1]], **options))  # type: ignore[call-overload]
        return ended[-1]

    monkeypatch.setattr(subprocess, "run", other)
    with path.open("r+b") as file, pytest.raises(KeyError):
        inspect(file, "a.txt")
    assert b"vault.file-refused" in ended[0].stdout
    assert path.read_bytes() == b"unchanged"


@pytest.mark.skipif(not REAL, reason="the shared data folder is absent")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_files_of_many_producers_are_taken(path: Path) -> None:
    with path.open("rb") as file:
        found = inspect(file, path.name)
    assert found.kind is FileKind.PDF
    assert found.safe_name == path.name
    assert found.pages in (2, 4)


@pytest.mark.skipif(not SHEET.exists(), reason="the shared data folder is absent")
def test_a_real_workbook_is_taken() -> None:
    with SHEET.open("rb") as file:
        assert inspect(file, SHEET.name).kind is FileKind.XLSX
