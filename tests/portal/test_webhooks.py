# SPDX-License-Identifier: EUPL-1.2
"""Webhooks: proposed and confirmed by two persons, signed, repeated, given up with an alarm, sent again; and attacked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mukatabat.access.errors import SecondFactorStale
from mukatabat.audit.models import AuditEntry
from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Appointment
from mukatabat.directory.seed import person_id
from mukatabat.kernel import clock
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.notify.models import Notification
from mukatabat.portal import webhooks as rules
from mukatabat.portal.actions import deliveries, feed
from mukatabat.portal.actions import webhooks as actions
from mukatabat.portal.errors import AddressRefused, OwnWebhook, TooManyWebhooks, WebhookDecided
from mukatabat.portal.events import LETTERS, EventType
from mukatabat.portal.models import Delivery, Subscription
from mukatabat.portal.queries.webhooks import access_webhook
from mukatabat.portal.rules import Scope
from mukatabat.portal.webhooks import DeliveryState, Fault, SubscriptionState
from mukatabat.tenancy.context import scope
from tests.cast import MOF, Cast
from tests.portal.conftest import System
from tests.portal.receiver import Receiver, example
from tests.portal.test_refusals import told
from tests.story import issued_letter, run_jobs

pytestmark = pytest.mark.django_db
Connect = Callable[..., System]


def proposed(system: System, url: str, **changes: Any) -> dict[str, Any]:
    """Propose a webhook by program."""
    wanted = {"url": url, "purpose": "متابعة الكتب", **changes}
    answer = system.post("/webhooks", wanted, **{"Idempotency-Key": f"hook-{uuid4()}"})
    assert answer.status_code == 201, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def in_use(cast: Cast, system: System, receiver: Receiver, **changes: Any) -> dict[str, Any]:
    made = proposed(system, receiver.url, **changes)
    actions.confirm(cast("admin.mof"), UUID(made["id"]))
    return made


def send() -> None:
    """What the worker does: publish, lay out, send, and whatever that orders."""
    run_jobs()
    for body in feed.publish():
        deliveries.spread(deliveries.sender(body))
    run_jobs()


def happen(cast: Cast, **changes: Any) -> UUID:
    """A letter of the ministry is issued and delivered: three events."""
    letter = issued_letter(cast, **changes)
    send()
    return letter.id


def types(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["type"] for one in receiver.calls]


def log(cast: Cast) -> list[Delivery]:
    with scope(cast("admin.mof")):
        return list(Delivery.objects.order_by("round", "number"))


def later(seconds: float = 10**6) -> None:
    """Let the time of the next attempts come."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def due_now(cast: Cast) -> None:
    with scope(cast("admin.mof")):
        Delivery.objects.filter(state=DeliveryState.WAITING).update(again_at=timezone.now() - timedelta(seconds=1))
    later()
    run_jobs()


# ── two persons ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_sent_before_a_second_person_confirmed(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = proposed(ministry, receiver.url)
    assert (made["state"], made["secret"][:6]) == ("proposed", "whsec_")
    happen(cast)
    assert receiver.calls == []
    actions.confirm(cast("signer.mof"), UUID(made["id"]))
    happen(cast)
    assert types(receiver) == ["letter.issued", "letter.dispatched", "letter.delivered"]


def test_whoever_proposed_does_not_confirm_and_a_clerk_neither(cast: Cast, receiver: Receiver) -> None:
    new = actions.NewWebhook(
        url=receiver.url, purpose="x", types=frozenset(EventType), person_id=person_id("clerk.mof")
    )
    made, _ = actions.propose(cast("admin.mof"), new)
    with pytest.raises(OwnWebhook):
        actions.confirm(cast("admin.mof"), made.id)
    with pytest.raises(NotInDirectory):
        actions.confirm(cast("clerk.mof"), made.id)
    with pytest.raises(SecondFactorStale):
        actions.confirm(cast.without_factor("admin2.mof"), made.id)
    confirmed = actions.confirm(cast("admin2.mof"), made.id)
    assert (confirmed.state, confirmed.confirmed_by) == (SubscriptionState.ACTIVE, person_id("admin2.mof"))
    with pytest.raises(WebhookDecided):
        actions.confirm(cast("signer.mof"), made.id)
    with scope(cast("auditor.mof")):
        acts = set(AuditEntry.objects.filter(object_id=made.id).values_list("act", flat=True))
    assert acts == {"portal.webhook-proposed", "portal.webhook-confirmed"}


