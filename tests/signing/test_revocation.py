# SPDX-License-Identifier: EUPL-1.2
"""Authorities' lists of withdrawn certificates: fetched, believed by their signature, kept one a day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.signing import jobs, queries, service
from mukatabat.signing.actions import keep_list
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.errors import RevocationUnavailable
from mukatabat.signing.models import RevocationList
from mukatabat.signing.queries import revocation_lists
from mukatabat.signing.revocation import HttpRevocationSource
from mukatabat_verify import revocation
from mukatabat_verify.lists import Listed, listed, read
from tests.signing.support import NOW, subject_of
from tests.together import together
from tests.verify.support import issue, revocation_list, root

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ISSUING = issue("Issuing", issuer=root(), authority=True)
KNOWN = ISSUING.chain[0], root().root


def list_of(at: datetime, **changes: Any) -> bytes:
    return revocation_list(ISSUING, at=at.replace(microsecond=0), **changes)


def test_what_the_development_authority_withdraws_stands_in_its_list_for_ever(tmp_path: Path) -> None:
    authority = DevelopmentAuthority(tmp_path, now=lambda: NOW)
    person = new_id()
    own = authority.person(person, subject_of(person)).certificate.own
    authority.revoke(own, at=NOW - DAY)
    authority.revoke(own, at=NOW + DAY)  # the first word stands
    by_root, by_issuing = (read(one.newest()) for one in authority.revocation_sources)
    assert len(list(by_root)) == 0
    (entry,) = by_issuing
    assert entry.revocation_date_utc == NOW - DAY
    assert revocation.signed_by(by_issuing, authority.authorities) == authority.authorities[1]


def test_of_each_authority_the_last_list_of_a_day_is_kept() -> None:
    now = clock.now().replace(hour=9, minute=0)
    first, second, tomorrow = (list_of(at) for at in (now - 3 * DAY, now - 3 * DAY + timedelta(hours=1), now - DAY))
    assert all(keep_list(one, authorities=KNOWN) for one in (first, second, tomorrow))
    assert not keep_list(tomorrow, authorities=KNOWN)
    assert not keep_list(second, authorities=KNOWN), "an older one takes nothing's place"
    assert [bytes(one.data) for one in RevocationList.objects.order_by("at")] == [second, tomorrow]
    assert revocation_lists([]) == (tomorrow,)
    assert set(revocation_lists([now - 4 * DAY, now])) == {second, tomorrow}


@pytest.mark.django_db(transaction=True)
def test_of_several_lists_at_once_the_latest_stands_whichever_is_written_last() -> None:
    morning = clock.now().replace(hour=9, minute=0)
    for days in range(9, 3, -1):
        lists = [list_of(morning - days * DAY + timedelta(minutes=minute)) for minute in range(6)]
        order = lists if days % 2 else lists[::-1]
        found = together(*[partial(keep_list, one, authorities=KNOWN) for one in order])
        assert not [one for one in found if isinstance(one, Exception)]
        newest = RevocationList.objects.latest("at")
        assert bytes(newest.data) == lists[-1]
        assert newest.at == read(lists[-1]).last_update_utc
    assert RevocationList.objects.count() == 6


@pytest.mark.parametrize(
    "make",
    [
        lambda _now: b"<html>",
        lambda now: revocation_list(issue("Issuing", issuer=root(), authority=True), at=now),
        lambda now: list_of(now + DAY),
    ],
    ids=["no list", "by another key", "from tomorrow"],
)
def test_what_no_known_authority_wrote_is_not_kept(make: Callable[[datetime], bytes]) -> None:
    with pytest.raises(RevocationUnavailable):
        keep_list(make(clock.now()), authorities=KNOWN)
    assert not RevocationList.objects.exists()


def test_a_list_is_fetched_and_a_silent_or_refusing_address_is_named(served: Callable[..., str]) -> None:
    assert HttpRevocationSource(served(b"a list")).newest() == b"a list"
    for address in (served(b"gone", 404), "http://127.0.0.1:1/x.crl"):
        with pytest.raises(RevocationUnavailable):
            HttpRevocationSource(address, seconds=2).newest()
    with pytest.raises(ValueError, match="http"):
        HttpRevocationSource("ldap://ca.example/x")


def test_one_dead_authority_stops_no_other_and_is_alarmed_of_when_it_owes_its_list(
    served: Callable[..., str], settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    settings.MUKATABAT_REVOCATION_LISTS = ("http://127.0.0.1:1/dead.crl", served(list_of(now, days=1)))
    monkeypatch.setattr(jobs, "authorities", lambda: KNOWN)
    with caplog.at_level(logging.WARNING):
        jobs.fetch_revocation_lists()
    assert RevocationList.objects.count() == 1
    assert [one.levelname for one in caplog.records] == ["WARNING", "ERROR"], "the first has never given one"
    caplog.clear()
    RevocationList.objects.update(until=now - DAY)
    jobs.fetch_revocation_lists()
    assert "ERROR" in [one.levelname for one in caplog.records]


def test_whatever_comes_in_is_held_against_the_newest_list_of_each_authority(settings: Any) -> None:
    now = clock.now().replace(hour=9, minute=0)
    earlier, newest = list_of(now - 3 * DAY), list_of(now - DAY)
    assert all(keep_list(one, authorities=KNOWN) for one in (earlier, newest))
    (believed,) = service.informed_trust(now).lists
    assert isinstance(believed, Listed) and believed.at == read(newest).last_update_utc
    settings.MUKATABAT_DEVELOPMENT = True
    by_telephone = service._csc.__wrapped__("http://127.0.0.1:1", "client", Path("secret"))
    assert by_telephone.trust is service.informed_trust


def test_a_list_is_read_once_a_process_and_anew_when_a_later_one_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here: list[bytes] = []

    def counted(data: bytes) -> Listed:
        read_here.append(data)
        return listed(data)

    monkeypatch.setattr(queries, "listed", counted)
    morning = clock.now().replace(hour=0, minute=0) - DAY
    first, later, other = list_of(morning), list_of(morning + timedelta(hours=3)), revocation_list(root(), at=morning)
    keep_list(first, authorities=KNOWN)
    for _ in range(3):
        assert [one.at for one in queries.kept_lists()] == [read(first).last_update_utc]
    assert read_here == [first]
    assert keep_list(later, authorities=KNOWN), "in the row of the first, of the same day"
    assert not keep_list(first, authorities=KNOWN)
    keep_list(other, authorities=KNOWN)
    for _ in range(3):
        assert {one.at for one in queries.kept_lists()} == {read(one).last_update_utc for one in (later, other)}
    assert sorted(read_here[1:]) == sorted([later, other])
    assert len(queries._read) == 2, "what is the newest no longer is forgotten"
    with clock.fixed(clock.now() - 400 * DAY):
        assert len(queries.kept_lists()) == 2, "a clock that was set back changes nothing of what is known"
    assert len(read_here) == 3


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_in_a_transaction_that_did_not_end_is_not_known_afterwards() -> None:
    morning = clock.now().replace(hour=0, minute=0) - DAY
    first, later = list_of(morning), list_of(morning + timedelta(hours=3))
    keep_list(first, authorities=KNOWN)
    with transaction.atomic():
        keep_list(later, authorities=KNOWN)
        assert [one.at for one in queries.kept_lists()] == [read(later).last_update_utc]
        transaction.set_rollback(True)
    assert [one.at for one in queries.kept_lists()] == [read(first).last_update_utc]


@pytest.mark.django_db(transaction=True)
def test_many_that_ask_at_once_read_a_list_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read_here: list[bytes] = []
    monkeypatch.setattr(queries, "listed", lambda data: (read_here.append(data), listed(data))[1])
    keep_list(list_of(clock.now() - DAY), authorities=KNOWN)
    found = together(*[queries.kept_lists] * 6)
    assert [len(one) for one in found if not isinstance(one, Exception)] == [1] * 6
    assert len(read_here) == 1


def test_without_addresses_the_development_authority_s_own_lists_are_kept() -> None:
    jobs.fetch_revocation_lists()
    assert len(revocation_lists([])) == len(service.revocation_sources()) == 2
