# SPDX-License-Identifier: EUPL-1.2
"""Webhooks attacked: replayed, reordered, stale and forged calls at the receiver, and addresses that lead inside."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any

import pytest

from mukatabat.notify.outgoing.addresses import Policy
from mukatabat.notify.outgoing.signatures import secret_text, signed_headers
from mukatabat.portal.actions import deliveries
from mukatabat.portal.webhooks import Fault
from tests.cast import Cast
from tests.portal.conftest import System
from tests.portal.receiver import Receiver, example
from tests.portal.test_webhooks import due_now, happen, in_use, log

pytestmark = pytest.mark.django_db


SECRET = secret_text(b"k" * 32)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _call(body: bytes = b"{}", *, identifier: str = "one", at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    return signed_headers([secret], identifier, at, body)


def _verifier(*secrets: str) -> Any:
    return example().Verifier(secrets or [SECRET], clock=NOW.timestamp)


def test_a_replayed_webhook_is_known_and_done_once() -> None:
    verifier = _verifier()
    assert verifier.check(_call(), b"{}")
    assert not verifier.check(_call(), b"{}")
    assert not verifier.check(_call(at=NOW + timedelta(seconds=9)), b"{}")  # sent again by its sender


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_a_stale_webhook_and_one_from_the_future_are_refused(seconds: int) -> None:
    with pytest.raises(example().Refused):
        _verifier().check(_call(at=NOW + timedelta(seconds=seconds)), b"{}")


def test_a_forged_webhook_is_refused_and_does_not_spoil_the_genuine_one() -> None:
    verifier, genuine = _verifier(), _call(b'{"type":"letter.issued"}')
    forgeries: list[tuple[dict[str, str], bytes]] = [
        (genuine, b'{"type":"letter.returned"}'),
        ({**genuine, "webhook-id": "two"}, b'{"type":"letter.issued"}'),
        ({**genuine, "webhook-timestamp": str(int(NOW.timestamp()) + 1)}, b'{"type":"letter.issued"}'),
        (_call(b'{"type":"letter.issued"}', secret=secret_text(b"x" * 32)), b'{"type":"letter.issued"}'),
        ({**genuine, "webhook-signature": genuine["webhook-signature"].replace("v1,", "v2,")}, b'{"type":"letter.issued"}'),
        *(({**genuine, "webhook-signature": bad}, b'{"type":"letter.issued"}') for bad in ("", "v1,", "v1,?", "v1", ",,")),
        *(({**genuine, "webhook-timestamp": bad}, b"{}") for bad in ("", "-1", "١", "1e9", "9" * 20)),
        *(({name: value for name, value in genuine.items() if name != gone}, b"{}") for gone in genuine),
        ({}, b""),
    ]  # fmt: skip
    for headers, body in forgeries:
        with pytest.raises(example().Refused):
            verifier.check(headers, body)
    assert verifier.check(genuine, b'{"type":"letter.issued"}')


def test_a_reordered_webhook_can_be_put_in_order_and_lets_nothing_be_skipped(
    cast: Cast, ministry: System, receiver: Receiver
) -> None:
    made = in_use(cast, ministry, receiver)
    happen(cast)
    verifier = example().Verifier([made["secret"]])
    backwards = receiver.calls[::-1]
    assert all(verifier.check(one.headers, one.body) for one in backwards)  # genuine, whatever the order
    cursors = [json.loads(one.body)["data"]["cursor"] for one in backwards]
    assert cursors != sorted(cursors)
    feed_order = [one["cursor"] for one in ministry.get("/events").json()["items"]]
    assert sorted(cursors) == feed_order  # a knock only: the feed has everything, in order


def test_the_example_receiver_takes_real_calls_and_comes_back_for_what_it_could_not_work_on(
    cast: Cast, ministry: System
) -> None:
    module, done, broken = example(), [], [True]

    def knock(event: dict[str, Any]) -> None:
        if broken:
            broken.clear()
            raise OSError("its own database is away")
        done.append(event["type"])

    verifier = module.Verifier([])
    server = ThreadingHTTPServer(("127.0.0.1", 0), module.handler_of(verifier, knock))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        made = in_use(cast, ministry, Receiver(f"http://127.0.0.1:{server.server_port}/"), types=["letter.issued"])
        verifier.__init__([made["secret"]])
        happen(cast)
        due_now(cast)
    finally:
        server.shutdown()
        server.server_close()
    assert done == ["letter.issued"]


def test_ssrf_an_address_that_leads_inside_is_never_called_and_the_log_says_why(
    cast: Cast, ministry: System, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_use(cast, ministry, receiver, types=["letter.issued"])
    monkeypatch.setattr(deliveries, "policy", Policy)
    happen(cast)
    assert receiver.calls == []
    assert [one.fault for one in log(cast)] == [Fault.REFUSED_ADDRESS]
