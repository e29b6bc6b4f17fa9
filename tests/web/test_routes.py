# SPDX-License-Identifier: EUPL-1.2
"""The whole URL table: every route states its access decision and keeps to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from mukatabat.access.decisions import ACCOUNT, CAPABILITY, PUBLIC, SIGNED_IN, decision_of
from mukatabat.access.grants.rules import Grantee
from mukatabat.access.limits import DOOR, TOKEN_RATE, Limit
from mukatabat.letters.commands import AcceptCommand
from mukatabat.portal.urls import TOKEN
from mukatabat.tenancy.models import tenant_tables
from mukatabat.work.rules import Act, ReferralCommand, Task
from tests.browser.gallery import AS_OTHERS, NO_SCREENS, ON_THE_WAY, SCREENS
from tests.cast import Cast
from tests.story import issued_letter, registered
from tests.web.conftest import Browser

VALUES = {
    "uuid": uuid4,
    "int": lambda: 1,
    "str": lambda: "x",
    "slug": lambda: "x",
    "path": lambda: "x",
    "book": lambda: "incoming",
}
PROGRAMS = "api/"
"""Below it programs ask, and no person looks."""

SINGLE_USE = {"account_logout"}
"""Routes that end the session with which the others are tried."""


@dataclass(frozen=True)
class Route:
    """One route: its whole pattern, its name and its view."""

    pattern: str
    name: str
    view: Any

    @property
    def decision(self) -> str | None:
        return decision_of(self.view)

    def address(self, object_id: Any = None) -> str:
        def value(match: re.Match[str]) -> str:
            kind = match[1] or "str"
            return str(object_id if object_id is not None and kind == "uuid" else VALUES[kind]())

        return "/" + re.sub(r"<(?:(\w+):)?\w+>", value, self.pattern)


def routes(patterns: Any = None, before: str = "") -> Iterator[Route]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        whole = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, whole)
        elif isinstance(one, URLPattern):
            yield Route(whole, one.name or "", one.callback)


def test_every_route_states_its_access_decision_and_has_a_name() -> None:
    for route in routes():
        assert route.decision is not None, route.pattern
        assert route.name, route.pattern


def test_every_screen_is_in_the_gallery_that_the_browser_looks_at() -> None:
    shown = [*SCREENS, *ON_THE_WAY, *AS_OTHERS, *NO_SCREENS]
    routed = {route.pattern for route in routes() if not route.pattern.startswith(PROGRAMS)}
    assert len(shown) == len(set(shown))
    assert routed - set(shown) == set(), "a new route: put it into tests/browser/gallery.py"
    assert set(shown) - routed == set(), "these routes are gone"
    assert set(AS_OTHERS.values()) <= set(SCREENS)


def test_every_route_states_its_rate_limit() -> None:
    for route in routes():
        limit = getattr(route.view, "rate_limit", None)
        assert isinstance(limit, Limit), route.pattern
        assert limit.per_minute or limit is TOKEN_RATE, route.pattern
        assert (limit is TOKEN_RATE) == (route.decision == TOKEN), route.pattern


def test_what_asks_for_a_proof_at_the_door_is_limited_more_narrowly_than_a_page() -> None:
    for route in routes():
        if route.pattern.startswith("sign-in/"):
            assert route.view.rate_limit is DOOR, route.pattern


def test_every_address_leads_back_to_its_own_route() -> None:
    for route in routes():
        assert resolve(route.address()).func is route.view, route.pattern


def test_the_public_routes_are_these_and_no_other() -> None:
    public = {route.name for route in routes() if route.decision == PUBLIC}
    assert public == {
        "health", "account_login", "mfa_authenticate", "access_own_password", "access_enrolment", "account_logout",
        "access_preferences", "description", "access_passkey_sign_in", "access_passkey_door_options",
        "access_identity", "access_identity_return", "ready", "metrics", "checkpoint", "key", "tile",
        "ask", "printed",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_whoever_is_signed_out_is_led_to_sign_in(client: Client, method: str) -> None:
    for route in routes():
        if route.decision != PUBLIC:
            response = getattr(client, method)(route.address())
            assert response.status_code in _closed(route), route.pattern
            if response.status_code == 302:
                assert response.headers["Location"].startswith(reverse(settings.LOGIN_URL)), route.pattern


def _closed(route: Route) -> set[int]:
    """How a route answers whoever did not prove anything; one of the API knows only its own methods."""
    return {401, 405} if route.decision == TOKEN else {302, 401}


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["operator.cait", "auditor.fl", "admin.fl", "adviser.moh"])
def test_whoever_lacks_the_capability_finds_nothing(browser: Browser, login: str, cast: Cast) -> None:
    client, held = browser(login), cast(login).capabilities
    for route in routes():
        wanted = (route.decision or "").removeprefix(CAPABILITY).split("|")
        if (route.decision or "").startswith(CAPABILITY) and held.isdisjoint(wanted):
            assert client.get(route.address()).status_code == 404, route.pattern
            assert client.post(route.address()).status_code == 404, route.pattern


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["clerk.moh", "adviser1.fl", "signer.moh", "trainee.mof"])
def test_a_letter_of_others_is_not_found_on_any_route(browser: Browser, login: str, cast: Cast) -> None:
    issued_letter(cast)
    head = Grantee.post(cast.post("head.fl"))
    letter = registered(cast, AcceptCommand(referral=ReferralCommand(task=Task(holder=head, act=Act.STUDY), note="س")))
    client = browser(login)
    for route in routes():
        if "<uuid:" in route.pattern and not _names_a_draft_of_ones_own(route):
            for method in (client.get, client.post):
                response = method(route.address(letter.id))
                if route.name == "act_on" and response.status_code == 302:
                    continue  # what is refused is told on the own queue
                assert response.status_code in {404, 405}, (route.pattern, response.status_code)
                assert "فروق أسعار" not in response.content.decode(errors="replace"), route.pattern


def _names_a_draft_of_ones_own(route: Route) -> bool:
    """Routes under an identifier that the page itself chose for a draft that is not saved yet."""
    return "draft_id" in route.pattern


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("login", ["clerk.mof", "signer.mof", "adviser.mof", "admin.mof"])
def test_looking_at_a_page_changes_no_row_of_a_body(browser: Browser, login: str, cast: Cast) -> None:
    letter = issued_letter(cast)
    client = browser(login)
    for route in routes():
        if route.name in SINGLE_USE:
            continue
        with CaptureQueriesContext(connection) as queries:
            client.get(route.address(letter.id))
        written = [query["sql"] for query in queries if _writes(query["sql"])]
        assert written == [], route.pattern


def written_table(statement: str) -> str:
    """The table of bodies' rows that a statement writes; "" where it writes none."""
    found = re.match(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)"?', statement)
    return found[1] if found is not None and found[1] in tenant_tables() else ""


def _writes(statement: str) -> bool:
    """Whether a statement changes a body's row; audit entries and "seen for the first time" are notes, not changes."""
    table = written_table(statement)
    return bool(table) and table not in {"audit_entry", "exchange_notice"} and '"seen_at"' not in statement


def test_the_decisions_are_of_five_kinds() -> None:
    for route in routes():
        decision = route.decision or ""
        assert decision in {PUBLIC, ACCOUNT, SIGNED_IN, TOKEN} or decision.startswith(CAPABILITY), route.pattern
