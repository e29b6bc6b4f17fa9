# SPDX-License-Identifier: EUPL-1.2
"""The verbs of webhooks: what an operator sees of them, and that a test, an end and a replay are what they say."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.portal.errors import WebhookDecided
from mukatabat.web.cli.webhooks import webhooks
from tests.cast import Cast
from tests.portal.conftest import System
from tests.portal.receiver import Receiver, example
from tests.portal.test_webhooks import happen, in_use, proposed
from tests.story import run_jobs

pytestmark = pytest.mark.django_db


def told(*arguments: str, code: int = 0, body: str = "MOF") -> Any:
    """What a verb answers as JSON."""
    done = CliRunner().invoke(webhooks, [*arguments, "--body", body, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.output)


def test_a_body_s_webhooks_and_their_log_are_listed_without_a_secret(
    cast: Cast, ministry: System, receiver: Receiver
) -> None:
    made = in_use(cast, ministry, receiver)
    happen(cast)
    listed = told("list")
    assert [(one["id"], one["state"]) for one in listed] == [(made["id"], "active")]
    assert made["secret"] not in json.dumps(listed)
    assert [one["state"] for one in told("log", made["id"])] == ["delivered"] * 3
    assert told("list", body="FL") == []


@pytest.mark.parametrize(("status", "taken"), [(204, True), (500, False)])
def test_a_test_is_one_genuine_call_that_tells_nothing(
    cast: Cast, ministry: System, receiver: Receiver, status: int, taken: bool
) -> None:
    made = in_use(cast, ministry, receiver)
    receiver.statuses = [status]
    assert told("test", made["id"], code=0 if taken else 1) == {"id": made["id"], "status": status, "taken": taken}
    (call,) = receiver.calls
    assert json.loads(call.body) | {"timestamp": ""} == {"type": "test", "timestamp": "", "data": {}}
    example().Verifier([made["secret"]]).check(call.headers, call.body)
    assert told("log", made["id"]) == []


def test_what_nobody_confirmed_is_not_called(ministry: System, receiver: Receiver) -> None:
    made = proposed(ministry, receiver.url)
    done = CliRunner().invoke(webhooks, ["test", made["id"], "--body", "MOF"])
    assert isinstance(done.exception, WebhookDecided)
    assert receiver.calls == []


def test_a_disabled_webhook_is_called_no_more(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = in_use(cast, ministry, receiver)
    assert told("disable", made["id"])["state"] == "ended"
    happen(cast)
    assert receiver.calls == []


def test_a_range_is_sent_again(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = in_use(cast, ministry, receiver)
    happen(cast)
    assert told("replay", made["id"], "--after", "1", "--until", "3")["events"] == 2
    run_jobs()
    assert len(receiver.calls) == 5


@pytest.mark.parametrize("verb", [["log"], ["test"], ["disable"], ["replay", "--after", "0", "--until", "9"]])
def test_a_webhook_of_another_body_is_not_found(
    cast: Cast, ministry: System, receiver: Receiver, verb: list[str]
) -> None:
    made = in_use(cast, ministry, receiver)
    for code, named in (("FL", made["id"]), ("MOF", str(uuid4()))):
        done = CliRunner().invoke(webhooks, [*verb, named, "--body", code])
        assert isinstance(done.exception, NotFoundOrForbidden)
    assert receiver.calls == []
