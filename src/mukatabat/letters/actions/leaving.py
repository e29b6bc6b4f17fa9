# SPDX-License-Identifier: EUPL-1.2
"""What must be in force before a letter takes its number, so that it can leave once it is issued."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.signing.service import certifies_by_itself
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions import require_node, require_seal


def require_seals(actor: Actor, recipients: Iterable[UUID]) -> None:
    """Raise NotCertified for a letter that could not be sealed to these bodies, or whose way could not be stated.

    One that leaves on paper alone needs neither; the own body, of a memo, is always reached.
    """
    if certifies_by_itself():
        return
    bodies = set(recipients)
    on_paper = set(Body.objects.filter(id__in=bodies, channel=Channel.PAPER).values_list("id", flat=True))
    if bodies - (on_paper - {actor.body_id}):
        require_seal(actor)
        require_node(actor)
