# SPDX-License-Identifier: EUPL-1.2
"""A full disk and a clock that jumps: nothing is half written, and neither numbers nor the chain ask the clock."""

from __future__ import annotations

import errno
import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mukatabat.audit.actions import chain_pending
from mukatabat.audit.checking import verify
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.letters.actions import drafting
from mukatabat.letters.models import Attachment, Letter
from mukatabat.registers.queries import check
from mukatabat.tenancy.context import scope
from mukatabat.vault.errors import StoreUnavailable
from mukatabat.vault.models import Document
from mukatabat.vault.rules import Upload
from tests.cast import Cast
from tests.story import approved_letter, draft_command, issue, issued_letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes no more bytes: not of what is written, and not of what makes it durable."""

    monkeypatch.setattr("mukatabat.vault.stores.folder.os.fsync", _no_room)


def _no_room(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def files(folder: Path) -> set[Path]:
    return {file for file in folder.rglob("*") if file.is_file()}


def test_an_attachment_that_finds_no_room_leaves_no_row_and_no_file(
    cast: Cast, settings: Any, request: pytest.FixtureRequest
) -> None:
    author = cast("adviser.mof")
    letter = drafting.begin_draft(author, draft_command(cast))
    with scope(author):
        before = files(settings.MUKATABAT_VAULT_DIR), Document.objects.count()
    request.getfixturevalue("full")
    with pytest.raises(StoreUnavailable):
        drafting.attach(author, letter.id, Upload("note.txt", io.BytesIO(b"text")))
    with scope(author):
        assert (files(settings.MUKATABAT_VAULT_DIR), Document.objects.count()) == before
        assert not Attachment.objects.filter(letter=letter).exists()


def test_an_issue_that_finds_no_room_takes_no_number_that_stays_unexplained(
    cast: Cast, request: pytest.FixtureRequest
) -> None:
    letter = approved_letter(cast)
    request.getfixturevalue("full")
    with pytest.raises(StoreUnavailable):
        issue(cast("signer.mof"), letter.id)
    assert all(not faults for faults in check(cast("signer.mof")).values())
    with scope(cast("adviser.mof")):
        assert Letter.objects.get(id=letter.id).document_id is None


def test_numbers_and_the_chain_follow_their_own_order_when_the_clock_jumps(cast: Cast) -> None:
    now = clock.now()
    letters = []
    for jump in (timedelta(0), -timedelta(hours=3), timedelta(hours=2), -timedelta(minutes=90)):
        with clock.fixed(now + jump):
            letters.append(issued_letter(cast).id)
            while chain_pending():
                pass
    with scope(cast("adviser.mof")):
        found = [Letter.objects.get(id=letter_id).reference for letter_id in letters]
    assert found == sorted(found)
    assert len(set(found)) == len(found)
    assert all(not faults for faults in check(cast("signer.mof")).values())
    result = verify(Body.objects.values_list("id", "realm"))
    assert result.faults == ()
