# SPDX-License-Identifier: EUPL-1.2
"""What the directory shows of a body's seal: who certified it, until when, what is awaited, and where there is none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from mukatabat.access.rules import Capability
from mukatabat.directory.models import Body
from mukatabat.directory.vocabulary import Channel
from mukatabat.kernel import clock
from mukatabat.kernel.facts import fact
from mukatabat.signing.service import certifies_by_itself
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.revoked import revoked_on
from mukatabat.vault.standing import Standing, seal_of_body, seal_requested_at

_TOLD = (Capability.ADMINISTER_BODY, Capability.SIGN, Capability.OPERATE)
"""Who of a body is told that its certificate is awaited: whose work it is, and who waits for it."""


def seal_record(actor: Actor, shown: Body) -> dict[str, Any] | None:
    """The seal of a body in its record: ``facts``, and why its letters leave under none: it is ``missing``,
    ``withdrawn`` or ``suspended``.

    None for a body that neither has one nor is connected.
    """
    seal = seal_of_body(shown)
    if seal.until is None and shown.channel == Channel.PAPER:
        return None
    facts = []
    if seal.until is not None:
        facts += [
            fact(_("Seal certified by"), seal.issuer, "english" if seal.issuer.isascii() else "name"),
            fact(_("Seal valid until"), _day(seal.until), "date"),
        ]
    if seal.revoked is not None:
        label = _("Suspended by its authority on") if seal.revoked.held_up else _("Revoked by its authority on")
        facts.append(fact(label, revoked_on(seal.revoked), "date"))
    if shown.pk == actor.body_id and any(map(actor.may, _TOLD)):
        asked = seal_requested_at(actor)
        facts += [fact(_("Certificate requested on"), _day(asked), "date")] if asked else []
    standing = seal.standing(clock.now())
    stands_still = not standing.in_force and not certifies_by_itself()
    withdrawn, suspended = standing is Standing.WITHDRAWN, standing is Standing.SUSPENDED
    return {
        "facts": facts, "missing": stands_still and not withdrawn and not suspended,
        "withdrawn": stands_still and withdrawn, "suspended": stands_still and suspended,
    }  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(clock.KUWAIT).date()
