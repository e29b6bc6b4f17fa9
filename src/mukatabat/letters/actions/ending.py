# SPDX-License-Identifier: EUPL-1.2
"""The end of a unit or a post as the letters see it: nothing open may stay behind in a tray that nobody opens again."""

from __future__ import annotations

from uuid import UUID

from mukatabat.access.grants.rules import Grantee
from mukatabat.directory import actions as directory
from mukatabat.directory.actions import EndPost, EndUnit
from mukatabat.directory.models import Post, Unit
from mukatabat.letters.errors import WorkStillOpen
from mukatabat.letters.models import RouteStep
from mukatabat.letters.rules import LetterState
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.work.models import Item
from mukatabat.work.rules import ItemState

WAITING = (LetterState.DRAFT, LetterState.REVIEW, LetterState.APPROVED, LetterState.ISSUING)


def end_unit(actor: Actor, command: EndUnit) -> Unit:
    """End a unit whose tray is empty; raises `WorkStillOpen`, or as `directory.actions.end_unit`."""
    with scope(actor):
        ended = directory.end_unit(actor, command)
        _require_empty(open_items(actor, Grantee.unit(command.unit_id)))
    return ended


def end_post(actor: Actor, command: EndPost) -> Post:
    """End a post that holds nothing and has no step before it; raises `WorkStillOpen`, or as `directory`'s."""
    with scope(actor):
        ended = directory.end_post(actor, command)
        _require_empty(open_items(actor, Grantee.post(command.post_id)) + steps_before(actor, command.post_id))
    return ended


def open_items(actor: Actor, holder: Grantee) -> int:
    """Count the items of the actor's body that a unit or a post holds and that are not done."""
    with reading(actor):
        held = Item.objects.filter(holder_kind=str(holder.kind), holder_id=holder.id)
        return held.exclude(state=ItemState.DONE).count()


def steps_before(actor: Actor, post_id: UUID) -> int:
    """Count the letters of the actor's body, not yet issued, in whose route a step of the post is still to come."""
    with reading(actor):
        steps = RouteStep.objects.filter(post_id=post_id, done_at__isnull=True, letter__state__in=WAITING)
        return steps.values("letter_id").distinct().count()


def _require_empty(waiting: int) -> None:
    if waiting:
        raise WorkStillOpen(count=waiting)
