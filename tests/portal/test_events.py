# SPDX-License-Identifier: EUPL-1.2
"""The feed: a linked body hears of everything that happens to its letters, once, in order, and of nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings as installed
from django.db import connection, connections, transaction
from django.test import Client

from mukatabat.audit.actions import record
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.portal.actions import feed
from mukatabat.portal.actions.tokens import revoke_token
from mukatabat.portal.events import ARRIVALS, LETTERS, PUBLISHED, EventType, cursor_of, number_at, told_to
from mukatabat.portal.listening import CHANNEL, Listener, listener
from mukatabat.portal.models import Event, Token
from mukatabat.portal.rules import Scope
from mukatabat.tenancy.context import scope
from mukatabat.web.trail_sentences import SENTENCES
from tests.cast import MOF, Cast
from tests.portal.conftest import System
from tests.portal.test_refusals import told
from tests.story import issued_letter, run_jobs
from tests.together import together

pytestmark = pytest.mark.django_db
Connect = Callable[..., System]


def news(system: System, after: str = "", **asked: Any) -> dict[str, Any]:
    """Publish what was committed, then ask."""
    feed.publish()
    return read(system, after, **asked)


def read(system: System, after: str = "", **asked: Any) -> dict[str, Any]:
    answer = system.get("/events?" + "&".join(f"{name}={value}" for name, value in {"after": after, **asked}.items()))
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def types(page: dict[str, Any]) -> list[str]:
    return [one["type"] for one in page["items"]]


def test_both_sides_hear_of_the_whole_loop(system: Connect) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    question = ministry.write().json()
    ministry.issue(question["id"])
    run_jobs()
    page = news(ministry)
    assert types(page) == ["letter.issued", "letter.dispatched", "letter.delivered"]
    assert {one["letter"] for one in page["items"]} == {question["id"]}
    assert [one["body"] for one in page["items"]] == ["", "FL", "FL"]
    assert {one["reference"] for one in page["items"]} == {"MOF-O-2026-00001"}

    received = read(department)
    assert types(received) == ["arrival.received"]
    [arrived] = received["items"]
    assert (arrived["body"], arrived["their_reference"]) == ("MOF", "MOF-O-2026-00001")
    department.post(f"/arrivals/{arrived['arrival']}/register", {})
    run_jobs()
    later = news(ministry, page["next"])
    assert types(later) == ["letter.registered"]
    assert later["items"][0]["their_reference"] == "FL-I-2026-00001"
    assert types(read(department, received["next"])) == ["arrival.registered"]
    assert read(ministry, later["next"]) == {"items": [], "next": later["next"], "ask_again_in": 0}


def test_a_return_a_redirection_and_a_withdrawal_are_told(system: Connect) -> None:
    ministry, department = system("clerk.mof"), system("clerk.fl")
    for _ in range(3):
        ministry.issue(ministry.write().json()["id"])
    run_jobs()
    first, second, third = (one["id"] for one in department.get("/arrivals").json()["items"])
    department.post(f"/arrivals/{first}/return", {"ground": "duplicate"})
    department.post(f"/arrivals/{second}/redirect", {"to": "MOH", "reason": "عدم الاختصاص"})
    last = ministry.get("/letters").json()["items"][0]["id"]
    [sent] = ministry.get(f"/letters/{last}").json()["consignments"]
    assert ministry.post(f"/letters/{last}/consignments/{sent['id']}/withdraw", {"reason": "خطأ"}).status_code == 200
    run_jobs()
    assert {"letter.returned", "letter.redirected", "letter.withdrawn"} <= set(types(news(ministry)))
    heard = types(read(department))
    assert {"arrival.returned", "arrival.redirected", "arrival.withdrawn"} <= set(heard)
    assert third in {one["arrival"] for one in read(department)["items"]}


def test_an_event_holds_no_subject_no_text_and_no_reason_of_any_letter(system: Connect, cast: Cast) -> None:
    ministry, *others = (system(login) for login in ("clerk.mof", "signer.mof", "clerk.fl"))
    ministry.issue(ministry.write().json()["id"])
    issued_letter(cast, subject="موضوع سري لا يقرأه أحد", secrecy=Secrecy.CONFIDENTIAL)
    run_jobs()
    feed.publish()
    for one in (ministry, *others):
        shown = one.get("/events").content.decode()
        assert "arrival.received" in shown or "letter.issued" in shown
        assert "موضوع" not in shown
        assert "فروق" not in shown


def test_a_system_hears_only_of_letters_that_its_person_may_see(system: Connect, cast: Cast) -> None:
    system("clerk.mof")  # the ministry is linked
    letter = issued_letter(cast)
    feed.publish()
    assert [one["letter"] for one in read(system("adviser.mof"))["items"]] == [str(letter.id)]
    assert read(system("finance.mof"))["items"] == []  # another head of the same ministry


def test_another_body_hears_nothing_and_learns_nothing_from_its_cursors(system: Connect) -> None:
    ministry, outsider = system("clerk.mof"), system("clerk.moh")
    before = news(outsider)["next"]
    ministry.issue(ministry.write().json()["id"])
    run_jobs()
    assert news(outsider) == {"items": [], "next": before, "ask_again_in": 0}


def test_a_scope_hears_of_its_own_kinds_alone(system: Connect) -> None:
    assert told_to(frozenset({Scope.FOLLOW})) == LETTERS
    assert told_to(frozenset({Scope.RECEIVE})) == ARRIVALS
    assert told_to(frozenset({Scope.DIRECTORY})) == frozenset()
    department = system("clerk.fl", scopes=frozenset({Scope.FOLLOW}))
    ministry = system("clerk.mof")
    ministry.issue(ministry.write().json()["id"])
    run_jobs()
    assert news(department)["items"] == []
    told(system("clerk.fl", scopes=frozenset({Scope.SEND})).get("/events"), "portal.scope-missing")


def test_pages_follow_each_other_without_a_gap_or_a_double(system: Connect) -> None:
    ministry = system("clerk.mof")
    for _ in range(3):
        ministry.issue(ministry.write().json()["id"])
    run_jobs()
    whole, seen, after = news(ministry), [], ""
    while page := read(ministry, after, limit=2)["items"]:
        seen += [one["id"] for one in page]
        after = page[-1]["cursor"]
    assert seen == [one["id"] for one in whole["items"]]
    assert len(set(seen)) == 9


def test_every_published_act_is_one_of_the_trail_and_every_type_has_an_act() -> None:
    assert PUBLISHED.keys() <= SENTENCES.keys()
    assert set(PUBLISHED.values()) == set(EventType)
    assert len(PUBLISHED) == len(EventType)


def test_a_cursor_says_nothing_to_its_reader_and_reads_back() -> None:
    for number in (0, 1, 2**40):
        assert number_at(cursor_of(number)) == number
    assert number_at("") == 0
    assert [number_at(bad) for bad in ("x", "AAAA", "?" * 11, "A" * 12, "_" * 11)] == [None] * 5


def test_a_cursor_beyond_what_is_kept_is_refused_with_what_to_do(system: Connect) -> None:
    ministry = system("clerk.mof")
    ministry.issue(ministry.write().json()["id"])
    run_jobs()
    page = news(ministry, limit=1)
    assert feed.forget(timedelta(0)) == 3
    told(ministry.get(f"/events?after={page['next']}"), "portal.cursor-expired")
    for bad in ("AAAAAAAAAAA_", cursor_of(2**60)):
        assert ministry.get(f"/events?after={bad}").status_code == 410
    again = read(ministry)
    assert again["items"] == []
    assert read(ministry, again["next"])["items"] == []


def test_what_is_young_enough_is_kept(system: Connect) -> None:
    ministry = system("clerk.mof")
    ministry.issue(ministry.write().json()["id"])
    feed.publish()
    assert feed.forget(timedelta(days=30)) == 0
    assert types(read(ministry)) == ["letter.issued"]


def test_a_body_without_a_linked_system_has_no_feed_and_one_that_joins_begins_with_what_comes(
    system: Connect, cast: Cast
) -> None:
    issued_letter(cast)
    feed.publish()
    with scope(cast("signer.mof")):
        assert not Event.objects.exists()
    ministry = system("clerk.mof")
    assert news(ministry)["items"] == []


# ── order and waiting ───────────────────────────────────────────────────────────────────────────────────────────────


def _said(cast: Cast, letter: UUID) -> None:
    record(cast("clerk.mof"), act="letters.signed", object_kind="letter", object_id=letter)


@pytest.mark.django_db(transaction=True)
def test_an_act_that_commits_late_comes_later_and_is_never_skipped(system: Connect, cast: Cast) -> None:
    system("clerk.mof")
    begun, go_on = threading.Event(), threading.Event()
    late, quick = uuid4(), uuid4()

    def slow() -> None:
        with transaction.atomic():
            _said(cast, late)  # its entry has the smaller identifier and the earlier time
            begun.set()
            assert go_on.wait(30)
        connection.close()

    def meanwhile() -> list[UUID]:
        assert begun.wait(30)
        _said(cast, quick)
        feed.publish()
        seen = _numbers(cast)
        go_on.set()
        connection.close()
        return seen

    _, seen = together(slow, meanwhile)
    assert seen == [quick]
    feed.publish()
    assert _numbers(cast) == [quick, late]


def _numbers(cast: Cast) -> list[UUID]:
    with scope(cast("clerk.mof")):
        return list(Event.objects.order_by("number").values_list("object_id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_publishers_at_once_publish_everything_once(system: Connect, cast: Cast) -> None:
    system("clerk.mof")
    objects = [uuid4() for _ in range(12)]
    for one in objects:
        _said(cast, one)

    def publish() -> None:
        for _ in range(6):
            feed.publish(3)
        connection.close()

    together(*[publish] * 4)
    with scope(cast("clerk.mof")):
        found = list(Event.objects.order_by("number").values_list("object_id", "number"))
    assert [one for one, _ in found] == objects
    assert [number for _, number in found] == list(range(1, 13))


@pytest.fixture
def quiet_listener() -> Iterator[Listener]:
    """End the listening thread after a test, so that no connection is left to the test's database."""
    yield listener
    listener.stop()


