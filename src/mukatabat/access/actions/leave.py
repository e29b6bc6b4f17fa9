# SPDX-License-Identifier: EUPL-1.2
"""Leave with a deputy: whoever is to see a tray can sign in and holds a post, else nobody would see it."""

from __future__ import annotations

from mukatabat.access.errors import DeputyCannotStandIn
from mukatabat.access.queries import deputies
from mukatabat.directory import actions as directory
from mukatabat.directory.actions import RecordAbsence
from mukatabat.directory.models import Absence
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor


def record_absence(actor: Actor, command: RecordAbsence) -> Absence:
    """Record that a person is away, with a deputy who can stand in, or with none.

    Raises `DeputyCannotStandIn`, or as `directory.actions.record_absence`, which is asked first.
    """
    with scope(actor):
        absence = directory.record_absence(actor, command)
        deputy = command.deputy_id
        if deputy is not None and not deputies(actor.body_id, command.person_id).filter(pk=deputy).exists():
            raise DeputyCannotStandIn
    return absence
