# SPDX-License-Identifier: EUPL-1.2
"""The work queue, an item's referral tree, and the measured steps. All read through grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.access.grants.queries import granted, visible
from mukatabat.kernel import clock
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows
from mukatabat.work.models import Item, PaperBaseline, Referral
from mukatabat.work.rules import DECIDING, ItemState, Step

SHOWN = 200
"""A queue shows no more than this at once; it is one person's own work."""
COUNTED = 99


class Tab(StrEnum):
    """The tabs of the work queue."""

    REQUIRED = "required"
    APPROVAL = "approval"
    FOLLOWING = "following"
    DONE = "done"


def queue(actor: Actor, tab: Tab) -> list[Item]:
    """The items of one tab, the earliest due first, without those from which the actor is walled."""
    with reading(actor):
        return list(_of_tab(actor, tab)[:SHOWN])


def counts(actor: Actor) -> dict[Tab, int]:
    """How many items stand in each tab, none counted beyond ``COUNTED``."""
    with reading(actor):
        return {tab: _of_tab(actor, tab).order_by()[:COUNTED].count() for tab in Tab}


def load(actor: Actor) -> dict[Tab, int]:
    """How many items wait for the actor's work and for their decision, in one query, together at most ``SHOWN``."""
    with reading(actor):
        held = Item.objects.filter(visible(actor), holder_id__in=actor.grantees, state=ItemState.OPEN)
        acts = list(held.values_list("act", flat=True)[:SHOWN])
    deciding = sum(act in DECIDING for act in acts)
    return {Tab.REQUIRED: len(acts) - deciding, Tab.APPROVAL: deciding}


def last_done(actor: Actor) -> datetime | None:
    """When the actor last finished an item."""
    with reading(actor):
        done = Item.objects.filter(done_by=actor.person_id).exclude(done_at=None)
        return done.order_by("-done_at").values_list("done_at", flat=True).first()


def held_items(actor: Actor, object_ids: Iterable[UUID]) -> list[Item]:
    """Those of the named items that the actor may see and holds, the earliest due first."""
    with reading(actor):
        mine = Item.objects.filter(visible(actor), object_id__in=list(object_ids), holder_id__in=actor.grantees)
        return list(mine.exclude(state=ItemState.DONE).order_by("due", "-sort_time"))


def present_referrals(actor: Actor, object_ids: Iterable[UUID]) -> dict[UUID, Referral]:
    """The latest responsible referral of each of some objects that a list has already found visible."""
    with reading(actor):
        made = Referral.objects.filter(item__object_id__in=list(object_ids), is_primary=True)
        latest = made.order_by("item_id", "-at", "-id").distinct("item_id").select_related("item")
        return {one.item.object_id: one for one in latest}


def _of_tab(actor: Actor, tab: Tab) -> QuerySet[Item]:
    mine = Item.objects.filter(visible(actor))
    if tab is Tab.DONE:
        since = clock.now().astimezone(clock.KUWAIT).replace(hour=0, minute=0, second=0, microsecond=0)
        return mine.filter(done_by=actor.person_id, done_at__gte=since).order_by("-done_at")
    held = mine.filter(holder_id__in=actor.grantees)
    if tab is Tab.FOLLOWING:
        return held.filter(state=ItemState.FOLLOWING).order_by("due", "-sort_time")
    deciding = Q(act__in=DECIDING)
    wanted = deciding if tab is Tab.APPROVAL else ~deciding
    return held.filter(wanted, state=ItemState.OPEN).order_by("due", "-sort_time")


def item_of(actor: Actor, object_id: UUID) -> Item | None:
    """The item of an object that the actor may see."""
    with reading(actor):
        return Item.objects.filter(object_id=object_id).first() if object_id in granted(actor, [object_id]) else None


def items_of(actor: Actor, object_ids: Iterable[UUID]) -> dict[UUID, Item]:
    """The items of objects that a list has already found visible."""
    with reading(actor):
        return {item.object_id: item for item in Item.objects.filter(object_id__in=list(object_ids))}


def referrals_of(actor: Actor, object_id: UUID) -> list[Referral]:
    """The referrals of one object in the order in which they were made."""
    with reading(actor):
        return list(Referral.objects.filter(item__object_id=object_id).order_by("at", "id"))


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of the cycle over some days: how often, its median and 90th percentile, and the paper baseline."""

    step: Step
    count: int
    median: timedelta | None
    p90: timedelta | None
    paper: timedelta | None


def cycle_times(actor: Actor, *, days: int = 30) -> list[StepReport]:
    """The cycle times of the actor's body over the last ``days`` days beside the paper baseline that it stated."""
    since = clock.now() - timedelta(days=days)
    with reading(actor):
        paper = {row.step: timedelta(hours=float(row.hours)) for row in PaperBaseline.objects.all()}
        measured = {name: figures for name, *figures in rows("work", "cycle_times", {"since": since})}
    reports = []
    for step in Step:
        count, median, p90 = measured.get(step.value, (0, None, None))
        reports.append(StepReport(step, count, median, p90, paper.get(step.value)))
    return reports
