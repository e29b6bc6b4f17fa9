# SPDX-License-Identifier: EUPL-1.2
"""The screen of delivery and evidence: what stands still comes first, and nobody sees the letters of others on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from mukatabat.exchange import queries as exchange
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel import clock
from mukatabat.letters.actions.receiving import return_arrival
from mukatabat.letters.models import Letter
from mukatabat.tenancy.context import scope
from mukatabat.web import delivery
from tests.cast import Cast
from tests.letters.pages import at
from tests.story import arrived, issued_letter, registered, run_jobs
from tests.web.conftest import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.long]

PAGE = "web:delivery"


def _set(cast: Cast, letter: Letter, **changes: object) -> None:
    with scope(cast("clerk.mof")):
        Consignment.objects.filter(letter_id=letter.id).update(**changes)


def test_each_recipient_has_its_steps_and_its_bundle(browser: Browser, cast: Cast) -> None:
    letter = issued_letter(cast)
    registered(cast)
    run_jobs()
    answer = browser("clerk.mof").get(reverse(PAGE))
    (row,) = answer.context["rows"]
    done = [step["code"] for step in row["steps"] if step and step["at"]]
    assert done == ["signed", "dispatched", "delivered", "registered"]
    assert answer.context["chased"] == [] and row["proof_url"] in answer.content.decode()
    assert row["url"].startswith(at("letter", letter.id))


@pytest.mark.parametrize(
    ("state", "field", "age", "chased"),
    [
        (ConsignmentState.DELIVERED, "delivered_at", timedelta(days=2), False),
        (ConsignmentState.DELIVERED, "delivered_at", timedelta(days=4), True),
        (ConsignmentState.DISPATCHED, "dispatched_at", timedelta(minutes=30), False),
        (ConsignmentState.DISPATCHED, "dispatched_at", timedelta(hours=2), True),
        (ConsignmentState.HELD, "ended_at", timedelta(0), True),
        (ConsignmentState.FAILED, "ended_at", timedelta(0), True),
        (ConsignmentState.REGISTERED, "registered_at", timedelta(days=9), False),
    ],
)
def test_what_stands_still_needs_a_person(
    browser: Browser, cast: Cast, state: ConsignmentState, field: str, age: timedelta, chased: bool
) -> None:
    letter = issued_letter(cast)
    run_jobs()
    _set(cast, letter, state=state, **{field: clock.now() - age})
    answer = browser("clerk.mof").get(reverse(PAGE))
    assert bool(answer.context["chased"]) is chased
    decided = state in {ConsignmentState.HELD, ConsignmentState.FAILED}
    (row,) = answer.context["rows"]
    assert bool(row["retry_url"]) is decided and (not decided or row["retry_url"] in answer.content.decode())


def test_a_returned_letter_needs_a_person_until_its_item_is_done(browser: Browser, cast: Cast) -> None:
    issued_letter(cast)
    return_arrival(cast("clerk.fl"), arrived(cast).id, "المستندات ناقصة")
    run_jobs()
    clerk = browser("adviser.mof")
    (row,) = clerk.get(reverse(PAGE)).context["chased"]
    assert row["why"] == "المستندات ناقصة"
    clerk.post(row["url"].partition("?")[0] + "complete/", {"reason": "استُغني عنه"})
    assert clerk.get(reverse(PAGE)).context["chased"] == []


def test_what_is_not_shown_pushes_nothing_that_stands_still_off_the_screen(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit counts what this person sees: neither others' letters nor returned ones that are long done."""
    monkeypatch.setattr(exchange, "CHASED", 1)
    failed = issued_letter(cast)
    run_jobs()
    _set(cast, failed, state=ConsignmentState.FAILED)
    newer = issued_letter(cast)
    return_arrival(cast("clerk.fl"), arrived(cast).id, "المستندات ناقصة")
    run_jobs()
    reader = browser("adviser.mof")
    assert len(reader.get(reverse(PAGE)).context["chased"]) == 1
    reader.post(f"{at('letter', newer.id)}complete/", {"reason": "استُغني عنه"})
    (row,) = reader.get(reverse(PAGE)).context["chased"]
    assert row["url"].startswith(at("letter", failed.id))


def test_letters_to_very_many_share_no_page_and_none_is_left_out(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ROWS", 1)
    letters = [issued_letter(cast) for _ in range(3)]
    run_jobs()
    reader, url, found = browser("clerk.mof"), reverse(PAGE), []
    while url:
        context = reader.get(url).context
        found += [row["url"].partition("?")[0] for row in context["rows"]]
        assert len(context["rows"]) == 1
        url = context["more_url"]
    assert found == [at("letter", one.id) for one in reversed(letters)]


def test_nobody_sees_the_deliveries_of_letters_that_they_may_not_read(browser: Browser, cast: Cast) -> None:
    letter = issued_letter(cast)
    run_jobs()
    _set(cast, letter, state=ConsignmentState.FAILED)
    for login in ("clerk.fl", "clerk.moh", "finance.mof"):
        answer = browser(login).get(reverse(PAGE))
        assert answer.context["rows"] == [] and answer.context["chased"] == [], login
        assert str(letter.id) not in answer.content.decode()
