# SPDX-License-Identifier: EUPL-1.2
"""Bodies, their names and what may be addressed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from mukatabat.directory.errors import (
    ClosedBody,
    LiveBody,
    NotInDirectory,
    NotYetOpenBody,
    TrainingBody,
    UnknownBody,
    bilingual,
)
from mukatabat.directory.models import Body, BodyName, Holiday, Post, effective
from mukatabat.directory.rules import BodyLabel, Level, kept_code, match_strength
from mukatabat.directory.vocabulary import BodyKind
from mukatabat.kernel import clock
from mukatabat.kernel.arabic import sort_key
from mukatabat.kernel.errors import Text
from mukatabat.kernel.vocabulary import Realm
from mukatabat.tenancy.sql import rows


def body(body_id: UUID) -> Body:
    """Return a body of either realm, also a closed one; raises `NotInDirectory`."""
    found = Body.objects.filter(pk=body_id).first()
    if found is None:
        raise NotInDirectory
    return found


def body_by_code(code: str, realm: str = Realm.LIVE) -> Body:
    """Return a body by its code in a realm, also a closed one; any letter case; raises `UnknownBody`."""
    found = Body.objects.filter(code=kept_code(code), realm=realm).first()
    if found is None:
        raise UnknownBody
    return found


def addressable_bodies(realm: str, on: date | None = None) -> list[BodyLabel]:
    """List the bodies of a realm that receive letters on a day (today by default), in Arabic order of their names."""
    day = on or clock.today()
    return sorted(_labels(realm, day), key=lambda label: sort_key(label.ar))


def bodies_by_kind(realm: str, on: date | None = None) -> dict[BodyKind, list[BodyLabel]]:
    """Group the bodies that receive letters on a day (today by default) by what they are, each in Arabic order."""
    groups: dict[BodyKind, list[BodyLabel]] = {}
    for name in sorted(_names(realm, on or clock.today()), key=lambda name: sort_key(name.ar)):
        groups.setdefault(BodyKind(name.body.kind), []).append(_label(name))
    return groups


def search_bodies(text: str, realm: str, *, on: date | None = None, limit: int = 12) -> list[BodyLabel]:
    """Find the addressable bodies that answer typed text: code, Arabic in any spelling, or English; best first.

    Empty text lists the first `limit` bodies. One query for all names of the realm: they are a few hundred.
    """
    labels = addressable_bodies(realm, on)
    if not text.strip():
        return labels[:limit]
    strengths = ((match_strength(label, text), label) for label in labels)
    # Of equal matches the shorter name: who types المالية means the ministry, not a unit with the word in its name.
    matching = sorted((pair for pair in strengths if pair[0]), key=lambda pair: (-pair[0], len(pair[1].ar)))
    return [label for _strength, label in matching[:limit]]


def _labels(realm: str, on: date) -> list[BodyLabel]:
    return [_label(name) for name in _names(realm, on)]


def _names(realm: str, on: date) -> QuerySet[BodyName]:
    return BodyName.objects.filter(effective(on), effective(on, "body__"), body__realm=realm).select_related("body")


def _label(name: BodyName) -> BodyLabel:
    return BodyLabel(id=name.body_id, code=name.body.code, realm=name.body.realm, ar=name.ar, en=name.en)


def body_names(body_ids: Iterable[UUID], on: date | None = None) -> dict[UUID, BodyLabel]:
    """Return what bodies are called on a day (today by default), in one query.

    A body outside its time keeps the nearest name it ever had, so that old letters never show a blank.
    """
    day = on or clock.today()
    wanted = set(body_ids)
    if not wanted:
        return {}
    chosen: dict[UUID, BodyLabel] = {}
    for body_id, begun, code, realm, ar, en in rows("directory", "body_names", {"bodies": list(wanted)}):
        if body_id not in chosen or begun <= day:
            chosen[body_id] = BodyLabel(id=body_id, code=code, realm=realm, ar=ar, en=en)
    return chosen


def bears_name(body_id: UUID, *, ar: str, en: str) -> bool:
    """Whether a body goes by this pair of names, or ever did: a letter keeps the names of its day."""
    return BodyName.objects.filter(body_id=body_id, ar=ar, en=en).exists()


def names_ever(body_id: UUID) -> frozenset[str]:
    """Return every name by which a body goes or ever went, in both languages."""
    return frozenset(name for row in rows("directory", "body_names", {"bodies": [body_id]}) for name in row[-2:])


def body_name(body_id: UUID, on: date | None = None, language: str = "ar") -> str:
    """Return a body's name on a day in a language ("ar" or "en"); raises `NotInDirectory`."""
    label = body_names([body_id], on).get(body_id)
    if label is None:
        raise NotInDirectory
    return label.name(language)


