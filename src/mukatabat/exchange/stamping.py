# SPDX-License-Identifier: EUPL-1.2
"""Time-stamps (RFC 3161) beside the decisive evidence: asked for after the event, outside any transaction.

An authority that is silent delays proof and nothing else; each side asks for its own copy, again and again.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from mukatabat.exchange.models import Evidence, EvidenceStamp
from mukatabat.exchange.rules import DECISIVE
from mukatabat.kernel import clock
from mukatabat.signing.errors import TimeStampError
from mukatabat.signing.service import time_stamps
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.errors import TimeStampBroken
from mukatabat_verify.timestamps import stamped_at

logger = logging.getLogger(__name__)

DUE_AFTER = timedelta(seconds=20)
"""An evidence older than this without its time-stamp is looked after by the sweep."""

ALARM_AFTER = timedelta(hours=1)
"""A proof that waits longer than this is an operator's concern."""

BATCH = 200


def stamp(actor: Actor, evidence_id: UUID) -> bool:
    """Ask for the time-stamp of an evidence and keep it beside it; returns whether it has one now.

    What the authority refuses, cannot answer, or answers wrongly is asked for again later.
    """
    with scope(actor):
        evidence = Evidence.objects.filter(id=evidence_id).first()
        if evidence is None or EvidenceStamp.objects.filter(evidence=evidence).exists():
            return True
    digest = bytes.fromhex(evidence.digest)
    try:
        token = time_stamps().stamp(digest)
        moment = stamped_at(token, digest)
    except (TimeStampError, TimeStampBroken) as error:
        logger.warning("evidence %s is not time-stamped yet: %s", evidence.evidence_id, error)
        return False
    with scope(actor):
        kept = EvidenceStamp(evidence=evidence, token=token, stamped_at=moment)
        EvidenceStamp.objects.bulk_create([kept], ignore_conflicts=True)
    return True


def stamp_waiting(actor: Actor) -> None:
    """Ask for what is still missing, the oldest first, until the authority is silent; alarm when one waits too long."""
    waiting = unstamped(actor)
    if waiting and waiting[0].kept_at < clock.now() - ALARM_AFTER:
        logger.error("body %s has waited for time-stamps since %s", actor.body_id, waiting[0].kept_at.isoformat())
    for evidence in waiting:
        if not stamp(actor, evidence.id):
            return


def unstamped(actor: Actor) -> list[Evidence]:
    """Decisive evidence of the body that should have had its time-stamp a while ago, the oldest first."""
    with reading(actor):
        waiting = Evidence.objects.filter(stamp=None, event__in=DECISIVE, kept_at__lt=clock.now() - DUE_AFTER)
        return list(waiting.only("id", "kept_at").order_by("kept_at")[:BATCH])
