# SPDX-License-Identifier: EUPL-1.2
"""The work queue, an item's referral tree, and the measured steps. All read through grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest

from mukatabat.access.grants.queries import granted, visible
from mukatabat.access.grants.rules import GranteeKind
from mukatabat.directory.models import Person, Post, Unit
from mukatabat.kernel import clock
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor
from mukatabat.tenancy.sql import rows
from mukatabat.vault.rules import Reader
from mukatabat.work.models import Item, PaperBaseline, Participation, Referral
from mukatabat.work.rules import DECIDING, Act, ItemState, Step

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


def visible_items(actor: Actor, object_ids: Iterable[UUID]) -> list[Item]:
    """Those of the named items that the actor may see."""
    with reading(actor):
        return list(Item.objects.filter(visible(actor), object_id__in=list(object_ids)))


def present_referrals(actor: Actor, object_ids: Iterable[UUID]) -> dict[UUID, Referral]:
    """The latest responsible referral of each of some objects that a list has already found visible."""
    with reading(actor):
        made = Referral.objects.filter(item__object_id__in=list(object_ids), is_primary=True)
        latest = made.order_by("item_id", "-at", "-id").distinct("item_id").select_related("item")
        return {one.item.object_id: one for one in latest}


def _of_tab(actor: Actor, tab: Tab) -> QuerySet[Item]:
    mine = Item.objects.filter(visible(actor))
    if tab is Tab.DONE:
        return _done_since(actor, mine, _midnight())
    if tab is Tab.FOLLOWING:
        return mine.filter(_followed(actor)).order_by("due", "-sort_time")
    held = mine.filter(holder_id__in=actor.grantees)
    deciding = Q(act__in=DECIDING)
    wanted = deciding if tab is Tab.APPROVAL else ~deciding
    return held.filter(wanted, state=ItemState.OPEN).order_by("due", "-sort_time")


def _midnight() -> datetime:
    return clock.now().astimezone(clock.KUWAIT).replace(hour=0, minute=0, second=0, microsecond=0)


def _done_since(actor: Actor, mine: QuerySet[Item], since: datetime) -> QuerySet[Item]:
    """What the actor finished or passed on since a moment and does not have to do again, the latest first."""
    parts = Participation.objects.filter(item=OuterRef("id"), person_id=actor.person, acted_at__gte=since)
    again = Q(holder_id__in=actor.grantees) & ~Q(state=ItemState.DONE)
    passed_on = mine.annotate(passed_at=Subquery(parts.values("acted_at")[:1])).exclude(again)
    finished = Item.objects.filter(done_by=actor.person_id, done_at__gte=since)
    own = Participation.objects.filter(person_id=actor.person, acted_at__gte=since)
    # Two short lists of the actor's own, each by its index: an OR over all items would read every one of them.
    return passed_on.filter(id__in=finished.values("id").union(own.values("item_id"))).order_by(
        Greatest(F("done_at"), F("passed_at")).desc()
    )


def _followed(actor: Actor) -> Q:
    """What the actor holds under follow-up, and what they passed on and follow until it is done or theirs again."""
    followed = Participation.objects.filter(person_id=actor.person, following=True).values("item_id")
    elsewhere = Item.objects.filter(state=ItemState.OPEN, id__in=followed).exclude(holder_id__in=actor.grantees)
    held = Item.objects.filter(holder_id__in=actor.grantees, state=ItemState.FOLLOWING)
    return Q(id__in=held.values("id").union(elsewhere.values("id")))


def follows(actor: Actor, item: Item) -> bool:
    """Whether the actor follows an item that another holds."""
    with reading(actor):
        return Participation.objects.filter(item=item, person_id=actor.person, following=True).exists()


HOLDERS: dict[str, type[Person | Post | Unit]] = {
    GranteeKind.PERSON: Person,
    GranteeKind.POST: Post,
    GranteeKind.UNIT: Unit,
}


def holders_of(items: Iterable[Item]) -> dict[UUID, Person | Post | Unit]:
    """Who holds each of some items that were found visible, by the holder's id; one query for each kind of holder."""
    wanted: dict[str, set[UUID]] = {}
    for item in items:
        wanted.setdefault(item.holder_kind, set()).add(item.holder_id)
    return {one.pk: one for kind, ids in wanted.items() for one in HOLDERS[kind].objects.filter(id__in=ids)}


def parties_of(readers: Iterable[Reader]) -> list[Person | Post | Unit]:
    """The persons, posts and units of some readers, former ones as well, in their order."""
    wanted = list(readers)
    found = {
        one.pk: one
        for kind in dict.fromkeys(reader.kind for reader in wanted)
        for one in HOLDERS[kind].objects.filter(id__in=[reader.id for reader in wanted if reader.kind is kind])
    }
    return [found[reader.id] for reader in wanted if reader.id in found]


def arrived_since(actor: Actor, tab: Tab, since: datetime) -> int:
    """How many items came to one tab of the actor's queue after a moment, at most ``COUNTED``."""
    with reading(actor):
        return _of_tab(actor, tab).filter(handed_at__gt=since).order_by()[:COUNTED].count()


def item_of(actor: Actor, object_id: UUID) -> Item | None:
    """The item of an object that the actor may see."""
    with reading(actor):
        return Item.objects.filter(object_id=object_id).first() if object_id in granted(actor, [object_id]) else None


def items_of(actor: Actor, object_ids: Iterable[UUID]) -> dict[UUID, Item]:
    """The items of objects that a list has already found visible."""
    with reading(actor):
        return {item.object_id: item for item in Item.objects.filter(object_id__in=list(object_ids))}


def still_asked(act: Act, field: str) -> Q:
    """The filter of a query by which only rows remain whose ``field`` names an object for which ``act`` still waits."""
    return Q(Exists(Item.objects.filter(object_id=OuterRef(field), act=act).exclude(state=ItemState.DONE)))


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