def test_the_database_itself_knows_no_webhook_in_use_without_two_persons(cast: Cast, receiver: Receiver) -> None:
    new = actions.NewWebhook(url=receiver.url, purpose="x", types=LETTERS, person_id=person_id("clerk.mof"))
    made, _ = actions.propose(cast("admin.mof"), new)
    with scope(cast("admin.mof")):
        for change in ({"state": "active"}, {"confirmed_by": made.proposed_by}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Subscription.objects.filter(id=made.id).update(**change)


def test_a_proposal_is_over_after_a_week(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = proposed(ministry, receiver.url)
    with scope(cast("admin.mof")):
        Subscription.objects.update(proposed_at=clock.now() - rules.PROPOSAL_LIFE)
    with pytest.raises(WebhookDecided):
        actions.confirm(cast("admin.mof"), UUID(made["id"]))


def test_only_an_administrator_or_the_persons_own_token_proposes(
    cast: Cast, system: Connect, receiver: Receiver
) -> None:
    told(system(scopes=frozenset({Scope.FOLLOW})).get("/webhooks"), "portal.scope-missing")
    new = actions.NewWebhook(url=receiver.url, purpose="x", types=LETTERS, person_id=person_id("adviser.mof"))
    for login in ("clerk.mof", "adviser.mof", "signer.mof"):
        with pytest.raises(Exception, match=r"access\.capability-missing"):
            actions.propose(cast(login), new)


def test_a_webhook_of_another_body_or_person_is_not_found(
    cast: Cast, system: Connect, ministry: System, receiver: Receiver
) -> None:
    made = in_use(cast, ministry, receiver)
    for stranger in (system("clerk.moh"), system("clerk2.mof")):
        path = f"/webhooks/{made['id']}"
        for answer in (
            stranger.get(path), stranger.call("delete", path), stranger.post(f"{path}/secret"),
            stranger.get(f"{path}/deliveries"), stranger.post(f"{path}/replay", {}),
        ):  # fmt: skip
            told(answer, "kernel.not-found")
        assert stranger.get("/webhooks").json()["items"] == []
    for login in ("admin.moh", "clerk.mof"):
        with pytest.raises(Exception, match=r"kernel\.not-found"):
            access_webhook(cast(login), UUID(made["id"]))


def test_an_address_of_another_form_and_one_too_many_are_refused(
    cast: Cast, ministry: System, receiver: Receiver, settings: Any
) -> None:
    settings.MUKATABAT_DEVELOPMENT = False
    for url in (receiver.url, "https://user:x@hooks.example/", "https://hooks.example:22/"):
        answer = ministry.post("/webhooks", {"url": url, "purpose": "x"}, **{"Idempotency-Key": f"key-{uuid4()}"})
        told(answer, "portal.address-refused")
    new = actions.NewWebhook(url="https://hooks.example/", purpose="x", types=LETTERS, person_id=person_id("clerk.mof"))
    with pytest.raises(AddressRefused):
        actions.propose(cast("admin.mof"), actions.NewWebhook(**{**_fields(new), "url": "http://hooks.example/"}))
    settings.MUKATABAT_DEVELOPMENT = True  # without it no secret is sealed here
    for _ in range(rules.MOST):
        actions.propose(cast("admin.mof"), new)
    with pytest.raises(TooManyWebhooks):
        actions.propose(cast("admin.mof"), new)


def _fields(new: actions.NewWebhook) -> dict[str, Any]:
    return {name: getattr(new, name) for name in ("url", "purpose", "types", "person_id")}


def test_a_repeated_proposal_is_the_same_webhook_and_tells_no_secret_again(
    ministry: System, receiver: Receiver
) -> None:
    wanted, key = {"url": receiver.url, "purpose": "x"}, {"Idempotency-Key": "one-and-the-same"}
    first, again = (ministry.post("/webhooks", wanted, **key).json() for _ in range(2))
    assert {**first, "secret": ""} == again
    told(ministry.post("/webhooks", {**wanted, "url": receiver.url + "/x"}, **key), "portal.idempotency-key-reused")
    told(ministry.post("/webhooks", wanted), "portal.idempotency-key-invalid")


def test_the_secret_lies_sealed_and_is_told_once(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = in_use(cast, ministry, receiver)
    with scope(cast("admin.mof")), connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM portal_subscription")
        assert made["secret"] not in cursor.fetchone()[0]
    assert made["secret"] not in ministry.get(f"/webhooks/{made['id']}").content.decode()


# ── what is sent ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_call_names_the_letter_and_tells_nothing_of_it(cast: Cast, system: Connect, receiver: Receiver) -> None:
    in_use(cast, system("signer.mof"), receiver, types=["letter.issued"])
    letter_id = happen(cast, subject="موضوع لا يخرج", secrecy=Secrecy.CONFIDENTIAL)
    [call] = receiver.calls
    said = json.loads(call.body)
    assert said["data"]["letter"] == str(letter_id)
    assert said["data"].keys() == {
        "id", "cursor", "letter", "arrival", "consignment", "reference", "their_reference", "body",
    }  # fmt: skip
    assert "موضوع" not in call.body.decode()


def test_a_letter_that_the_person_may_not_see_is_withheld(cast: Cast, system: Connect, receiver: Receiver) -> None:
    in_use(cast, system("finance.mof"), receiver)  # a head who has nothing to do with it
    happen(cast)
    assert receiver.calls == []
    assert {one.fault for one in log(cast)} == {Fault.WITHHELD}


def test_a_person_without_a_post_hears_nothing_more(cast: Cast, ministry: System, receiver: Receiver) -> None:
    in_use(cast, ministry, receiver)
    yesterday = clock.today() - timedelta(days=1)
    Appointment.objects.filter(person_id=person_id("clerk.mof")).update(valid_from=yesterday, valid_to=yesterday)
    happen(cast)
    assert receiver.calls == []


def test_a_call_is_genuine_and_after_a_change_fits_both_secrets(
    cast: Cast, ministry: System, receiver: Receiver
) -> None:
    made = in_use(cast, ministry, receiver)
    happen(cast)
    changed = ministry.post(f"/webhooks/{made['id']}/secret").json()
    assert changed["secret"] != made["secret"]
    happen(cast)
    for secret, fits in ((made["secret"], receiver.calls), (changed["secret"], receiver.calls[3:])):
        verifier = example().Verifier([secret])
        assert all(verifier.check(one.headers, one.body) for one in fits)
    with scope(cast("admin.mof")):
        Subscription.objects.update(former_until=clock.now())
    happen(cast)
    with pytest.raises(example().Refused):
        example().Verifier([made["secret"]]).check(receiver.calls[-1].headers, receiver.calls[-1].body)


def test_an_ended_webhook_is_called_no_more_and_keeps_no_secret(
    cast: Cast, ministry: System, receiver: Receiver
) -> None:
    made = in_use(cast, ministry, receiver)
    assert ministry.call("delete", f"/webhooks/{made['id']}").status_code == 204
    happen(cast)
    assert receiver.calls == []
    told(ministry.post(f"/webhooks/{made['id']}/secret"), "portal.webhook-decided")
    with scope(cast("admin.mof")):
        assert Subscription.objects.get().secret == ""


# ── failure and repetition ──────────────────────────────────────────────────────────────────────────────────────────


def test_what_fails_is_sent_again_under_the_same_identifier(cast: Cast, ministry: System, receiver: Receiver) -> None:
    in_use(cast, ministry, receiver, types=["letter.issued"])
    receiver.statuses = [503, 503, 204]
    happen(cast)
    for _ in range(2):
        due_now(cast)
    assert len(receiver.calls) == 3
    assert len({one.headers["webhook-id"] for one in receiver.calls}) == 1
    [done] = log(cast)
    assert (done.state, done.attempts, done.status, done.fault) == (DeliveryState.DELIVERED, 3, 204, "")


def test_a_receiver_that_is_down_costs_one_call_and_gets_everything_in_order_when_it_is_back(
    cast: Cast, ministry: System, receiver: Receiver
) -> None:
    in_use(cast, ministry, receiver)
    receiver.statuses = [500]
    happen(cast)
    assert len(receiver.calls) == 1
    receiver.statuses = [204]
    due_now(cast)
    assert types(receiver)[1:] == ["letter.issued", "letter.dispatched", "letter.delivered"]


def test_after_the_last_attempt_the_webhook_is_suspended_and_the_administrators_are_told(
    cast: Cast, ministry: System, receiver: Receiver
) -> None:
    made = in_use(cast, ministry, receiver, types=["letter.issued"])
    receiver.statuses = [500]
    happen(cast)
    for _ in range(rules.LAST_ATTEMPT):
        due_now(cast)
    assert len(receiver.calls) == rules.LAST_ATTEMPT
    assert ministry.get(f"/webhooks/{made['id']}").json()["state"] == "suspended"
    with scope(cast("admin.mof")):
        told_to = set(Notification.objects.filter(kind="webhook-off").values_list("person_id", flat=True))
    assert told_to == {person_id("admin.mof"), person_id("admin2.mof")}
    happen(cast)
    assert len(receiver.calls) == rules.LAST_ATTEMPT  # nothing is sent meanwhile
    receiver.statuses = [204]
    actions.resume(cast("admin.mof"), UUID(made["id"]))
    run_jobs()
    assert types(receiver)[rules.LAST_ATTEMPT :] == ["letter.issued"]  # what happened meanwhile is not lost


def test_a_receiver_that_says_gone_is_suspended_at_once(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = in_use(cast, ministry, receiver, types=["letter.issued"])
    receiver.statuses = [410]
    happen(cast)
    assert ministry.get(f"/webhooks/{made['id']}").json()["state"] == "suspended"


def test_a_range_is_sent_again_on_request(cast: Cast, ministry: System, receiver: Receiver) -> None:
    made = in_use(cast, ministry, receiver)
    happen(cast)
    first = [one.headers["webhook-id"] for one in receiver.calls]
    events = ministry.get("/events").json()["items"]
    wanted = {"after": events[0]["cursor"], "until": events[1]["cursor"]}
    assert ministry.post(f"/webhooks/{made['id']}/replay", wanted).json() == {"events": 1}
    assert ministry.post(f"/webhooks/{made['id']}/replay", {}).json() == {"events": 3}
    run_jobs()
    assert [one.headers["webhook-id"] for one in receiver.calls] == [*first, first[1], *first]
    shown = ministry.get(f"/webhooks/{made['id']}/deliveries").json()["items"]
    assert sorted(one["replay"] for one in shown) == [0, 0, 0, 1, 2, 2, 2]


def test_a_killed_worker_sends_again_and_never_forgets(cast: Cast, ministry: System, receiver: Receiver) -> None:
    in_use(cast, ministry, receiver, types=["letter.issued"])
    issued_letter(cast)
    feed.publish()  # and the worker dies before it orders anything
    from mukatabat.portal.jobs import sweep

    sweep(MOF)
    run_jobs()
    assert types(receiver) == ["letter.issued"]
    sweep(MOF)
    run_jobs()
    assert len(receiver.calls) == 1


def test_the_attempts_grow_to_a_day_and_end() -> None:
    pauses = [rules.next_attempt(count, 0.5) for count in range(1, rules.LAST_ATTEMPT)]
    assert pauses[0] == timedelta(seconds=5)
    assert pauses == sorted(pauses)  # type: ignore[type-var]
    assert pauses[-1] == timedelta(days=1)
    assert rules.next_attempt(rules.LAST_ATTEMPT, 0.5) is None
    assert rules.next_attempt(1, 0.0) != rules.next_attempt(1, 1.0)
