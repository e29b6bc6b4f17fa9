# SPDX-License-Identifier: EUPL-1.2
"""Taking back the last reversible step on an item (done, followed, taken back, referred), while nothing followed it.

What the item was before and became is compared field by field: whoever opened, passed on or finished it in between has
made the step final. Nothing is erased: an undone referral stays in the tree as undone, and the trail keeps both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db.models import Field

from mukatabat.access.capabilities import require_capability
from mukatabat.access.grants.queries import require_granted
from mukatabat.access.grants.rules import Reason
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.notify.actions import take_back
from mukatabat.notify.rules import Kind
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import revoke
from mukatabat.work.errors import TooLateToUndo
from mukatabat.work.models import CycleStep, Item, Participation, Referral
from mukatabat.work.rules import ReferralState

WINDOW = timedelta(seconds=30)
"""How long a step may be undone: the ten seconds of its message, and time for a slow line."""
FIELDS = (
    "holder_kind", "holder_id", "act", "due", "state", "handed_by_ar", "handed_by_en", "handed_at", "seen_at",
    "done_at", "done_by",
)  # fmt: skip
Fields = dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """One step as it may be undone; every value is text, so that a session keeps it."""

    object_id: str
    actor_id: str
    at: str
    before: Fields
    after: Fields
    open_referrals: list[str]
    known_referrals: list[str]
    followed: bool

    def as_dict(self) -> dict[str, Any]:
        """The values for a session."""
        return asdict(self)

    @classmethod
    def of(cls, kept: dict[str, Any]) -> Self:
        """What a session kept."""
        return cls(**kept)


def undoably(actor: Actor, object_id: UUID, act: Callable[[UUID], object]) -> Undoable:
    """Perform a step in one transaction and return how to undo it; the step's own errors come through."""
    at = clock.now()
    with scope(actor):
        require_granted(actor, object_id)
        item = _locked(object_id)
        before, referrals = _fields(item), list(Referral.objects.filter(item=item).values_list("id", "state"))
        followed = Participation.objects.filter(item=item, person_id=actor.person, following=True).exists()
        act(object_id)
        item.refresh_from_db()
        return Undoable(
            object_id=str(object_id), actor_id=str(actor.person), at=at.isoformat(), before=before,
            after=_fields(item), known_referrals=[str(one) for one, _state in referrals],
            open_referrals=[str(one) for one, state in referrals if state == ReferralState.OPEN], followed=followed,
        )  # fmt: skip


def undo(actor: Actor, step: Undoable) -> None:
    """Bring an item back to where it stood before the step.

    Raises `TooLateToUndo` when the time is over or anything happened to the item since; nobody else's step is undone.
    """
    require_capability(actor, Capability.WORK_ITEMS, Capability.REFER)
    if step.actor_id != str(actor.person_id):
        raise NotFoundOrForbidden
    object_id, at = UUID(step.object_id), datetime.fromisoformat(step.at)
    with scope(actor):
        require_granted(actor, object_id)
        item = _locked(object_id)
        if clock.now() - at > WINDOW or _fields(item) != step.after:
            raise TooLateToUndo
        for name, value in step.before.items():
            setattr(item, name, _value(name, value))
        item.save(update_fields=list(FIELDS))
        _take_back_referrals(actor, item, step)
        take_back(actor, Kind.REFERRED, object_id, since=at)
        CycleStep.objects.filter(object_id=object_id, ended_at__gte=at).delete()
        mine = Participation.objects.filter(item=item, person_id=actor.person, acted_at__gte=at)
        mine.update(acted_at=None, following=step.followed)
        record(actor, act="work.act-undone", object_kind="letter", object_id=object_id)


def _locked(object_id: UUID) -> Item:
    item = Item.objects.select_for_update().filter(object_id=object_id).first()
    if item is None:  # granted, and yet no item: an arrival has a grant as well
        raise NotFoundOrForbidden
    return item


def _fields(item: Item) -> Fields:
    values = {name: getattr(item, name) for name in FIELDS}
    return {name: None if value is None else _text(value) for name, value in values.items()}


def _value(name: str, text: str | None) -> object:
    field = Item._meta.get_field(name)
    assert isinstance(field, Field)  # FIELDS names columns, never what points here
    return field.to_python(text)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _take_back_referrals(actor: Actor, item: Item, step: Undoable) -> None:
    made = Referral.objects.filter(item=item).exclude(id__in=step.known_referrals)
    for one in made.filter(is_primary=True):
        revoke(actor, item.object_id, reason=Reason.REFERRAL, source_id=one.id)
    made.update(state=ReferralState.UNDONE, ended_at=clock.now())
    former = Referral.objects.filter(item=item, id__in=step.open_referrals)
    former.update(state=ReferralState.OPEN, ended_at=None, outcome="")
