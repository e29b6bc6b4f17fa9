# SPDX-License-Identifier: EUPL-1.2
"""Tokens and their use: global tables, because a call is known by its token before any body is. Feeds and webhooks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.portal.rules import PER_MINUTE
from mukatabat.portal.webhooks import DeliveryState, SubscriptionState
from mukatabat.tenancy.models import TenantModel
from mukatabat.vault.fields import SealedTextField


class Token(models.Model):
    """What a linked body's system proves itself with: for one body, one purpose, and some scopes.

    ``person`` answers for it: a call never has more than this person's posts of the day give. ``digest`` is SHA-256 of
    the secret, which is shown once and kept nowhere.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    body = models.ForeignKey("directory.Body", on_delete=models.PROTECT, related_name="tokens")
    person = models.ForeignKey("directory.Person", on_delete=models.PROTECT, related_name="tokens")
    handle = models.CharField(max_length=10, unique=True)
    digest = models.CharField(max_length=64)
    purpose = models.CharField(max_length=120)
    scopes = models.JSONField()
    per_minute = models.PositiveIntegerField(default=PER_MINUTE)
    successor_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="successors")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(per_minute__gte=1), name="portal_token_rate"),
        ]


class Minute(models.Model):
    """How many requests a token made in one minute; counted in one statement, so that every process counts together.

    The table is unlogged: a count that a crash forgets lets a few requests more pass, and no request waits for a disk.
    """

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="minutes")
    minute = models.BigIntegerField()
    requests = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["token", "minute"], name="portal_minute_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["minute"], name="portal_minute_age")]


class Feed(TenantModel):
    """The feed of one linked body: the number of its newest event, and the last one that was forgotten with age.

    The application only opens a feed; the publisher's function alone counts it on.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert",)

    last_number = models.BigIntegerField(default=0)
    forgotten = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["body_id"], name="portal_feed_once"),)


class Event(TenantModel):
    """Something that happened to a letter or an arrival; written by the publisher's function alone.

    ``id`` is that of the entry of the trail that tells the same, ``number`` counts from 1 in each body.
    """

    writes: ClassVar[tuple[str, ...]] = ()

    number = models.BigIntegerField()
    type = models.CharField(max_length=24)
    object_kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    consignment_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["body_id", "number"], name="portal_event_once"),)
        indexes = (models.Index(fields=["at"], name="portal_event_age"),)


class Position(models.Model):
    """The last link of the trail's chain that was looked at for news; one row for all bodies."""

    link = models.BigIntegerField()


class Subscription(TenantModel):
    """A webhook: an address of a linked body to which events are posted, signed, as they happen.

    Address, kinds and person never change: what was proposed is what was confirmed. ``person_id`` answers for it, and
    it tells of nothing that this person may not see. ``reached`` is the number of the last event laid out for it.
    """

    writes: ClassVar[tuple[str, ...]] = ("insert", "update")

    person_id = models.UUIDField()
    url = models.CharField(max_length=300)
    purpose = models.CharField(max_length=120)
    types = models.JSONField()
    state = models.CharField(max_length=12, default=SubscriptionState.PROPOSED)
    secret = SealedTextField()
    former_secret = SealedTextField(blank=True)
    former_until = models.DateTimeField(null=True)
    reached = models.BigIntegerField(default=0)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.UUIDField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("proposed_by")),
                name="portal_subscription_two_persons",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=[SubscriptionState.ACTIVE, SubscriptionState.SUSPENDED])
                | models.Q(confirmed_by__isnull=False),
                name="portal_subscription_confirmed",
            ),
        )
        indexes = (
            models.Index(
                fields=["body_id"],
                condition=models.Q(state=SubscriptionState.ACTIVE),
                name="portal_subscription_active",
            ),
        )


class Delivery(TenantModel):
    """One event on its way to one webhook. ``round`` counts from 0, the replays from 1."""

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="deliveries")
    event_id = models.UUIDField()
    number = models.BigIntegerField()
    type = models.CharField(max_length=24)
    round = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    again_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=16, blank=True)
    laid_out_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["subscription", "event_id", "round"], name="portal_delivery_once"),
        )
        indexes = (
            models.Index(fields=["subscription", "-laid_out_at", "-id"], name="portal_delivery_newest"),
            models.Index(
                fields=["subscription", "round", "number"],
                condition=models.Q(state=DeliveryState.WAITING),
                name="portal_delivery_waiting",
            ),
        )
