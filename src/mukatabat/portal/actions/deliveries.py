# SPDX-License-Identifier: EUPL-1.2
"""Laying events out for webhooks, and sending what is due: in order, signed, at least once, in no transaction."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from uuid import UUID

from django.db.models import Q

from mukatabat.access.errors import NoAppointment
from mukatabat.access.grants.queries import granted
from mukatabat.access.queries import actor_by_posts
from mukatabat.directory.models import Body, Person, effective
from mukatabat.directory.vocabulary import PostRole
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.notify.actions import tell
from mukatabat.notify.outgoing.posting import NotPosted, post
from mukatabat.notify.outgoing.signatures import signed_headers
from mukatabat.notify.rules import Kind, Message
from mukatabat.portal.actions.webhooks import lay_out, suspend
from mukatabat.portal.errors import WebhookDecided
from mukatabat.portal.events import cursor_of
from mukatabat.portal.models import Delivery, Event, Subscription
from mukatabat.portal.queries.feed import described
from mukatabat.portal.queries.webhooks import (
    active,
    events_since,
    live_secrets,
    next_due,
    policy,
    waiting_deliveries,
)
from mukatabat.portal.webhooks import (
    GONE,
    KEPT,
    DeliveryState,
    Fault,
    SubscriptionState,
    is_away,
    is_success,
    next_attempt,
)
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor, system_actor

BATCH = 200
AT_A_TIME = 50
"""Deliveries that one job sends; it orders the next job for the rest, so that no receiver keeps a worker."""


def sender(body_id: UUID) -> Actor:
    """The sender of webhooks acting inside one body."""
    body = Body.objects.only("id", "realm").get(id=body_id)
    return system_actor("portal.webhooks", body_id=body.id, realm=body.realm)


def has_webhooks(actor: Actor) -> bool:
    """Whether anybody of the body wants to be called."""
    with reading(actor):
        return Subscription.objects.filter(state=SubscriptionState.ACTIVE).exists()


def spread(actor: Actor) -> None:
    """Lay new events out for every webhook of the body that is in use, and order their sending; safe to repeat."""
    for one in active(actor):
        with scope(actor):
            webhook = Subscription.objects.select_for_update().get(id=one.id)
            if webhook.state != SubscriptionState.ACTIVE:
                continue
            while events := events_since(actor, webhook.reached, webhook.types, limit=BATCH):
                lay_out(webhook, events)
                webhook.reached = events[-1].number
                webhook.save(update_fields=["reached"])
        order(actor, webhook.id)


def order(actor: Actor, webhook_id: UUID) -> None:
    """Order the sending of what waits for a webhook, at the moment when the first of it is due."""
    due = next_due(actor, webhook_id)
    if due is not None:
        enqueue(
            "portal.deliver", at=due if due > clock.now() else None, lock=f"webhook {webhook_id}",
            body=actor.body_id, webhook=webhook_id,
        )  # fmt: skip


def send_due(actor: Actor, webhook_id: UUID) -> None:
    """Send what is due for a webhook, one after the other, and order the rest.

    Where the receiver is away, the rest waits for the same moment: one that is down costs one call.
    """
    for delivery in waiting_deliveries(actor, webhook_id, limit=AT_A_TIME):
        with reading(actor):
            webhook = Subscription.objects.get(id=webhook_id)
        if webhook.state != SubscriptionState.ACTIVE:
            return
        if not _send(actor, webhook, delivery):
            break
    order(actor, webhook_id)


def test_call(webhook: Subscription) -> int | None:
    """Call a webhook in use once with an event of the type "test" that tells nothing; it is in no log.

    Returns what the receiver answered, None where it could not be reached. Raises WebhookDecided (it is not in use).
    """
    if webhook.state != SubscriptionState.ACTIVE:
        raise WebhookDecided
    now = clock.now()
    body = json.dumps({"type": "test", "timestamp": now.isoformat(), "data": {}}).encode()
    try:
        return post(
            webhook.url, body, signed_headers(live_secrets(webhook, now), str(new_id()), now, body), policy=policy()
        )
    except NotPosted:
        return None


def forget_deliveries(actor: Actor) -> None:
    """Remove finished deliveries beyond their time from the log; the trail keeps who made the webhook and what for."""
    with scope(actor):
        Delivery.objects.filter(ended_at__lt=clock.now() - KEPT).delete()


def _send(actor: Actor, webhook: Subscription, delivery: Delivery) -> bool:
    """Send one delivery; returns whether the receiver is there, so that the next may be tried."""
    body = _body(actor, webhook, delivery)
    if isinstance(body, Fault):
        _finish(actor, delivery, DeliveryState.FAILED, fault=body)
        return True
    headers = signed_headers(live_secrets(webhook, clock.now()), str(delivery.event_id), clock.now(), body)
    try:
        status = post(webhook.url, body, headers, policy=policy())
    except NotPosted as error:
        _failed(actor, webhook, delivery, fault=Fault(error.reason), status=None)
        return False
    if is_success(status):
        _finish(actor, delivery, DeliveryState.DELIVERED, status=status)
        return True
    _failed(actor, webhook, delivery, fault=Fault.ANSWERED, status=status)
    return not is_away(status)


def _body(actor: Actor, webhook: Subscription, delivery: Delivery) -> bytes | Fault:
    """What is sent, or why it is not: a letter that the webhook's person may not see is not told of."""
    try:
        person = actor_by_posts(Person.objects.select_related("body").get(id=webhook.person_id))
    except NoAppointment:
        return Fault.WITHHELD
    with reading(person):
        event = Event.objects.filter(id=delivery.event_id).first()
        if event is None:
            return Fault.FORGOTTEN
        if event.object_id not in granted(person, [event.object_id]):
            return Fault.WITHHELD
        [told] = described(person, [event])
    data = {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in asdict(told).items()
        if name not in {"type", "at", "number"}
    } | {"cursor": cursor_of(told.number)}
    said = {"type": told.type.value, "timestamp": told.at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _failed(actor: Actor, webhook: Subscription, delivery: Delivery, *, fault: Fault, status: int | None) -> None:
    """Count a failed attempt; after the last, or when the receiver wants no more, suspend the webhook with an alarm."""
    attempts = delivery.attempts + 1
    pause = None if status == GONE else next_attempt(attempts, secrets.SystemRandom().random())
    if pause is None:
        _finish(actor, delivery, DeliveryState.FAILED, fault=fault, status=status)
        _alarm(actor, webhook, fault)
        return
    again_at = clock.now() + pause
    with scope(actor):
        Delivery.objects.filter(id=delivery.id).update(attempts=attempts, fault=fault, status=status, again_at=again_at)
        if is_away(status):
            waiting = Delivery.objects.filter(subscription=webhook, state=DeliveryState.WAITING)
            waiting.filter(Q(again_at=None) | Q(again_at__lt=again_at)).update(again_at=again_at)


def _finish(
    actor: Actor, delivery: Delivery, state: DeliveryState, *, fault: Fault | None = None, status: int | None = None
) -> None:
    with scope(actor):
        Delivery.objects.filter(id=delivery.id, state=DeliveryState.WAITING).update(
            state=state, attempts=delivery.attempts + 1, fault=fault or "", status=status, again_at=None,
            ended_at=clock.now(),
        )  # fmt: skip


def _alarm(actor: Actor, webhook: Subscription, fault: Fault) -> None:
    """Suspend a webhook and tell the body's administrators, once."""
    with scope(actor):
        if not suspend(actor, webhook.id, fault):
            return
        today = clock.today()
        administrators = Person.objects.filter(
            effective(today, "appointments__"), body_id=actor.body_id,
            appointments__post__role=PostRole.ADMINISTRATOR,
        ).values_list("id", flat=True)  # fmt: skip
        message = Message(
            kind=Kind.WEBHOOK_SUSPENDED,
            object_kind="webhook",
            object_id=webhook.id,
            reference=webhook.purpose[:60],
            sealed=False,
        )
        tell(actor, administrators, message)
