# SPDX-License-Identifier: EUPL-1.2
"""Open for reading only: people read and sign in, nobody changes, nothing is carried, and all of it goes on afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from django.utils import translation

from mukatabat.access.models import Account
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.web.cli.site import site as site_verbs
from mukatabat.web.watching import site, work
from tests.cast import Cast
from tests.web.conftest import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A site that was switched to reading only."""
    monkeypatch.setattr(site, "_known", None)
    site.switch(read_only=True, reason="صيانة القاعدة")
    yield
    site.switch(read_only=False)


@pytest.mark.parametrize(("language", "notice"), [("ar", "للاطلاع فقط"), ("en", "open for reading only")])
def test_every_page_says_so_in_the_reader_s_language(
    closed: None, browser: Browser, language: str, notice: str
) -> None:
    page = browser("adviser.mof", language=language).get("/work/").content.decode()
    assert notice in page
    assert "صيانة القاعدة" in page


def test_the_door_says_so_too_and_lets_people_in(closed: None, client: Client) -> None:
    assert "للاطلاع فقط" in client.get(reverse("account_login")).content.decode()
    answer = client.post(reverse("account_login"), {"login": "nobody", "password": "wrong"})
    assert answer.status_code == 200, "refused for the password, not for the mode"


def test_a_change_is_refused_in_three_parts_and_nothing_is_written(closed: None, browser: Browser, cast: Cast) -> None:
    with scope(cast("adviser.mof")):
        before = Letter.objects.count()
    client = browser("adviser.mof", language="en")
    for address in ("/letters/new/", "/work/act/", "/notices/seen/"):
        answer = client.post(address, {"subject": "x"})
        assert answer.status_code == 503, address
        assert answer.headers["Retry-After"]
        text = answer.content.decode()
        for part in ("open for reading only", "Nothing was changed", "repeat your step"):
            assert part in text, address
    with scope(cast("adviser.mof")):
        assert Letter.objects.count() == before


def test_a_program_is_told_when_to_come_back(closed: None, client: Client) -> None:
    answer = client.post("/api/v1/letters", data="{}", content_type="application/json")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Retry-After"] == "300"
    told = answer.json()
    assert told["code"] == "web.read-only"
    assert {"happened", "safe", "do"} <= told["ar"].keys() & told["en"].keys()


def test_a_worker_begins_no_job_until_the_site_takes_changes_again(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    states = iter([True, True, False])
    monkeypatch.setattr(work, "site_state", lambda: SimpleNamespace(read_only=next(states)))
    monkeypatch.setattr(work, "SECONDS", 0)
    ran: list[str] = []

    async def job() -> str:
        assert next(states, None) is None, "it asked until the answer was no"
        ran.append("ran")
        return "done"

    context: Any = SimpleNamespace(
        job=SimpleNamespace(id=7, task_name="exchange.carry", task_kwargs={"traceparent": "x"})
    )
    assert asyncio.run(work.observed_job(job, context, None)) == "done"
    assert ran == ["ran"]
    assert context.job.task_kwargs == {}, "the task itself never sees the trace"


def test_the_command_line_switches_for_all_processes(monkeypatch: pytest.MonkeyPatch, browser: Browser) -> None:
    monkeypatch.setattr(site, "_known", None)
    run = CliRunner().invoke
    assert run(site_verbs, ["read-only", "on", "--json"]).exit_code == 0
    assert site.site_state().read_only
    assert browser("adviser.mof").post("/notices/seen/").status_code == 503
    assert run(site_verbs, ["read-only", "off"]).exit_code == 0
    assert not site.site_state().read_only
    assert Account.objects.exists()


def test_the_notice_is_translated() -> None:
    with translation.override("ar"):
        from mukatabat.web.readonly import ReadOnlyNow

        assert "للاطلاع فقط" in str(ReadOnlyNow().happened)
