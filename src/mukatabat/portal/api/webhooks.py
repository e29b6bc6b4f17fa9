# SPDX-License-Identifier: EUPL-1.2
"""Webhooks: proposing an address that is called when something happens, its secret, its log, and sending again."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Router, Status

from mukatabat.portal.actions import webhooks as actions
from mukatabat.portal.api.schemas import (
    DeliveryLog,
    DeliveryOut,
    KeyIn,
    ReplayIn,
    ReplayOut,
    SecretOut,
    WebhookIn,
    WebhookList,
    WebhookMade,
    WebhookOut,
)
from mukatabat.portal.api.security import NeedsToken, caller
from mukatabat.portal.errors import CursorExpired, KeyInvalid, KeyReused, RequestInvalid
from mukatabat.portal.events import cursor_of, number_at, told_to
from mukatabat.portal.models import Delivery, Subscription
from mukatabat.portal.queries.webhooks import log_of, own_webhook, own_webhooks
from mukatabat.portal.rules import Scope, identifier_for
from mukatabat.portal.webhooks import DeliveryState, SubscriptionState

router = Router(auth=NeedsToken(Scope.SUBSCRIBE))


@router.get("", response=WebhookList, url_name="webhooks", summary="Webhooks")
def webhooks(request: HttpRequest) -> dict[str, object]:
    """The webhooks for which the token's person answers."""
    return {"items": [_shown(one) for one in own_webhooks(caller(request).actor)]}


@router.post("", response={201: WebhookMade}, url_name="propose", summary="Propose a webhook")
def propose(request: HttpRequest, wanted: WebhookIn, header: Header[KeyIn]) -> Status[WebhookMade]:
    """Propose an address (https). Nothing is sent before an administrator or a signatory of the body confirmed it."""
    mine = caller(request)
    webhook_id = identifier_for(mine.token_id, header.idempotency_key)
    if webhook_id is None:
        raise KeyInvalid
    heard = told_to(mine.scopes)
    types = frozenset(wanted.types) & heard if wanted.types else heard
    if not types:
        raise RequestInvalid
    new = actions.NewWebhook(url=wanted.url, purpose=wanted.purpose, types=types, person_id=mine.actor.person)
    made, secret = actions.propose(mine.actor, new, webhook_id=webhook_id)
    if (made.url, made.types) != (new.url, sorted(types)):
        raise KeyReused
    return Status(201, WebhookMade(**_shown(made).model_dump(), secret=secret))


@router.get("/{webhook_id}", response=WebhookOut, url_name="webhook", summary="One webhook")
def webhook(request: HttpRequest, webhook_id: UUID) -> WebhookOut:
    """A webhook with its state."""
    return _shown(own_webhook(caller(request).actor, webhook_id))


@router.delete("/{webhook_id}", response={204: None}, url_name="end", summary="End a webhook")
def end(request: HttpRequest, webhook_id: UUID) -> Status[None]:
    """End a webhook at once; what still waits is not sent."""
    actor = caller(request).actor
    actions.end(actor, own_webhook(actor, webhook_id).id)
    return Status(204, None)


@router.post("/{webhook_id}/secret", response=SecretOut, url_name="secret", summary="Change the secret")
def secret(request: HttpRequest, webhook_id: UUID) -> SecretOut:
    """Get a new secret; for a day calls are signed with both, so that the receiver can change over."""
    actor = caller(request).actor
    told = actions.change_secret(actor, own_webhook(actor, webhook_id).id)
    until = own_webhook(actor, webhook_id).former_until
    assert until is not None
    return SecretOut(secret=told, former_until=until)


@router.get("/{webhook_id}/deliveries", response=DeliveryLog, url_name="deliveries", summary="The log of deliveries")
def deliveries(request: HttpRequest, webhook_id: UUID) -> dict[str, object]:
    """The newest deliveries, with what the receiver answered."""
    actor = caller(request).actor
    return {"items": [_delivery(one) for one in log_of(actor, own_webhook(actor, webhook_id))]}


@router.post("/{webhook_id}/replay", response={202: ReplayOut}, url_name="replay", summary="Send a range again")
def replay(request: HttpRequest, webhook_id: UUID, wanted: ReplayIn) -> Status[ReplayOut]:
    """Send the events between two cursors of the feed again, under their former identifiers."""
    actor = caller(request).actor
    after, until = number_at(wanted.after), number_at(wanted.until) if wanted.until else 2**62
    if after is None or until is None:
        raise CursorExpired
    sent = actions.replay(actor, own_webhook(actor, webhook_id).id, actions.Range(after, until))
    return Status(202, ReplayOut(events=sent))


def _shown(one: Subscription) -> WebhookOut:
    return WebhookOut(
        id=one.id, url=one.url, purpose=one.purpose, types=one.types, state=SubscriptionState(one.state),
        proposed_at=one.proposed_at, confirmed_at=one.confirmed_at, suspended_at=one.suspended_at,
        ended_at=one.ended_at,
    )  # fmt: skip


def _delivery(one: Delivery) -> DeliveryOut:
    return DeliveryOut(
        event=one.event_id, cursor=cursor_of(one.number), type=one.type, replay=one.round,
        state=DeliveryState(one.state), attempts=one.attempts, status=one.status, fault=one.fault,
        laid_out_at=one.laid_out_at, again_at=one.again_at,
        ended_at=one.ended_at,
    )  # fmt: skip
