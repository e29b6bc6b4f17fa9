# SPDX-License-Identifier: EUPL-1.2
"""A full disk, a clock that jumps, a database that is away: nothing is half written, and people are told.

Neither numbers nor the chain ask the clock.
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from mukatabat.audit.actions import chain_pending
from mukatabat.audit.checking import verify
from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.letters.actions import drafting
from mukatabat.letters.models import Attachment, Letter
from mukatabat.registers.queries import check
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.errors import DatabaseAway
from mukatabat.vault.errors import StoreUnavailable
from mukatabat.vault.models import Document
from mukatabat.vault.rules import Upload
from mukatabat.web.management.commands import worker
from tests.cast import Cast
from tests.database import test_database
from tests.story import approved_letter, draft_command, issue, issued_letter
from tests.web.conftest import Browser

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
    issued_letter(cast)  # keys and certificates have their room already
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


@contextmanager
def away(error: type[Exception] = OperationalError) -> Iterator[None]:
    """A database that answers nothing."""

    def gone(*_: Any) -> None:
        raise error("server closed the connection unexpectedly")

    with connection.execute_wrapper(gone):
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_who_meets_a_database_that_is_away_is_told_to_wait(browser: Browser, error: type[Exception]) -> None:
    reader = browser("adviser.mof")
    reader.raise_request_exception = False
    with away(error):
        answer = reader.get("/work/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert str(DatabaseAway().happened) in answer.content.decode()


def test_a_program_that_meets_a_database_that_is_away_is_told_when_to_repeat(client: Client) -> None:
    with away():
        answer = client.get("/api/v1/letters", headers={"Authorization": f"Bearer mkt_{'a' * 10}_{'b' * 43}"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json()["code"] == "tenancy.database-away"


@pytest.mark.django_db(transaction=True)
def test_nobody_meets_the_connections_of_before_a_restart() -> None:
    assert Body.objects.exists()
    connection.close()  # into the pool
    with psycopg.connect(test_database().app_url, autocommit=True) as other:
        ended = other.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended is not None
    assert ended[0] >= 1
    assert Body.objects.exists()


def test_a_job_that_meets_an_outage_begins_anew_and_one_with_a_fault_of_its_own_does_not() -> None:
    worker.outlive_outages(app)
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="exchange.carry", attempts=3)
    carry, sweep = app.tasks["exchange.carry"], app.tasks["web.sweep"]
    try:
        for outage in (OperationalError(), InterfaceError(), StoreUnavailable(reason="test")):
            assert carry.get_retry_exception(outage, job)
        assert carry.get_retry_exception(ValueError(), job) is None
        assert carry.get_retry_exception(OperationalError(), job.evolve(attempts=30)) is None
        assert sweep.get_retry_exception(OperationalError(), job) is None
    finally:
        for task in app.tasks.values():
            if task.retry_strategy is worker.AFTER_OUTAGE:
                task.retry_strategy = None
