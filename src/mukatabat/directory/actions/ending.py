# SPDX-License-Identifier: EUPL-1.2
"""The end of a unit or a post: refused while anything of the directory goes on depending on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import ordered
from mukatabat.directory.authority import locked_body, require_administrator, require_operator
from mukatabat.directory.errors import AlreadyEnded, LastRegistry, NotInDirectory, StillInUse
from mukatabat.directory.models import Post, Unit
from mukatabat.directory.queries import depending
from mukatabat.directory.vocabulary import PostRole
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUnit:
    """The last day of a unit of the actor's body."""

    unit_id: UUID
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPost:
    """The last day of a post of the actor's body."""

    post_id: UUID
    last_day: date


def end_unit(actor: Actor, command: EndUnit) -> Unit:
    """End a unit with a last day; its past letters and its name in them remain.

    Raises `NotInDirectory`, `PeriodBackwards`, `AlreadyEnded`, `StillInUse` (units or posts under it go on after that
    day) or `LastRegistry`. Open work is the letters' to refuse: see `letters.actions.ending`.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        locked_body(body_id)
        ended = Unit.objects.select_for_update(of=("self",)).filter(pk=command.unit_id, body_id=body_id).first()
        if ended is None:
            raise NotInDirectory
        _may_end(ended, command.last_day)
        depends = depending.units_under(ended, command.last_day).count()
        depends += depending.posts_in(ended, command.last_day).count()
        if depends:
            raise StillInUse(count=depends)
        if ended.is_registry and not depending.another_registry(ended, command.last_day):
            raise LastRegistry
        _end(ended, command.last_day)
        detail = {"code": ended.code, "ar": ended.ar, "en": ended.en, "last_day": str(command.last_day)}
        record(actor, act="directory.unit-ended", object_kind="unit", object_id=ended.pk, detail=detail)
    return ended


def end_post(actor: Actor, command: EndPost) -> Post:
    """End a post with a last day; who held it and what was signed under it remain.

    Raises `NotInDirectory`, `PeriodBackwards`, `AlreadyEnded` or `StillInUse` (somebody holds it, or a mandate carries
    its power, after that day). The central operator's post is ended by an operator alone.
    """
    with scope(actor):
        body_id = require_administrator(actor)
        locked_body(body_id)
        ended = Post.objects.select_for_update(of=("self",)).filter(pk=command.post_id, body_id=body_id).first()
        if ended is None:
            raise NotInDirectory
        if ended.role == PostRole.OPERATOR:
            require_operator(actor, actor.realm)
        _may_end(ended, command.last_day)
        depends = depending.holders_after(ended, command.last_day).count()
        depends += depending.mandates_after(ended, command.last_day).count()
        if depends:
            raise StillInUse(count=depends)
        _end(ended, command.last_day)
        detail = {"ar": ended.ar, "en": ended.en, "role": ended.role, "last_day": str(command.last_day)}
        record(actor, act="directory.post-ended", object_kind="post", object_id=ended.pk, detail=detail)
    return ended


def _may_end(row: Unit | Post, last_day: date) -> None:
    if row.valid_to is not None and row.valid_to <= last_day:
        raise AlreadyEnded
    ordered(row.valid_from, last_day)


def _end(row: Unit | Post, last_day: date) -> None:
    row.valid_to = last_day
    row.save(update_fields=["valid_to"])
