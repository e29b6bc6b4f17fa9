# SPDX-License-Identifier: EUPL-1.2
"""Readiness: may this process be sent requests? Each check has a name and an answer, and none tells a secret."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mukatabat.kernel import clock
from mukatabat.signing.errors import AuthorityFileRefused
from mukatabat.signing.service import certifies_by_itself, known_authorities
from mukatabat.tenancy.security import APPLICATION_ROLE
from mukatabat.vault import store
from mukatabat.vault.standing import Certified, Standing, alarming, standing_of
from mukatabat.web.watching import measures

LONGEST_LAG = 60.0
LONGEST_OUTBOX = 900.0
LONGEST_SILENCE = 60.0
LONGEST_LOG_LAG = 900.0
LONGEST_UNHEARD = 120.0
"""Seconds after which the trail, the outbox, the worker's silence, what waits for the log, and signatures for which the
signer was not asked are no longer ordinary.
"""

_NOWHERE = "sha256:" + "0" * 64

logger = logging.getLogger(__name__)


def ready() -> tuple[bool, dict[str, str]]:
    """Run every check; the first answer is whether requests can be served, the second each check's "ok" or word.

    What only delays letters (worker, sequencer, outbox, signing service) is told and takes the site away from nobody.
    """
    needed = {name: _answer(name, ask) for name, ask in _NEEDED.items()}
    told = {name: _answer(name, ask) for name, ask in _TOLD.items()}
    return set(needed.values()) == {"ok"}, needed | told


def _answer(name: str, ask: Callable[[], str]) -> str:
    try:
        return ask()
    except Exception:
        logger.exception("the check %s could not be made", name)
        return "failed"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return "ok" if cursor.fetchone() == (APPLICATION_ROLE,) else "another role"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if not waiting else f"{len(waiting)} to apply"


def _keys() -> str:
    if not measures.key_store_open():
        return "closed"
    closed = measures.closed_bodies()
    return f"{closed} bodies closed" if closed else "ok"


def _store() -> str:
    store().exists(_NOWHERE)
    return "ok"


def _worker() -> str:
    age = measures.worker_age()
    return "none" if age is None else _within(age, LONGEST_SILENCE)


def _authorities() -> str:
    try:
        roots = [one for one in known_authorities() if one.is_root]
    except AuthorityFileRefused as error:
        return f"refused: {str(error.params.get('file'))[:20]}"
    urgent = sum(standing_of(one.until, clock.now()).is_urgent for one in roots)
    if not urgent:
        return "ok" if roots else "none"
    return f"{urgent} ended or soon"


def _certificates() -> str:
    """The first of what letters wait for or soon will, and how many more; all of it: `keys certificates`."""
    if certifies_by_itself():
        return "ok"
    now = clock.now()
    urgent = sorted(
        (one for one in alarming() if one.standing(now).is_urgent), key=_urgency
    )  # fmt: skip
    if not urgent:
        return "ok"
    more = f" +{len(urgent) - 1}" if len(urgent) > 1 else ""
    return f"{urgent[0].name[:16]} {_WORDS[urgent[0].standing(now)]}{more}"


def _urgency(one: Certified) -> tuple[bool, datetime]:
    """What there is none of comes first, or was withdrawn, then what ends first; the live realm's node before any seal.

    A withdrawn one counts from when it was.
    """
    since = one.revoked.since if one.revoked is not None else one.until
    return bool(one.code), since or datetime.min.replace(tzinfo=UTC)


_WORDS = {
    Standing.MISSING: "missing", Standing.WITHDRAWN: "withdrawn", Standing.SUSPENDED: "suspended",
    Standing.ENDED: "ended", Standing.SOON: "ends",
}  # fmt: skip


def _metrics() -> str:
    return "ok" if settings.MUKATABAT_METRICS_DIR.is_dir() else "no folder"


def _within(seconds: float, limit: float) -> str:
    return "ok" if seconds <= limit else f"{seconds:.0f} s"


_NEEDED: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "documents": _store,
}
_TOLD: dict[str, Callable[[], str]] = {
    "worker": _worker,
    "audit": lambda: _within(measures.audit_lag(), LONGEST_LAG),
    "outbox": lambda: _within(measures.outbox_age(), LONGEST_OUTBOX),
    "log": lambda: _within(measures.log_waiting()[1], LONGEST_LOG_LAG),
    "authorities": _authorities,
    "certificates": _certificates,
    "signatures": lambda: _within(measures.signatures_unheard(), LONGEST_UNHEARD),
    "metrics": _metrics,
}
