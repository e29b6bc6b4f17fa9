# SPDX-License-Identifier: EUPL-1.2
"""A private file is private from its first byte on, also in a folder in which somebody else prepared for it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from mukatabat.kernel.files import write_private as of_the_application
from mukatabat.kernel.files import written_beside
from tools.keys import write_private

SECRET = "a key of somebody's"


def of_the_tools(path: Path, data: bytes) -> None:
    write_private(path, data.decode())


WRITERS = pytest.mark.parametrize("write", [of_the_application, of_the_tools])


@WRITERS
def test_nobody_else_reads_it_and_nothing_is_left_beside_it(tmp_path: Path, write: Callable[..., None]) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / "key", SECRET.encode())
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


@WRITERS
@pytest.mark.parametrize("name", ["key", "key.new"])
def test_a_link_or_an_open_file_that_somebody_laid_there_gets_nothing(
    tmp_path: Path, write: Callable[..., None], name: str
) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("")
    for lay in (os.symlink, os.link):
        trap = tmp_path / name
        lay(theirs, trap)
        write(tmp_path / "key", SECRET.encode())
        assert theirs.read_text() == ""
        assert (tmp_path / "key").read_text() == SECRET
        assert not (tmp_path / "key").is_symlink()
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
        trap.unlink()


def test_what_is_not_moved_to_its_place_goes(tmp_path: Path) -> None:
    with written_beside(tmp_path / "key", b"") as passing:
        assert passing.exists()
    assert not list(tmp_path.iterdir())
