# SPDX-License-Identifier: EUPL-1.2
"""Background work of the signing room: safe to repeat."""

from __future__ import annotations

import logging

from mukatabat.directory.models import Body
from mukatabat.signing.actions import tell_of_expiry
from mukatabat.signing.service import provider
from mukatabat.tenancy.rules import system_actor

logger = logging.getLogger(__name__)


def look_at_certificates() -> int:
    """Tell the signers of every body whose certificate ends soon; returns how many were told."""
    told = 0
    for body in Body.objects.only("id", "realm"):
        try:
            told += tell_of_expiry(system_actor("signing.keeper", body_id=body.id, realm=body.realm), provider())
        except Exception:
            logger.exception("the certificates of body %s could not be looked at", body.id)
    return told
