# SPDX-License-Identifier: EUPL-1.2
"""Checking the chain in the background: by batches, from the last sound link or from the first, and kept with its time.

`audit.queries.verify` proves the whole trail as of one moment; here a big trail is walked in bounded memory, so that a
screen can say when it was last found whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef

from mukatabat.audit.models import AuditEntry, Check, Link, Pending
from mukatabat.audit.queries import TAIL_LIMIT
from mukatabat.audit.rules import GENESIS, link_hash
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor

BATCH = 2000
"""Links in one step; so many entries are held in memory."""

MOST_FAULTS = 50
CHECKER = "audit.check"


@dataclass(slots=True)
class _Walk:
    """Where a check stands."""

    number: int
    hash: bytes
    faults: list[str] = field(default_factory=list)


def last_check(*, full: bool = False) -> Check | None:
    """Return the newest result, or the newest of a check that began with the first link."""
    checks = Check.objects.filter(first=1) if full else Check.objects.all()
    return checks.order_by("-ended_at").first()


def check_trail(bodies: Iterable[tuple[UUID, str]], *, full: bool) -> Check:
    """Check the chain over ``bodies`` (id, realm) and keep the result.

    1. A full check starts at the genesis; another at the last link that was found sound, whose hash must be unchanged.
    2. Every link must follow the one before, and its entry's columns must give the digest that is chained. 3. Every
    entry older than a minute must be chained or, while the sequencer works, waiting. Entries and links are read in
    batches, so that memory does not grow with the trail.
    """
    began = clock.now()
    places = list(bodies)
    walk = _start(full=full)
    first = walk.number + 1
    for links in _batches(walk.number):
        _check_batch(walk, links, _digests(places, links))
        if len(walk.faults) >= MOST_FAULTS:
            break
    walk.faults += _unchained(places)
    return Check.objects.create(
        began_at=began, ended_at=clock.now(), first=first, last=walk.number, head=walk.hash,
        faults=walk.faults[:MOST_FAULTS],
    )  # fmt: skip


def _start(*, full: bool) -> _Walk:
    sound = None if full else Check.objects.filter(faults=[]).order_by("-ended_at").first()
    if sound is None or sound.last == 0:
        return _Walk(0, GENESIS)
    walk = _Walk(sound.last, bytes(sound.head))
    link = Link.objects.filter(number=sound.last).first()
    if link is None or bytes(link.hash) != bytes(sound.head):
        walk.faults.append(f"link {sound.last}: not as it was when it was last checked")
    return walk


def _batches(after: int) -> Iterator[list[Link]]:
    while links := list(Link.objects.filter(number__gt=after).order_by("number")[:BATCH]):
        yield links
        after = links[-1].number


def _digests(places: Sequence[tuple[UUID, str]], links: Sequence[Link]) -> dict[UUID, tuple[bytes, bytes]]:
    """Give for each entry of a batch the digest of its columns and the digest that it was stored with."""
    wanted = {link.entry_id for link in links}
    found: dict[UUID, tuple[bytes, bytes]] = {}
    for body_id, realm in places:
        with scope(system_actor(CHECKER, body_id=body_id, realm=realm)):
            # Identifiers grow with time: the batch is a range of the primary key.
            rows = AuditEntry.objects.filter(id__gte=min(wanted), id__lte=max(wanted))
            for row in rows.iterator(chunk_size=BATCH):
                if row.id in wanted:
                    found[row.id] = row.as_entry().digest(), bytes(row.digest)
        if len(found) == len(wanted):
            break
    return found


def _check_batch(walk: _Walk, links: Sequence[Link], digests: dict[UUID, tuple[bytes, bytes]]) -> None:
    for link in links:
        if link.number != walk.number + 1:
            walk.faults.append(f"link {walk.number + 1}: missing")
        computed, stored = digests.get(link.entry_id, (None, None))
        if computed is None:
            walk.faults.append(f"link {link.number}: its entry {link.entry_id} is gone")
        elif computed != stored:
            walk.faults.append(f"entry {link.entry_id}: its columns were altered")
        elif link_hash(link.number, walk.hash, computed) != bytes(link.hash):
            walk.faults.append(f"link {link.number}: does not follow from the one before")
        walk.number, walk.hash = link.number, bytes(link.hash)


def _unchained(places: Sequence[tuple[UUID, str]]) -> list[str]:
    """Name the bodies' entries that should be chained by now and are not."""
    faults: list[str] = []
    for body_id, realm in places:
        with scope(system_actor(CHECKER, body_id=body_id, realm=realm)):
            chained = Link.objects.filter(entry_id=OuterRef("id"))
            waiting = Pending.objects.filter(entry_id=OuterRef("id"))
            old = AuditEntry.objects.filter(at__lt=clock.now() - TAIL_LIMIT).filter(~Exists(chained))
            for row in old.annotate(waits=Exists(waiting)).order_by("id")[:MOST_FAULTS]:
                why = "unchained for more than a minute" if row.waits else "neither chained nor waiting"
                faults.append(f"entry {row.id}: {why}")
    return faults
