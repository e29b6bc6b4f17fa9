# SPDX-License-Identifier: EUPL-1.2
"""Applying the table of rules to a locked letter: every change of state goes through here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mukatabat.access.grants.queries import require_granted
from mukatabat.access.grants.rules import Protected
from mukatabat.access.rules import Capability
from mukatabat.audit.actions import record
from mukatabat.kernel import clock
from mukatabat.kernel.errors import NotFoundOrForbidden
from mukatabat.letters.errors import UNMET, ChangedSinceRead, NoSuchMove
from mukatabat.letters.models import Letter, RouteStep
from mukatabat.letters.rules import (
    MOVES,
    Direction,
    Guard,
    LetterEvent,
    LetterKind,
    LetterState,
    LinkKind,
    RouteKind,
    shelf_of,
    unmet,
)
from mukatabat.tenancy.rules import Actor


def locked(actor: Actor, letter_id: UUID) -> Letter:
    """The letter under its row lock, if the actor may see it; call inside an open scope."""
    require_granted(actor, letter_id)
    letter = Letter.objects.select_for_update().filter(id=letter_id).first()
    if letter is None:  # granted, and yet no letter: an arrival has a grant as well
        raise NotFoundOrForbidden
    return letter


def move(
    actor: Actor, letter: Letter, event: LetterEvent, *, met: Iterable[Guard], params: dict[str, Any] | None = None,
    also: Iterable[str] = (),
) -> None:  # fmt: skip
    """Make one move of the table on a locked letter, audit it, and save the state; else raise the guard's error.

    ``also`` names further fields that the same statement saves.
    """
    rule = MOVES.get((LetterState(letter.state), event))
    if rule is None:
        raise NoSuchMove(state=LetterState(letter.state).label)
    missing = unmet(rule, frozenset(met))
    if missing is not None:
        raise UNMET[missing](**(params or {}))
    letter.state = rule.to
    letter.updated_at = clock.now()
    letter.save(update_fields=["state", "updated_at", *also])
    record(actor, act=f"letters.{event}", object_kind="letter", object_id=letter.id, detail={"state": str(rule.to)})


def require_version(letter: Letter, version: int | None) -> None:
    """Refuse an act on a letter that is no longer the one that was read; None asks nothing."""
    if version is not None and version != letter.version:
        raise ChangedSinceRead


def protected(letter: Letter) -> Protected:
    """The letter as the grants know it."""
    shelf = shelf_of(LetterKind(letter.kind), Direction(letter.direction), LetterState(letter.state))
    return Protected(kind="letter", id=letter.id, shelf=shelf, sort_time=letter.sort_time)


def linked(letter: Letter, kind: LinkKind) -> list[Letter]:
    """The letters to which a letter is linked so; asks nothing where ``links__to`` was fetched with it."""
    return [one.to for one in letter.links.all() if one.kind == kind]


def present_step(letter: Letter) -> RouteStep | None:
    """The first step of the route that is not done."""
    remaining = (step for step in letter.route.all() if step.done_at is None)
    return min(remaining, key=lambda step: step.position, default=None)


def takes_step(actor: Actor, letter: Letter, step: RouteStep) -> bool:
    """Whether a step is the actor's to take: by post and power, and nobody approves a letter of their own."""
    if step.post_id not in actor.post_ids:
        return False
    if step.kind == RouteKind.SIGN:
        return actor.may(Capability.SIGN)
    own = letter.author_id is not None and letter.author_id == actor.person_id
    return actor.may(Capability.APPROVE) and not own


def step_guards(actor: Actor, letter: Letter) -> set[Guard]:
    """Which guards of the route hold for this actor at the present step."""
    undone = (step for step in letter.route.all() if step.done_at is None)
    remaining = sorted(undone, key=lambda step: step.position)[:2]
    met: set[Guard] = set()
    if remaining and takes_step(actor, letter, remaining[0]):
        met.add(Guard.STEP_HOLDER)
    approvals = [step for step in remaining if step.kind == RouteKind.APPROVE]
    met.add(Guard.MORE_STEPS if len(approvals) > 1 else Guard.LAST_STEP)
    return met
