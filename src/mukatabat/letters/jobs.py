# SPDX-License-Identifier: EUPL-1.2
"""Background work of the letters room: at least once, each safe to repeat."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app

from mukatabat.directory.models import Body
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.letters.actions.batch import ask_left_over
from mukatabat.letters.actions.following import follow_consignment
from mukatabat.letters.actions.issuing import Progress, collect_signature
from mukatabat.letters.models import Issue
from mukatabat.letters.rules import IssueState
from mukatabat.signing import service
from mukatabat.signing.ports import ReleasesTogether
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor

GATHERING = timedelta(minutes=2)
"""So long a batch may be begun before its signer is asked for all of it; nobody asks for one letter of it meanwhile."""

logger = logging.getLogger(__name__)


def _actor(body_id: UUID) -> Actor:
    body = Body.objects.only("id", "realm").get(id=body_id)
    return system_actor("letters.follower", body_id=body.id, realm=body.realm)


@app.task(name="letters.follow_consignment")
def follow(body: str, consignment: str, state: str) -> None:
    """Tell the sender's people what happened to a consignment."""
    follow_consignment(_actor(UUID(body)), UUID(consignment), ConsignmentState(state))


def sweep(body_id: UUID) -> dict[UUID, Progress]:
    """Look after every running issue of a body: late signatures are fetched, expired ones become void.

    One that fails stops no other; it is absent from the answer and looked after again at the next sweep.
    """
    actor = _actor(body_id)
    with scope(actor):
        running = list(Issue.objects.filter(state=IssueState.SIGNING).values_list("id", "provider", "started_at"))
    _ask_left_over(actor, {began_by for _, began_by, _ in running})
    found: dict[UUID, Progress] = {}
    for issue_id, began_by, started_at in running:
        try:
            provider = service.provider_named(began_by)
            if isinstance(provider, ReleasesTogether) and clock.now() < started_at + GATHERING:
                continue
            found[issue_id] = collect_signature(actor, issue_id, provider=provider, time_stamps=service.time_stamps())
        except Exception:
            logger.exception("the sweep could not look after issue %s", issue_id)
    return found


def _ask_left_over(actor: Actor, began_by: set[str]) -> None:
    """Have signers asked for what was begun while the service was away: once for all, before each is looked after."""
    for name in began_by:
        try:
            provider = service.provider_named(name)
            if isinstance(provider, ReleasesTogether):
                ask_left_over(actor, provider=provider, begun_before=clock.now() - GATHERING)
        except MukatabatError as error:
            logger.warning("%s: signers of body %s could not be asked", error.code, actor.body_id)
        except Exception:
            logger.exception("signers of body %s could not be asked", actor.body_id)
