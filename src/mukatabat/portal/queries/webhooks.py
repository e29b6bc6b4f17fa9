# SPDX-License-Identifier: EUPL-1.2
"""Reading a body's webhooks and the log of their deliveries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Min, Q

from mukatabat.access.capabilities import require_capability
from mukatabat.access.rules import Capability
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.notify.outgoing.addresses import Policy
from mukatabat.portal.models import Delivery, Event, Subscription
from mukatabat.portal.webhooks import PROPOSAL_LIFE, DeliveryState, SubscriptionState
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

LOG = 50
_SECOND = (Capability.ADMINISTER_BODY, Capability.SIGN)


def policy() -> Policy:
    """Where this installation permits calls to lead."""
    return Policy.of(settings.MUKATABAT_WEBHOOK_NETWORKS, loopback=settings.MUKATABAT_DEVELOPMENT)


def webhooks_of(actor: Actor) -> list[Subscription]:
    """The webhooks of the actor's body, those that are not ended first, then the newest."""
    require_capability(actor, *_SECOND)
    with reading(actor):
        found = list(Subscription.objects.order_by("-proposed_at")[:200])
    return sorted(found, key=lambda one: one.state == SubscriptionState.ENDED)


def webhooks_waiting(actor: Actor) -> list[Subscription]:
    """The proposed webhooks of the actor's body that may still be confirmed, the oldest first."""
    require_capability(actor, *_SECOND)
    with reading(actor):
        proposed = Subscription.objects.filter(state=SubscriptionState.PROPOSED)
        return list(proposed.filter(proposed_at__gt=clock.now() - PROPOSAL_LIFE).order_by("proposed_at", "id"))


def access_webhook(actor: Actor, subscription_id: UUID) -> Subscription:
    """One webhook of the actor's body, for an administrator or a signatory; else "not found"."""
    if not any(map(actor.may, _SECOND)):
        raise NotFoundOrForbidden
    return _found(actor, Q(id=subscription_id))


def own_webhook(actor: Actor, subscription_id: UUID) -> Subscription:
    """One webhook for which the actor, a token's person, answers; else "not found"."""
    return _found(actor, Q(id=subscription_id, person_id=actor.person))


def own_webhooks(actor: Actor) -> list[Subscription]:
    """The webhooks for which the actor, a token's person, answers; the newest first."""
    with reading(actor):
        return list(Subscription.objects.filter(person_id=actor.person).order_by("-proposed_at")[:200])


def _found(actor: Actor, which: Q) -> Subscription:
    with reading(actor):
        found = Subscription.objects.filter(which).first()
    if found is None:
        raise NotFoundOrForbidden
    return found


def log_of(actor: Actor, subscription: Subscription, *, limit: int = LOG) -> list[Delivery]:
    """The newest deliveries of a webhook that the actor was found to see."""
    with reading(actor):
        return list(subscription.deliveries.order_by("-laid_out_at", "-id")[:limit])


def active(actor: Actor) -> list[Subscription]:
    """The webhooks of a body that are in use."""
    with reading(actor):
        return list(Subscription.objects.filter(state=SubscriptionState.ACTIVE).order_by("id"))


def waiting_deliveries(actor: Actor, subscription_id: UUID, *, limit: int) -> list[Delivery]:
    """What is due for a webhook, in the order in which it happened; the replays come after."""
    with reading(actor):
        due = Q(again_at=None) | Q(again_at__lte=clock.now())
        found = Delivery.objects.filter(due, subscription_id=subscription_id, state=DeliveryState.WAITING)
        return list(found.order_by("round", "number")[:limit])


def next_due(actor: Actor, subscription_id: UUID) -> datetime | None:
    """When the next delivery of a webhook is due; None where none waits."""
    with reading(actor):
        waiting = Delivery.objects.filter(subscription_id=subscription_id, state=DeliveryState.WAITING)
        if waiting.filter(again_at=None).exists():
            return clock.now()
        due: datetime | None = waiting.aggregate(due=Min("again_at"))["due"]
        return due


def events_since(actor: Actor, number: int, types: Collection[str], *, limit: int) -> list[Event]:
    """The events of a body after a number, of some kinds, in order; whoever they are for."""
    with reading(actor):
        return list(Event.objects.filter(number__gt=number, type__in=list(types)).order_by("number")[:limit])


def live_secrets(webhook: Subscription, at: datetime) -> list[str]:
    """The secrets with which a call is signed: the newest, and for a day the one before it."""
    former = webhook.former_until is not None and at < webhook.former_until and webhook.former_secret
    return [str(webhook.secret), *([str(webhook.former_secret)] if former else [])]
