# SPDX-License-Identifier: EUPL-1.2
"""What a unit or a post still carries after a day: as long as there is any of it, it cannot end."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from mukatabat.directory.authority import require_administrator
from mukatabat.directory.errors import NotInDirectory
from mukatabat.directory.models import Appointment, Mandate, Post, Unit, effective
from mukatabat.kernel import clock
from mukatabat.tenancy.rules import Actor


def access_unit(actor: Actor, unit_id: UUID) -> Unit:
    """Return a unit of the actor's body that has not ended, for an administrator; raises `NotInDirectory`."""
    body_id = require_administrator(actor)
    found = Unit.objects.filter(effective(clock.today()), pk=unit_id, body_id=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def access_post(actor: Actor, post_id: UUID) -> Post:
    """Return a post of the actor's body that has not ended, for an administrator; raises `NotInDirectory`."""
    body_id = require_administrator(actor)
    posts = Post.objects.filter(effective(clock.today()), pk=post_id, body_id=body_id)
    found = posts.select_related("unit").first()
    if found is None:
        raise NotInDirectory
    return found


def units_under(unit: Unit, after: date) -> QuerySet[Unit]:
    """List the units under a unit that go on after a day, in the order of their codes."""
    return unit.children.filter(_goes_on(after)).order_by("code")


def posts_in(unit: Unit, after: date) -> QuerySet[Post]:
    """List the posts of a unit that go on after a day, the highest first."""
    return unit.posts.filter(_goes_on(after)).order_by("level", "ar")


def holders_after(post: Post, after: date) -> QuerySet[Appointment]:
    """List the appointments to a post that go on after a day, with their people."""
    return post.appointments.filter(_goes_on(after)).select_related("person").order_by("person__folded", "pk")


def mandates_after(post: Post, after: date) -> QuerySet[Mandate]:
    """List the standing instruments on a post's power that go on after a day, with their people."""
    standing = post.mandates.filter(_goes_on(after), revoked_at__isnull=True)
    return standing.select_related("person").order_by("person__folded", "pk")


def another_registry(unit: Unit, after: date) -> bool:
    """Tell whether another unit of the body goes on receiving its letters after a day, without a gap before it."""
    others = Unit.objects.filter(_goes_on(after), body_id=unit.body_id, is_registry=True, valid_from__lte=after)
    return others.exclude(pk=unit.pk).exists()


def _goes_on(after: date) -> Q:
    return Q(valid_to__isnull=True) | Q(valid_to__gt=after)
