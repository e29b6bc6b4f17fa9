# SPDX-License-Identifier: EUPL-1.2
"""Sending notices by e-mail and the other channels, long after the act that caused them: no act waits for a server."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from mukatabat.directory.models import Body, Person
from mukatabat.kernel import clock
from mukatabat.notify import service
from mukatabat.notify.models import Dispatch, Notification, Preference
from mukatabat.notify.ports import Channel, ChannelDown, ChannelName, Outgoing, Undeliverable
from mukatabat.notify.preferences import Choice, next_attempt, plan
from mukatabat.notify.queries import choice_of, choices_of
from mukatabat.notify.rules import Kind
from mukatabat.notify.texts import message_of
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor, system_actor

SETTLED = timedelta(seconds=30)
"""A notice younger than this is not looked at: what is undone at once is never sent."""
BATCH = 500
LEASE = timedelta(minutes=5)
"""How long a claimed message is another worker's; a killed one's is sent again after it."""
KEPT = timedelta(days=7)

logger = logging.getLogger(__name__)


def messenger(body_id: UUID) -> Actor:
    """The messenger acting inside one body."""
    body = Body.objects.only("id", "realm").get(id=body_id)
    return system_actor("notify.messenger", body_id=body.id, realm=body.realm)


def spread(actor: Actor) -> int:
    """Plan by what channels the body's new notices go, once each; returns how many notices were looked at."""
    there = service.channels().keys()
    with scope(actor):
        found = Notification.objects.filter(spread=False, at__lte=clock.now() - SETTLED).order_by("at")
        notices = list(found.select_for_update(skip_locked=True)[:BATCH])
        choices = choices_of(actor, {one.person_id for one in notices})
        Dispatch.objects.bulk_create(
            [
                Dispatch(
                    notification=one, person_id=one.person_id, channel=planned.channel, digest=planned.digest,
                    due_at=planned.due_at,
                )
                for one in notices
                for planned in plan(choices.get(one.person_id, Choice()), Kind(one.kind), one.at)
                if planned.channel in there
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        Notification.objects.filter(id__in=[one.id for one in notices]).update(spread=True)
        Dispatch.objects.filter(given_up_at__lt=clock.now() - KEPT).delete()
    return len(notices)


def is_anything_due(actor: Actor) -> bool:
    """Whether the body has something to send now."""
    with reading(actor):
        return Dispatch.objects.filter(given_up_at=None, due_at__lte=clock.now()).exists()


def send_due(actor: Actor) -> None:
    """Send what is due in a body: one message for each notice, or one for all of a person's digest.

    1. What is due is claimed in a short transaction by moving it ahead, so that no other worker sends it meanwhile.
    2. Each message is handed over with no transaction open. 3. What was taken is removed; what failed comes again.
    A channel that is down is not tried for the other messages of this run.
    """
    there, down = service.channels(), set[ChannelName]()
    claimed = _claimed(actor)  # 1
    people = {one.pk: one for one in Person.objects.filter(pk__in={one.person_id for one in claimed})}
    for (person_id, name, _), group in groupby(claimed, key=_together):
        rows, channel = list(group), there.get(ChannelName(name))
        if channel is None:
            _give_up(actor, rows, "no such channel")
        elif name in down:
            _again(actor, rows)
        elif not _sent(actor, rows, channel, person=people[person_id]):  # 2
            down.add(ChannelName(name))


def _claimed(actor: Actor) -> list[Dispatch]:
    with scope(actor):
        due = Dispatch.objects.filter(given_up_at=None, due_at__lte=clock.now()).order_by("due_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("id", flat=True)[:BATCH])
        Dispatch.objects.filter(id__in=ids).update(due_at=clock.now() + LEASE)
        rows = Dispatch.objects.filter(id__in=ids).select_related("notification")
        return sorted(rows, key=lambda one: (*map(str, _together(one)), one.notification.at))


def _together(one: Dispatch) -> tuple[UUID, str, UUID | None]:
    """What goes in one message: a digest of a person, or a single notice."""
    return one.person_id, one.channel, None if one.digest else one.notification_id


def _sent(actor: Actor, rows: list[Dispatch], channel: Channel, *, person: Person) -> bool:
    """Hand one message over; returns whether the channel works."""
    with reading(actor):
        choice = choice_of(actor, person.pk)
        mobile = Preference.objects.filter(person_id=person.pk).values_list("mobile", flat=True).first()
    to = {ChannelName.EMAIL: person.email, ChannelName.SMS: mobile or "", ChannelName.HOOK: str(person.pk)}
    address = to[ChannelName(rows[0].channel)]
    if not address:
        _give_up(actor, rows, "no address")
        return True
    waiting = [one.notification for one in rows if not (one.digest and one.notification.seen_at)]
    try:
        if waiting:
            subject, lines = message_of(waiting, choice.language, settings.MUKATABAT_ORIGIN)
            channel.send(
                Outgoing(identifier=f"{rows[0].id}", to=address, language=choice.language, subject=subject, lines=lines)
            )
    except Undeliverable as error:
        _give_up(actor, rows, str(error))
        return True
    except ChannelDown as error:
        logger.warning("the channel %s is down: %s", rows[0].channel, error)
        _again(actor, rows)
        return False
    with scope(actor):  # 3
        Dispatch.objects.filter(id__in=[one.id for one in rows]).delete()
    return True


def _again(actor: Actor, rows: Iterable[Dispatch]) -> None:
    with scope(actor):
        for one in rows:
            pause = next_attempt(one.attempts + 1)
            changed = {"given_up_at": clock.now()} if pause is None else {"due_at": clock.now() + pause}
            Dispatch.objects.filter(Q(given_up_at=None), id=one.id).update(attempts=one.attempts + 1, **changed)


def _give_up(actor: Actor, rows: Iterable[Dispatch], reason: str) -> None:
    ids = [one.id for one in rows]
    logger.warning("%d notices cannot be sent: %s", len(ids), reason)
    with scope(actor):
        Dispatch.objects.filter(id__in=ids).update(given_up_at=clock.now())
