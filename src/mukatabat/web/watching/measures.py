# SPDX-License-Identifier: EUPL-1.2
"""What can be measured of an installation now: ages in seconds, counts, free bytes. Nothing here names a letter."""

from __future__ import annotations

import json
import logging
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Min

from mukatabat.audit.checking import last_check
from mukatabat.directory.models import Body
from mukatabat.exchange.models import Consignment
from mukatabat.exchange.rules import ConsignmentState
from mukatabat.kernel import clock
from mukatabat.kernel.errors import MukatabatError
from mukatabat.ledger.models import Checkpoint, Waiting
from mukatabat.notify.models import Dispatch
from mukatabat.notify.ports import ChannelName
from mukatabat.signing.queries import unheard_since
from mukatabat.signing.service import certifies_by_itself, known_authorities
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor, system_actor
from mukatabat.vault.custody import configured, key_store
from mukatabat.vault.errors import KeyUnavailable
from mukatabat.vault.queries import key_opens, unmarked_nodes
from mukatabat.vault.standing import alarming, nodes, seals
from mukatabat.web.watching.site import site_state

Values = Iterable[tuple[tuple[str, ...], float]]
Measure = tuple[str, str, Sequence[str], Values]

BACKUP_NOTE = "last-backup.json"
_UNDER_WAY = (ConsignmentState.ORDERED, ConsignmentState.DISPATCHED)

logger = logging.getLogger(__name__)


def outbox_age() -> float:
    """Seconds since the oldest consignment that is still under way was ordered, over all bodies; 0 when none is."""
    oldest: datetime | None = None
    for actor in _bodies():
        with scope(actor):
            found = Consignment.objects.filter(state__in=_UNDER_WAY).aggregate(at=Min("ordered_at"))["at"]
        if found is not None and (oldest is None or found < oldest):
            oldest = found
    return _age(oldest)


def signatures_unheard() -> float:
    """Seconds since the oldest request that the trust service provider has not taken, over all bodies; 0 for none."""
    asked = [at for actor in _bodies() if (at := unheard_since(actor)) is not None]
    return _age(min(asked, default=None))


def audit_lag() -> float:
    """Seconds since the oldest entry that is not chained yet was written; identifiers carry their time."""
    (oldest,) = _row("SELECT min(entry_id::text) FROM audit_pending")
    if oldest is None:
        return 0.0
    return max(0.0, clock.now().timestamp() - (uuid.UUID(str(oldest)).int >> 80) / 1000)


def worker_age() -> float | None:
    """Seconds since a worker last gave a sign of life; None when there is none."""
    (at,) = _row("SELECT max(last_heartbeat) FROM procrastinate_workers")
    return None if at is None else _age(at)


def events_behind() -> int:
    """How many links of the chain were not yet read for the news of linked bodies."""
    (last,) = _row("SELECT coalesce(max(number), 0) FROM audit_link")
    (read,) = _row("SELECT coalesce(max(link), 0) FROM portal_position")
    return max(0, int(str(last)) - int(str(read)))


def backup_age() -> float | None:
    """Seconds since the newest whole backup was begun, None when none was made from here."""
    try:
        note = json.loads((settings.MUKATABAT_VAR / BACKUP_NOTE).read_text(encoding="utf-8"))
        return _age(datetime.fromisoformat(note["made_at"]))
    except (OSError, ValueError, KeyError):
        return None


def key_store_open() -> bool:
    """Whether the keys of the stored documents are at hand."""
    try:
        return all(key_store(name).newest() for name in configured())
    except MukatabatError:
        return False


def closed_bodies() -> int:
    """How many bodies have keys that this host cannot use: of other root keys, or in a store that it lacks."""
    closed = 0
    for actor in _bodies():
        try:
            closed += not key_opens(actor)
        except KeyUnavailable:
            closed += 1
    return closed


def certificate_days() -> Values:
    """Days until the first root, seal and node's certificate ends, each by its kind; below zero when it has ended."""
    ends: dict[str, list[datetime]] = {"authority": [one.until for one in known_authorities() if one.is_root]}
    for one in [*seals(), *nodes()]:
        if one.until is not None:
            ends.setdefault("seal" if one.code else "node", []).append(one.until)
    return [((kind,), (min(found) - clock.now()).total_seconds() / 86400) for kind, found in ends.items() if found]


def bodies_without_seal() -> int:
    """How many bodies that have their keys here have no seal in force, where none is made when it is needed."""
    if certifies_by_itself():
        return 0
    return sum(bool(one.code) and not one.standing(clock.now()).in_force for one in alarming())


def certificates_withdrawn() -> Values:
    """How many certificates in use their authority withdrew or suspended, by what they are."""
    found = {kind: [one for one in known if one.revoked] for kind, known in (("seal", seals()), ("node", nodes()))}
    return [((kind,), float(len(withdrawn))) for kind, withdrawn in found.items()]


def log_waiting() -> tuple[int, float]:
    """How many leaves wait for the transparency log, and for how many seconds the oldest of them."""
    found = Waiting.objects.aggregate(count=Count("source_id"), oldest=Min("at"))
    return int(found["count"]), _age(found["oldest"])


