# SPDX-License-Identifier: EUPL-1.2
"""The API against requests made from its own description, well-formed and not, with the own and a foreign token."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from mukatabat.portal.api import api
from mukatabat.registers import queries as registers
from tests.cast import Cast
from tests.portal.conftest import System
from tests.story import run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.long]
EXAMPLES = 8
ROOT = "/api/v1/"


def _schema() -> Any:
    description = json.loads(json.dumps(api.get_openapi_schema(path_prefix=ROOT), default=str))
    return schemathesis.openapi.from_dict(description)


OPERATIONS = [result.ok() for result in _schema().get_all_operations()]


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the test's transaction over its requests, as Django's own test client does for each of its calls."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def from_here(application: Any) -> Any:
    """The application as a server calls it: every request comes from some address."""

    def called(environ: dict[str, Any], start: Any) -> Any:
        return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start)

    return called


@pytest.fixture
def known(system: Callable[..., System]) -> dict[str, UUID]:
    """Identifiers that exist: a letter under way with its document, and the arrival that it became."""
    ministry, department = system("clerk.mof"), system("clerk.fl")
    letter = ministry.write().json()
    issued = ministry.issue(letter["id"]).json()
    run_jobs()
    [arrival] = department.get("/arrivals").json()["items"]
    hook = ministry.post(
        "/webhooks", {"url": "https://hooks.example/", "purpose": "x"}, **{"Idempotency-Key": "the-hook-of-it"}
    ).json()
    return {
        "webhook_id": hook["id"], "letter_id": letter["id"], "arrival_id": arrival["id"], "document_id": issued["documents"][0]["id"],
        "consignment_id": issued["consignments"][0]["id"],
    }  # fmt: skip


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("login", ["clerk.mof", "clerk.moh"])
def test_no_request_breaks_the_api(
    system: Callable[..., System], known: dict[str, Any], cast: Cast, settings: Any, login: str, mode: GenerationMode
) -> None:
    settings.MUKATABAT_EVENTS_WAITING = 0  # nobody waits for what does not happen
    caller = system(login, per_minute=100_000)
    with one_connection():
        for operation in OPERATIONS:
            _ask_often(operation, caller, mode=mode, known=known)
    assert not any(registers.check(cast("clerk.mof")).values())


def _ask_often(operation: Any, caller: System, *, mode: GenerationMode, known: dict[str, Any]) -> None:
    here = {name: value for name, value in known.items() if f"{{{name}}}" in operation.path}
    application = from_here(get_wsgi_application())

    @given(operation.as_strategy(generation_mode=mode, path_parameters=here or None))
    @examples(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: Case) -> None:
        proof = {"Authorization": f"Bearer {caller.token}"}
        response = case.call(headers=proof, base_url="http://testserver", app=application)
        case.validate_response(response, checks=[not_a_server_error, response_schema_conformance])
        if response.status_code >= 400 and response.status_code != 405:
            assert response.headers["content-type"][0].startswith("application/problem+json"), response.text
        if caller.login == "clerk.moh":
            assert "فروق أسعار" not in (response.text or "")

    try:
        ask()
    except Unsatisfiable:
        # What takes nothing has no wrong form; what takes something has a right one.
        assert mode is GenerationMode.NEGATIVE