def _name_for_reader(body_id: UUID, on: date) -> Text:
    label = body_names([body_id], on)[body_id]
    return bilingual(label.ar, label.en)


def require_addressable(body_id: UUID, *, realm: str, on: date | None = None) -> Body:
    """Return the body if a letter of this realm may be addressed to it on a day (today by default).

    Raises `UnknownBody`, `TrainingBody` (`LiveBody` from a training letter) or `ClosedBody` (`NotYetOpenBody`).
    """
    return check_addressable(Body.objects.filter(pk=body_id).first(), realm=realm, on=on)


def bodies_at_once(body_ids: Iterable[UUID]) -> dict[UUID, Body]:
    """Read several bodies of either realm in one query, closed ones too; unknown ones are left out."""
    return Body.objects.in_bulk(set(body_ids))


def check_addressable(found: Body | None, *, realm: str, on: date | None = None) -> Body:
    """As `require_addressable`, for a body that was read already; None where there is none."""
    day = on or clock.today()
    if found is None:
        raise UnknownBody
    if found.realm != realm:
        raise (TrainingBody if found.realm == Realm.TRAINING else LiveBody)(name=_name_for_reader(found.pk, day))
    if found.valid_from > day:
        raise NotYetOpenBody(name=_name_for_reader(found.pk, day), begins=found.valid_from)
    if found.valid_to is not None and found.valid_to < day:
        raise ClosedBody(name=_name_for_reader(found.pk, day), until=found.valid_to)
    return found


def addressable_posts(body_id: UUID, on: date | None = None) -> QuerySet[Post]:
    """List the posts of a body that outsiders may write to on a day, the highest first, with their units."""
    day = on or clock.today()
    return (
        Post.objects.filter(effective(day), effective(day, "unit__"), body_id=body_id, receives_letters=True)
        .select_related("unit")
        .order_by("level", "ar")
    )


def addressable_posts_of(body_ids: Iterable[UUID], on: date | None = None) -> dict[UUID, list[Post]]:
    """As `addressable_posts`, of several bodies in one query; a body without such a post is left out."""
    day = on or clock.today()
    posts = Post.objects.filter(
        effective(day), effective(day, "unit__"), body__in=set(body_ids), receives_letters=True
    ).order_by("level", "ar")
    found: dict[UUID, list[Post]] = {}
    for post in posts:
        found.setdefault(post.body_id, []).append(post)
    return found


def office_among(posts: Iterable[Post], post_id: UUID | None = None) -> Post | None:
    """Return the addressed post among a body's addressable ones, without one the highest; None where it is not."""
    return next((post for post in posts if post_id in {None, post.pk}), None)


def recipient_level(posts: Iterable[Post], post_id: UUID | None = None) -> int:
    """Return the level that a signer must reach: the addressed post's, or that of the body's highest post.

    A body without an addressable post counts as the highest level, so that no mandate is stretched by a gap.
    """
    office = office_among(posts, post_id)
    return office.level if office else Level.MINISTER.value


def holidays(realm: str, *, first: date, last: date) -> frozenset[date]:
    """Return the announced holidays of a realm from one day to another, both included."""
    days = Holiday.objects.filter(realm=realm, on__gte=first, on__lte=last, withdrawn_at__isnull=True)
    return frozenset(days.values_list("on", flat=True))