def checkpoint_age() -> float | None:
    """Seconds since the log signed its newest checkpoint; None before its first."""
    at = Checkpoint.objects.aggregate(at=Max("at"))["at"]
    return None if at is None else _age(at)


def all_measures() -> Iterator[Measure]:
    """Every measure as name, what it means, names of its labels, values; what cannot be told now is left out."""
    for name, about, labels, ask in _MEASURES:
        try:
            with transaction.atomic():
                values = list(ask())
        except Exception:
            logger.exception("a measure could not be taken")
            continue
        yield name, about, labels, values


def _bodies() -> Iterator[Actor]:
    for body_id, realm in Body.objects.values_list("id", "realm"):
        yield system_actor("web.watching", body_id=body_id, realm=realm)


def _given_up() -> Values:
    counts: Counter[str] = Counter({str(channel): 0 for channel in ChannelName})
    for actor in _bodies():
        with scope(actor):
            lost = Dispatch.objects.exclude(given_up_at=None).values_list("channel").annotate(Count("id")).order_by()
            counts.update(dict(lost))
    return [((channel,), float(count)) for channel, count in counts.items()]


def _one(ask: Callable[[], float | None]) -> Callable[[], Values]:
    def values() -> Values:
        value = ask()
        return [] if value is None else [((), float(value))]

    return values


def _jobs() -> Values:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        return [((status,), float(count)) for status, count in cursor.fetchall()]


def _oldest_job() -> float:
    (at,) = _row(
        "SELECT min(e.at) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id "
        "WHERE j.status = 'todo' AND e.type = 'deferred' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())"
    )
    return _age(at)


def _free() -> Values:
    places = {"state": settings.MUKATABAT_VAR}
    if not settings.MUKATABAT_STORE_BUCKET:
        places["documents"] = settings.MUKATABAT_VAULT_DIR
    return [((name,), float(shutil.disk_usage(place).free)) for name, place in places.items() if place.exists()]


def _check_age() -> float | None:
    check = last_check(full=True)
    return None if check is None else _age(check.ended_at)


def _check_faults() -> float | None:
    check = last_check()
    return None if check is None else float(len(check.faults))


def _row(question: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return tuple(cursor.fetchone())


def _age(at: object) -> float:
    return max(0.0, (clock.now() - at).total_seconds()) if isinstance(at, datetime) else 0.0


_MEASURES: tuple[tuple[str, str, Sequence[str], Callable[[], Values]], ...] = (
    ("outbox_age_seconds", "Age of the oldest letter that is still under way.", (), _one(outbox_age)),
    ("signatures_unheard_seconds", "Age of the oldest request that the signing service has not taken.", (), _one(
        signatures_unheard
    )),
    ("audit_lag_seconds", "Age of the oldest entry of the trail that is not chained yet.", (), _one(audit_lag)),
    ("audit_check_age_seconds", "Age of the last check of the whole audit chain.", (), _one(_check_age)),
    ("audit_check_faults", "Faults that the last check of the audit chain found.", (), _one(_check_faults)),
    ("jobs", "Jobs in the queue, by state.", ("state",), _jobs),
    ("oldest_job_seconds", "Age of the oldest job that is due and not begun.", (), _one(_oldest_job)),
    ("worker_heartbeat_age_seconds", "Since a worker last gave a sign of life.", (), _one(worker_age)),
    ("events_behind", "Links of the chain not yet read for linked bodies.", (), _one(events_behind)),
    ("free_bytes", "Free bytes of the disks, by what lies there.", ("place",), _free),
    ("key_store_open", "1 when the keys of the stored documents are at hand.", (), _one(key_store_open)),
    ("closed_bodies", "Bodies whose keys this host cannot use.", (), _one(closed_bodies)),
    ("unmarked_node_keys", "Keys in use with which the node states, whose certificates do not say so.", (), _one(
        lambda: sum(one.in_use for one in unmarked_nodes())
    )),
    ("bodies_without_seal", "Bodies that wait for a seal's certificate.", (), _one(bodies_without_seal)),
    ("certificates_withdrawn", "Certificates in use that their authority withdrew.", ("kind",), certificates_withdrawn),
    ("certificate_days", "Days until the first certificate ends, by what it is.", ("kind",), certificate_days),
    ("log_waiting", "Leaves that wait for the transparency log.", (), _one(lambda: log_waiting()[0])),
    ("log_lag_seconds", "Age of the oldest leaf that waits for the log.", (), _one(lambda: log_waiting()[1])),
    ("log_checkpoint_age_seconds", "Age of the log's newest checkpoint.", (), _one(checkpoint_age)),
    ("notices_given_up", "Kept notices that could not be handed over, by channel.", ("channel",), _given_up),
    ("read_only", "1 while the site takes no changes.", (), _one(lambda: site_state().read_only)),
    ("backup_age_seconds", "Age of the newest whole backup made from this host.", (), _one(backup_age)),
    ("database_bytes", "Size of the database.", (), _one(
        lambda: float(str(_row("SELECT pg_database_size(current_database())")[0]))
    )),
)  # fmt: skip