@pytest.mark.django_db(transaction=True)
def test_a_waiting_system_hears_of_an_event_when_it_happens_and_holds_no_connection(
    system: Connect, cast: Cast, quiet_listener: Listener
) -> None:
    ministry, letter = system("clerk.mof"), issued_letter(cast)
    start = news(ministry)["next"]
    answers: list[dict[str, Any]] = []

    def wait() -> None:
        answers.append(read(ministry, start, wait=30))
        connections.close_all()

    waiting = threading.Thread(target=wait)
    waiting.start()
    _until(lambda: _listening() == 1)
    _until(lambda: _others() == 0)  # the waiting request itself holds none
    record(cast("clerk.mof"), act="letters.signed", object_kind="letter", object_id=letter.id)
    feed.publish()
    waiting.join(30)
    [answer] = answers
    assert types(answer) == ["letter.issued"]


def _listening() -> int:
    return _backends("application_name = 'mukatabat events' AND query LIKE 'LISTEN%%'")


def _others() -> int:
    return _backends("application_name <> 'mukatabat events' AND pid <> pg_backend_pid() AND state <> 'idle'")


def _backends(which: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND {which}"
        )
        return int(cursor.fetchone()[0])


def _until(holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(600):
        if holds():
            return
        pause.wait(0.05)
    pytest.fail("it did not come to that")


@pytest.mark.django_db(transaction=True)
def test_no_more_than_the_bound_wait_and_the_others_are_told_when_to_ask_again(
    system: Connect, settings: Any, quiet_listener: Listener
) -> None:
    settings.MUKATABAT_EVENTS_WAITING = 1
    ministry, department = system("clerk.mof"), system("clerk.fl")
    with quiet_listener.place(Token.objects.get(handle=ministry.token.split("_")[1]).id) as waits:
        assert waits
        for crowded in (ministry, department):  # the same token again, and another body's
            assert read(crowded, wait=30)["ask_again_in"] > 0
    with quiet_listener.place(uuid4()) as waits:
        assert waits


def test_an_installation_without_places_answers_at_once(system: Connect, settings: Any) -> None:
    settings.MUKATABAT_EVENTS_WAITING = 0
    assert read(system("clerk.mof"), wait=30)["ask_again_in"] > 0


@pytest.mark.django_db(transaction=True)
def test_a_token_that_is_revoked_while_it_waits_hears_nothing_more(
    system: Connect, cast: Cast, quiet_listener: Listener
) -> None:
    ministry = system("clerk.mof")
    status: list[int] = []

    def wait() -> None:
        status.append(ministry.get("/events?wait=30").status_code)
        connections.close_all()

    waiting = threading.Thread(target=wait)
    waiting.start()
    _until(lambda: _listening() == 1)
    revoke_token(cast("admin.mof"), ministry.token.split("_")[1])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(MOF)])
    waiting.join(30)
    assert status == [401]


@pytest.mark.parametrize("query", ["wait=31", "wait=-1", "limit=0", "limit=101", "after=%00", "after=a'b"])
def test_a_question_of_another_form_is_refused(system: Connect, query: str) -> None:
    told(system("clerk.mof").get(f"/events?{query}"), "portal.request-invalid")


def test_a_feed_needs_a_token(client: Client, db: None) -> None:
    assert client.get("/api/v1/events").status_code == 401


def test_the_events_are_kept_for_a_month_unless_the_installation_says_otherwise() -> None:
    assert installed.MUKATABAT_EVENTS_KEPT_DAYS == 30
