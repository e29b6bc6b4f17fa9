# SPDX-License-Identifier: EUPL-1.2
"""The seeded directory, a day that stands still, and the two who may change things."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

import pytest

from mukatabat.kernel import clock

TODAY = clock.today()
"""The day of which the directory was seeded."""


@pytest.fixture
def directory(db: None) -> Iterator[None]:
    """The bodies and the standing cast as of TODAY, with the clock held at noon of that day."""
    with clock.fixed(datetime.combine(TODAY, time(9), tzinfo=UTC)):
        yield


def person_acting(login: str, *capabilities: str):
    """An actor of the cast with the capabilities named."""
    from mukatabat.directory.seed import CAST, body_id
    from mukatabat.tenancy.rules import Actor

    member = next(member for member in CAST if member.login == login)
    return Actor(
        body_id=body_id(member.body_code, member.realm),
        realm=member.realm,
        name_ar=member.ar,
        name_en=member.en,
        person_id=member.person_id,
        capabilities=frozenset(capabilities),
    )


@pytest.fixture
def administrator():
    """The administrator of the Ministry of Finance."""
    return person_acting("admin.mof", "administer_body")


@pytest.fixture
def operator():
    """The central operator."""
    return person_acting("operator.cait", "operate")


@pytest.fixture
def colleague():
    """A person of the Ministry of Finance who may change nothing in the directory."""
    return person_acting("adviser.mof", "draft")
