# SPDX-License-Identifier: EUPL-1.2
"""One asker who asks without end: stopped with the same answer everywhere, while everybody else goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse

from mukatabat.access import limits
from mukatabat.kernel import clock
from tests.letters.pages import browser

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of every limit, and nobody counted yet."""
    settings.MUKATABAT_RATE_FACTOR = 0.01
    monkeypatch.setattr(limits, "_counts", limits._Counts())


def test_a_flood_from_one_account_stops_that_account_alone_and_for_a_minute(cast: Cast) -> None:
    flooding, other = browser("adviser.mof"), browser("clerk.mof")
    with clock.fixed(clock.now()) as now:
        statuses = [flooding.get(reverse("usersessions_list")).status_code for _ in range(62)]
        assert statuses == [200] * 60 + [429] * 2
        assert flooding.post(reverse("directory:leave")).status_code == 429
        assert other.get(reverse("usersessions_list")).status_code == 200
        now.advance(timedelta(seconds=61))
        assert flooding.get(reverse("usersessions_list")).status_code == 200


def test_a_flood_at_the_door_is_stopped_before_a_password_is_looked_at(cast: Cast) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.7")
    with clock.fixed(clock.now()):
        statuses = [stranger.get(reverse("account_login")).status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429]
        typed = {"login": "adviser.mof", "password": "x"}
        assert stranger.post(reverse("account_login"), typed).status_code == 429
        assert Client(REMOTE_ADDR="192.0.2.8").get(reverse("account_login")).status_code == 200


def test_a_header_does_not_make_one_asker_many(cast: Cast) -> None:
    with clock.fixed(clock.now()):
        statuses = [
            Client(REMOTE_ADDR="192.0.2.9", headers={"X-Forwarded-For": f"198.51.100.{one}"})
            .get(reverse("account_login")).status_code
            for one in range(4)
        ]  # fmt: skip
        assert statuses[-1] == 429


def test_a_machine_that_changes_its_address_within_its_network_stays_one_asker(cast: Cast) -> None:
    with clock.fixed(clock.now()):
        asks = [f"2001:db8:1:2::{one:x}" for one in range(3)] + ["2001:db8:1:3::1", "::ffff:192.0.2.33"]
        statuses = [Client(REMOTE_ADDR=one).get(reverse("account_login")).status_code for one in asks]
    assert statuses == [200, 200, 429, 200, 200]
    assert limits.network_of("::ffff:192.0.2.33") == "192.0.2.33"
    assert limits.network_of("nowhere") == "nowhere"


def test_the_count_forgets_rather_than_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_ASKERS", 100)
    counts = limits._Counts()
    for one in range(1000):
        counts.take(limits.ADDRESS, f"address {one}")
    assert len(counts.askers) <= 100
