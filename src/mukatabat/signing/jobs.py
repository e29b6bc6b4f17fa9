# SPDX-License-Identifier: EUPL-1.2
"""Background work of the signing room: safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from mukatabat.directory.models import Body
from mukatabat.kernel import clock
from mukatabat.signing.actions import keep_list, tell_of_expiry
from mukatabat.signing.errors import NoProvider, RevocationUnavailable
from mukatabat.signing.providers.csc.keeping import end_overdue
from mukatabat.signing.queries import heard_of, lists_run_out_since
from mukatabat.signing.service import authorities, provider, revocation_sources
from mukatabat.tenancy.rules import system_actor

logger = logging.getLogger(__name__)


def look_at_certificates() -> int:
    """Tell the signers of every body whose certificate ends soon, and end requests that nobody waits for any more.

    Returns how many were told.
    """
    try:
        signers = provider()
    except NoProvider:
        logger.warning("no signing service is named: nobody's certificate is looked at")
        signers = None
    told = 0
    for body in Body.objects.only("id", "realm"):
        keeper = system_actor("signing.keeper", body_id=body.id, realm=body.realm)
        try:
            end_overdue(keeper)
            told += tell_of_expiry(keeper, signers) if signers is not None else 0
        except Exception:
            logger.exception("the certificates of body %s could not be looked at", body.id)
    return told


def fetch_revocation_lists(between: Iterable[bytes] = ()) -> int:
    """Fetch and keep what each authority has withdrawn; one that is silent stops no other, and no letter.

    ``between`` are certificates (DER) of authorities that stand between a trusted root and a certificate in use: their
    lists are believed also where they came along with an answer and do not lie in the folder. It is alarmed of once an
    authority owes its next list, or never gave one, because proof waits for it. Returns how many addresses gave no list
    that is believed.
    """
    sources, silent, along = revocation_sources(), 0, tuple(between)
    for source in sources:
        try:
            keep_list(source.newest(), authorities=tuple(dict.fromkeys((*authorities(), *along))))
        except RevocationUnavailable as error:
            silent += 1
            logger.warning("a list of revoked certificates cannot be fetched: %s", error)
        except Exception:
            silent += 1
            logger.exception("a list of revoked certificates could not be looked at")
    if (heard := heard_of()) < len(sources):
        logger.error("of %s authorities only %s ever gave a list", len(sources), heard)
    owed = lists_run_out_since()
    if owed is not None and owed < clock.now():
        logger.error("an authority owes its list of revoked certificates since %s", owed.isoformat())
    return silent
