# SPDX-License-Identifier: EUPL-1.2
"""The only writers of items, referrals and measured steps."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from mukatabat.access.capabilities import require_capability
from mukatabat.access.errors import CapabilityMissing
from mukatabat.access.grants.queries import require_granted
from mukatabat.access.grants.rules import Grantee, Protected, Reason, Shelf
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.kernel.text import clean_line, clean_text
from mukatabat.kernel.vocabulary import Secrecy
from mukatabat.notify.actions import tell
from mukatabat.notify.rules import Kind, Message
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import grant
from mukatabat.work.errors import ActNotReferable, ItemClosed, NotTheHolder, StepOfTheRoute
from mukatabat.work.models import CycleStep, Item, PaperBaseline, Participation, Referral
from mukatabat.work.parties import Party, party
from mukatabat.work.rules import (
    REFERABLE,
    ROUTED,
    Act,
    Baseline,
    Heading,
    ItemState,
    ReferralCommand,
    ReferralState,
    Step,
    Task,
)

NOTE_LIMIT = 2000
BASIS_LIMIT = 300


def open_item(actor: Actor, heading: Heading, task: Task) -> Item:
    """Open the item of a letter with its first holder."""
    now = clock.now()
    with scope(actor):
        return Item.objects.create(
            object_id=heading.object_id, shelf=heading.shelf, subject=heading.subject,
            counterpart_id=heading.counterpart_id, counterpart_ar=heading.counterpart_ar,
            counterpart_en=heading.counterpart_en, reference=heading.reference, secrecy=heading.secrecy,
            urgency=heading.urgency, holder_kind=task.holder.kind, holder_id=task.holder.id, act=task.act,
            due=task.due, handed_by_ar=actor.name_ar, handed_by_en=actor.name_en, handed_at=now,
            sort_time=heading.sort_time, opened_at=now,
        )  # fmt: skip


def rename_item(actor: Actor, heading: Heading) -> None:
    """Bring an item's heading up to its letter (a draft's subject changes, an issued letter has a reference)."""
    with scope(actor):
        Item.objects.filter(object_id=heading.object_id).update(
            subject=heading.subject, counterpart_id=heading.counterpart_id, counterpart_ar=heading.counterpart_ar,
            counterpart_en=heading.counterpart_en, reference=heading.reference, secrecy=heading.secrecy,
            urgency=heading.urgency, shelf=heading.shelf, sort_time=heading.sort_time,
        )  # fmt: skip


def hand_over(actor: Actor, object_id: UUID, task: Task, *, state: ItemState = ItemState.OPEN) -> Item:
    """Give the item its next holder and step along the approval route; the caller has checked who may."""
    with scope(actor):
        item = Item.objects.select_for_update().get(object_id=object_id)
        _hand(actor, item, task, state=state, following=item.act == Act.DRAFT)
    return item


def reopen(actor: Actor, object_id: UUID, act: Act, *, otherwise: Grantee) -> Item:
    """Ask for a further act about an issued letter: of whoever holds its open item, or ``otherwise`` if it was done."""
    with scope(actor):
        item = Item.objects.select_for_update().get(object_id=object_id)
        holder = item.holder
        if item.state == ItemState.DONE:
            holder, item.done_at, item.done_by = otherwise, None, None
        _hand(actor, item, Task(holder=holder, act=act))
    return item


def finish(actor: Actor, object_id: UUID, outcome: str = "", *, only: Act | None = None) -> None:
    """Close the item; open referrals end with ``outcome``. An item that is done, or that asks another act than the
    ``only`` one, stays as it is.
    """
    now = clock.now()
    with scope(actor):
        item = Item.objects.select_for_update().filter(object_id=object_id).exclude(state=ItemState.DONE).first()
        if item is None or (only is not None and item.act != only):
            return
        item.state, item.done_at, item.done_by = ItemState.DONE, now, actor.person_id
        item.save(update_fields=["state", "done_at", "done_by"])
        item.referrals.filter(state=ReferralState.OPEN).update(state=ReferralState.DONE, ended_at=now, outcome=outcome)
        record(actor, act="work.item-done", object_kind="letter", object_id=object_id)


def complete(actor: Actor, object_id: UUID, outcome: str) -> None:
    """The holder says that what was asked is done, in a sentence."""
    outcome = clean_text(outcome, NOTE_LIMIT)
    with scope(actor):
        item = _held(actor, object_id)
        _measure_action(actor, item)
        finish(actor, object_id, outcome)


def refer(actor: Actor, object_id: UUID, command: ReferralCommand) -> Referral:
    """Hand the item to one responsible recipient with an instruction, and show it to others for information.

    Whoever may not refer hands an item back to the one who referred it, and to nobody else.
    """
    note = clean_text(command.note, NOTE_LIMIT)
    if command.task.act not in REFERABLE:
        raise ActNotReferable
    with scope(actor):
        item = _held(actor, object_id)
        to = party(actor.body_id, command.task.holder)
        others = [party(actor.body_id, one) for one in command.informed if one != command.task.holder]
        now = clock.now()
        former = item.referrals.filter(state=ReferralState.OPEN, is_primary=True).order_by("-at").first()
        if not (actor.may(Capability.REFER) or _gives_back(command, former)):
            raise CapabilityMissing
        _measure_action(actor, item)
        item.referrals.filter(state=ReferralState.OPEN, is_primary=True).update(
            state=ReferralState.PASSED_ON, ended_at=now
        )
        referral = _write(actor, item, to, command=command, note=note, parent=former)
        _hand(actor, item, command.task, following=command.keep_following)
        for other in others:
            _write(actor, item, other, command=command, note=note, parent=former, informing=True)
        _open_to(actor, item, [to, *others], referral.id)
        if former is None:
            record_step(actor, object_id, Step.REGISTRATION_TO_REFERRAL, started=item.opened_at)
        record(
            actor, act="work.item-referred", object_kind="letter", object_id=object_id,
            detail={"to": str(to.grantee.id), "act": str(command.task.act)},
        )  # fmt: skip
    return referral


def follow(actor: Actor, object_id: UUID, *, following: bool = True) -> None:
    """The holder puts the item under follow-up, or takes it back among what is required."""
    state = ItemState.FOLLOWING if following else ItemState.OPEN
    with scope(actor):
        item = _held(actor, object_id)
        if item.state != state:
            item.state = state
            item.save(update_fields=["state"])
            act = "work.item-followed" if following else "work.item-taken-back"
            record(actor, act=act, object_kind="letter", object_id=object_id)


def stop_following(actor: Actor, object_id: UUID) -> None:
    """Whoever passed an item on no longer follows it; that it was followed stays in the trail."""
    with scope(actor):
        require_granted(actor, object_id)
        followed = Participation.objects.filter(item__object_id=object_id, person_id=actor.person, following=True)
        if followed.update(following=False):
            record(actor, act="work.item-unfollowed", object_kind="letter", object_id=object_id)


def state_baseline(actor: Actor, baseline: Baseline) -> None:
    """The body states how long a step took on paper, and how it knows; a later statement replaces the former."""
    require_capability(actor, Capability.ADMINISTER_BODY)
    basis = clean_line(baseline.basis, BASIS_LIMIT)
    with scope(actor):
        PaperBaseline.objects.update_or_create(
            body_id=actor.body_id, step=baseline.step,
            defaults={
                "hours": baseline.hours, "basis": basis, "stated_by": actor.name_ar, "stated_on": clock.today(),
            },
        )  # fmt: skip
        detail = {"step": str(baseline.step), "hours": str(baseline.hours)}
        record(actor, act="work.baseline-stated", object_kind="body", object_id=actor.body_id, detail=detail)


def mark_seen(actor: Actor, object_id: UUID) -> bool:
    """Note that the holder opened the item for the first time; returns whether this was that time."""
    with scope(actor):
        return bool(
            Item.objects.filter(object_id=object_id, seen_at=None, holder_id__in=actor.grantees).update(
                seen_at=clock.now()
            )
        )


def record_step(actor: Actor, object_id: UUID, step: Step, *, started: datetime, ended: datetime | None = None) -> None:
    """Write how long a step took (until now, unless ``ended`` is given); the first measurement of a step stands."""
    with scope(actor):
        CycleStep.objects.bulk_create(
            [CycleStep(object_id=object_id, step=step, started_at=started, ended_at=ended or clock.now())],
            ignore_conflicts=True,
        )


def _gives_back(command: ReferralCommand, former: Referral | None) -> bool:
    if former is None or former.from_person_id is None or command.informed:
        return False
    return command.task.holder == Grantee.person(former.from_person_id)


def _held(actor: Actor, object_id: UUID) -> Item:
    require_capability(actor, Capability.WORK_ITEMS)
    require_granted(actor, object_id)
    item = Item.objects.select_for_update().filter(object_id=object_id).first()
    if item is None:  # granted, and yet no item: an arrival has a grant as well
        raise NotFoundOrForbidden
    if item.state == ItemState.DONE:
        raise ItemClosed
    if item.act in ROUTED:
        raise StepOfTheRoute
    if item.holder_id not in actor.grantees:
        holder = party(actor.body_id, item.holder)
        raise NotTheHolder(holder=holder.ar)
    return item


def _hand(actor: Actor, item: Item, task: Task, *, state: ItemState = ItemState.OPEN, following: bool = False) -> None:
    if actor.person_id is not None and item.holder_id in actor.grantees:
        _take_part(actor.person_id, item, following=following)
    item.holder_kind, item.holder_id = str(task.holder.kind), task.holder.id
    item.act, item.due, item.state = task.act, task.due, state
    item.handed_by_ar, item.handed_by_en, item.handed_at = actor.name_ar, actor.name_en, clock.now()
    item.seen_at = None
    item.save()


def _take_part(person_id: UUID, item: Item, *, following: bool) -> None:
    """Note that a holder passed the item on today, and whether they follow it from now on."""
    Participation.objects.bulk_create(
        [Participation(item=item, person_id=person_id, acted_at=clock.now(), following=following)],
        update_conflicts=True, unique_fields=["item", "person_id"], update_fields=["acted_at", "following"],
    )  # fmt: skip


def _write(
    actor: Actor, item: Item, to: Party, *, command: ReferralCommand, note: str,
    parent: Referral | None, informing: bool = False,
) -> Referral:  # fmt: skip
    return Referral.objects.create(
        item=item, parent=parent, from_person_id=actor.person_id, from_ar=actor.name_ar, from_en=actor.name_en,
        to_kind=str(to.grantee.kind), to_id=to.grantee.id, to_ar=to.ar, to_en=to.en,
        act=Act.INFORM if informing else command.task.act, note=note, due=None if informing else command.task.due,
        is_primary=not informing, state=ReferralState.INFORMED if informing else ReferralState.OPEN, at=clock.now(),
    )  # fmt: skip


def _open_to(actor: Actor, item: Item, parties: list[Party], referral_id: UUID) -> None:
    protected = Protected(kind="letter", id=item.object_id, shelf=Shelf(item.shelf), sort_time=item.sort_time)
    grantees = [one.grantee for one in parties]
    grant(actor, protected, grantees, reason=Reason.REFERRAL, source_id=referral_id)
    message = Message(
        kind=Kind.REFERRED, object_kind="letter", object_id=item.object_id, reference=item.reference,
        counterpart_ar=actor.name_ar, counterpart_en=actor.name_en, sealed=Secrecy(item.secrecy).is_sealed,
    )  # fmt: skip
    tell(actor, [person for one in parties for person in one.people], message)


def _measure_action(actor: Actor, item: Item) -> None:
    first = item.referrals.filter(is_primary=True).order_by("at").values_list("at", flat=True).first()
    if first is not None:
        record_step(actor, item.object_id, Step.REFERRAL_TO_ACTION, started=first)
