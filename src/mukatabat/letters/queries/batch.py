# SPDX-License-Identifier: EUPL-1.2
"""Several letters at once with what belongs to them, for those who sign them together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mukatabat.access.grants.queries import granted
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Unit
from mukatabat.exchange.rules import Role
from mukatabat.kernel.language import spoken
from mukatabat.letters.models import Issue, Letter
from mukatabat.letters.rules import RouteKind
from mukatabat.tenancy.context import reading
from mukatabat.tenancy.rules import Actor

RELATED = ("addressees", "links__to", "route", "attachments")


def letters_of_batch(actor: Actor, letter_ids: Iterable[UUID]) -> dict[UUID, Letter]:
    """Those of some letters that the actor may see, with what belongs to them."""
    with reading(actor):
        found = Letter.objects.filter(id__in=granted(actor, letter_ids)).prefetch_related(*RELATED)
        return {one.id: one for one in found}


def last_issues(actor: Actor, letter_ids: Iterable[UUID]) -> dict[UUID, Issue]:
    """The latest attempt at issuing each of some letters that were found visible."""
    with reading(actor):
        attempts = Issue.objects.filter(letter_id__in=list(letter_ids)).order_by("letter_id", "-started_at")
        return {one.letter_id: one for one in attempts.distinct("letter_id")}


def people_of(actor: Actor, letters: Iterable[Letter]) -> dict[UUID, dict[str, Any]]:
    """Of each letter with its addressees and route: names of originals (to) and copies, and who approved it last."""
    known = list(letters)
    addressees = [one for letter in known for one in letter.addressees.all()]
    with reading(actor):
        bodies = directory.body_names({one.recipient_id for one in addressees})
        units = Unit.objects.in_bulk({one.unit_id for one in addressees if one.unit_id})

    def named(letter: Letter, role: Role) -> list[str]:
        places = sorted((one for one in letter.addressees.all() if one.role == role), key=lambda one: one.position)
        labels = [units.get(one.unit_id) if one.unit_id else bodies.get(one.recipient_id) for one in places]
        return [spoken(label.ar, label.en) for label in labels if label is not None]

    return {
        letter.id: {
            "to": named(letter, Role.ORIGINAL), "copies": named(letter, Role.COPY), "approver": _approver(letter),
        }
        for letter in known
    }  # fmt: skip


def _approver(letter: Letter) -> str:
    done = [one for one in letter.route.all() if one.kind == RouteKind.APPROVE and one.done_at]
    last = max(done, key=lambda one: one.position, default=None)
    return spoken(last.done_by_ar, last.done_by_en) if last else ""
