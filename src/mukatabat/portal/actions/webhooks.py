# SPDX-License-Identifier: EUPL-1.2
"""Proposing, confirming and ending webhooks; changing their secrets; sending a range of events again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.access.second_factor import require_fresh
from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.authority import locked_body, require_second_person
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.kernel.text import clean_line
from mukatabat.notify.outgoing.addresses import target_of
from mukatabat.notify.outgoing.signatures import KEY_BYTES, secret_text
from mukatabat.portal.actions.feed import open_feed
from mukatabat.portal.errors import AddressRefused, OwnWebhook, TooManyWebhooks, TooMuchReplayed, WebhookDecided
from mukatabat.portal.events import EventType
from mukatabat.portal.models import Delivery, Event, Feed, Subscription
from mukatabat.portal.queries.webhooks import policy
from mukatabat.portal.webhooks import MOST, MOST_REPLAYED, OVERLAP, PROPOSAL_LIFE, SubscriptionState, WebhookAct
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.jobs import enqueue
from mukatabat.tenancy.rules import Actor

_S = SubscriptionState


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """What a webhook is to be: where it leads, what it tells, and which person answers for it."""

    url: str
    purpose: str
    types: frozenset[EventType]
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Range:
    """Events between two places of a feed: after the first, up to and with the last."""

    after: int
    until: int


def propose(actor: Actor, wanted: NewWebhook, *, webhook_id: UUID | None = None) -> tuple[Subscription, str]:
    """Propose a webhook as an administrator of the body, or as a token's person for that person alone.

    Returns it with its secret, which is in the answer and nowhere else in the open; nothing is sent before a second
    person confirmed. The same identifier again gives the same webhook, without its secret. Raises AddressRefused,
    TooManyWebhooks, NotFoundOrForbidden (the person).
    """
    if wanted.person_id != actor.person_id or not actor.session_key.startswith("token:"):
        require_capability(actor, Capability.ADMINISTER_BODY)
    directory.person(wanted.person_id, body_id=actor.body_id)
    if target_of(wanted.url, policy()) is None:
        raise AddressRefused
    secret = secret_text(secrets.token_bytes(KEY_BYTES))
    with scope(actor):
        locked_body(actor.body_id)
        there = Subscription.objects.filter(id=webhook_id).first() if webhook_id else None
        if there is not None:
            return there, ""
        if Subscription.objects.exclude(state=_S.ENDED).count() >= MOST:
            raise TooManyWebhooks
        made = Subscription.objects.create(
            id=webhook_id or new_id(), person_id=wanted.person_id, url=wanted.url,
            purpose=clean_line(wanted.purpose, 120), types=sorted(wanted.types), secret=secret,
            proposed_by=actor.person, proposed_at=clock.now(),
        )  # fmt: skip
        _record(actor, made, WebhookAct.PROPOSED)
    return made, secret


def confirm(actor: Actor, webhook_id: UUID) -> Subscription:
    """Let a proposed webhook begin, as the body's second person with a fresh second factor.

    It tells what happens from here on. Raises NotInDirectory, SecondFactorStale, OwnWebhook, WebhookDecided.
    """
    with scope(actor):
        decider = require_second_person(actor, "webhook")
        require_fresh(actor, clock.now())
        webhook = _locked(webhook_id)
        if webhook.proposed_by == decider:
            raise OwnWebhook
        if webhook.state != _S.PROPOSED or webhook.proposed_at + PROPOSAL_LIFE <= clock.now():
            raise WebhookDecided
        open_feed(actor)
        webhook.state, webhook.confirmed_by, webhook.confirmed_at = _S.ACTIVE, decider, clock.now()
        webhook.reached = Feed.objects.values_list("last_number", flat=True).get()
        webhook.save(update_fields=["state", "confirmed_by", "confirmed_at", "reached"])
        _record(actor, webhook, WebhookAct.CONFIRMED)
    return webhook


def end(actor: Actor, webhook_id: UUID) -> Subscription:
    """End a webhook, or a proposal, at once; what still waits is not sent. Ending it again changes nothing."""
    with scope(actor):
        webhook = _locked(webhook_id)
        if webhook.state != _S.ENDED:
            webhook.state, webhook.ended_at = _S.ENDED, clock.now()
            webhook.secret = webhook.former_secret = ""
            webhook.save(update_fields=["state", "ended_at", "secret", "former_secret"])
            _record(actor, webhook, WebhookAct.ENDED)
    return webhook


def change_secret(actor: Actor, webhook_id: UUID) -> str:
    """Give a webhook a new secret, shown once; for a day calls are signed with both. Raises WebhookDecided."""
    secret = secret_text(secrets.token_bytes(KEY_BYTES))
    with scope(actor):
        webhook = _locked(webhook_id)
        if webhook.state == _S.ENDED:
            raise WebhookDecided
        webhook.former_secret, webhook.former_until = str(webhook.secret), clock.now() + OVERLAP
        webhook.secret = secret
        webhook.save(update_fields=["secret", "former_secret", "former_until"])
        _record(actor, webhook, WebhookAct.SECRET_CHANGED)
    return secret


def resume(actor: Actor, webhook_id: UUID) -> Subscription:
    """Let a suspended webhook go on from where it stopped, as an administrator. Raises WebhookDecided."""
    require_capability(actor, Capability.ADMINISTER_BODY)
    with scope(actor):
        webhook = _locked(webhook_id)
        if webhook.state != _S.SUSPENDED:
            raise WebhookDecided
        webhook.state, webhook.suspended_at = _S.ACTIVE, None
        webhook.save(update_fields=["state", "suspended_at"])
        _record(actor, webhook, WebhookAct.RESUMED)
        enqueue("portal.spread", body=actor.body_id)
    return webhook


def suspend(actor: Actor, webhook_id: UUID, reason: str) -> bool:
    """Stop sending to a webhook until an administrator resumes it; returns whether it was in use."""
    with scope(actor):
        webhook = _locked(webhook_id)
        if webhook.state != _S.ACTIVE:
            return False
        webhook.state, webhook.suspended_at = _S.SUSPENDED, clock.now()
        webhook.save(update_fields=["state", "suspended_at"])
        _record(actor, webhook, WebhookAct.SUSPENDED, reason=reason)
    return True


def replay(actor: Actor, webhook_id: UUID, wanted: Range) -> int:
    """Send the kept events of a range again, under their former identifiers; returns how many.

    Raises WebhookDecided (it is not in use), TooMuchReplayed.
    """
    with scope(actor):
        webhook = _locked(webhook_id)
        if webhook.state != _S.ACTIVE:
            raise WebhookDecided
        until = min(wanted.until, webhook.reached)
        found = Event.objects.filter(number__gt=wanted.after, number__lte=until, type__in=webhook.types)
        events = list(found.order_by("number")[: MOST_REPLAYED + 1])
        if len(events) > MOST_REPLAYED:
            raise TooMuchReplayed(count=MOST_REPLAYED)
        turn = 1 + (webhook.deliveries.aggregate(last=Max("round"))["last"] or 0)
        lay_out(webhook, events, turn=turn)
        _record(actor, webhook, WebhookAct.REPLAYED, events=len(events))
        enqueue("portal.deliver", lock=f"webhook {webhook.id}", body=actor.body_id, webhook=webhook.id)
    return len(events)


def lay_out(webhook: Subscription, events: list[Event], *, turn: int = 0) -> None:
    """Write the deliveries of some events, once in each round; call inside an open scope."""
    now = clock.now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                subscription=webhook, event_id=one.id, number=one.number, type=one.type, round=turn, laid_out_at=now
            )
            for one in events
        ],
        ignore_conflicts=True,
    )


def _locked(webhook_id: UUID) -> Subscription:
    """A webhook that the caller was found to see, under its row's lock."""
    return Subscription.objects.select_for_update().get(id=webhook_id)


def _record(actor: Actor, webhook: Subscription, what: WebhookAct, **detail: object) -> None:
    record(
        actor, act=f"portal.webhook-{what}", object_kind="webhook", object_id=webhook.id,
        detail={"url": webhook.url, "types": webhook.types, "person": str(webhook.person_id), **detail},
    )  # fmt: skip
