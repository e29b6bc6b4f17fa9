# SPDX-License-Identifier: EUPL-1.2
"""The Hijri calendar as it is announced: by how many days it stands off the table, and from when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory.actions.checks import insert
from mukatabat.directory.authority import require_operator
from mukatabat.directory.errors import AdjustmentTooLarge, AnnouncementMissing, NotInDirectory
from mukatabat.directory.models import HijriAdjustment
from mukatabat.kernel import clock
from mukatabat.kernel.calendar import LARGEST_ADJUSTMENT
from mukatabat.kernel.text import clean_line
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor

ANNOUNCEMENT_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustHijri:
    """The Hijri date is so many days (-1, 0 or 1) off the table from a day on; `announcement` says who said so."""

    valid_from: date
    days: int
    announcement: str


def adjust_hijri(actor: Actor, command: AdjustHijri) -> HijriAdjustment:
    """Record an announced shift of the Hijri calendar in the actor's realm, until the next one begins.

    Letters and numbers of earlier moments keep their dates. Raises `NotInDirectory`, `AdjustmentTooLarge`,
    `AnnouncementMissing` or `AlreadyThere` (one begins on that day already).
    """
    with scope(actor):
        require_operator(actor, actor.realm)
        if abs(command.days) > LARGEST_ADJUSTMENT:
            raise AdjustmentTooLarge
        announcement = clean_line(command.announcement, ANNOUNCEMENT_LIMIT)
        if not announcement:
            raise AnnouncementMissing
        added = HijriAdjustment(
            valid_from=command.valid_from, days=command.days, announcement=announcement, realm=actor.realm
        )
        insert(added, taken=str(command.valid_from))
        _record(actor, "directory.hijri-adjusted", added)
    return added


def withdraw_hijri_adjustment(actor: Actor, adjustment_id: UUID) -> HijriAdjustment:
    """Take a shift back from now on; the row stays, to explain the dates that it gave. Raises `NotInDirectory`."""
    with scope(actor):
        require_operator(actor, actor.realm)
        standing = HijriAdjustment.objects.select_for_update().filter(realm=actor.realm, withdrawn_at__isnull=True)
        found = standing.filter(pk=adjustment_id).first()
        if found is None:
            raise NotInDirectory
        found.withdrawn_at = clock.now()
        found.save(update_fields=["withdrawn_at"])
        _record(actor, "directory.hijri-adjustment-withdrawn", found)
    return found


def _record(actor: Actor, act: str, adjustment: HijriAdjustment) -> None:
    detail = {
        "valid_from": str(adjustment.valid_from), "days": adjustment.days, "announcement": adjustment.announcement,
    }  # fmt: skip
    record(actor, act=act, object_kind="hijri", object_id=adjustment.pk, detail=detail)
