# SPDX-License-Identifier: EUPL-1.2
"""How many statements each page costs, by role: the checked-in numbers change only on purpose.

The number includes session, account, appointments, the scope's setting and the counts of the rail. A page's number must
not depend on how much it lists, so it is taken with one letter and again with three.
"""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mukatabat.access.grants.rules import Grantee
from mukatabat.letters.commands import AcceptCommand
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.cast import Cast
from tests.story import approved_letter, issued_letter, registered, run_jobs
from tests.web.conftest import Browser

BUDGETS: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "query_counts.json").read_text())
PLACES = {"find": "?q=1", "find words": "?q=فروق أسعار", "day": "?book=O", "trail of an act": "?act=letters.signed"}
ROUTES = {"find": "web:find", "find words": "web:find", "day": "registers:day", "trail of an act": "audit:log"}
OWN = {"directory:person": "adviser.mof", "directory:body": "clerk.mof"}
"""Pages of one person or one body: of this log-in."""

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def _fill(cast: Cast, times: int) -> None:
    head = Grantee.post(cast.post("head.fl"))
    for _ in range(times):
        issued_letter(cast)
        registered(cast, AcceptCommand(referral=ReferralCommand(task=Task(holder=head, act=Act.STUDY), note="س")))
        issued_letter(cast)
        approved_letter(cast)
    run_jobs()


def _about(cast: Cast, page: str) -> list[UUID | None]:
    if page not in OWN:
        return []
    shown = cast(OWN[page])
    return [shown.person_id if page == "directory:person" else shown.body_id]


def _counts(browser: Browser, cast: Cast) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for login, pages in BUDGETS.items():
        client = browser(login)
        for page in pages:
            address = reverse(ROUTES.get(page, page), args=_about(cast, page)) + PLACES.get(page, "")
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200, (login, page)
            statements = [one for one in queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))]
            found.setdefault(login, {})[page] = len(statements)
    return found


def test_every_page_costs_what_is_checked_in_however_much_it_lists(browser: Browser, cast: Cast) -> None:
    _fill(cast, 1)
    assert _counts(browser, cast) == BUDGETS
    _fill(cast, 2)
    assert _counts(browser, cast) == BUDGETS
