# SPDX-License-Identifier: EUPL-1.2
"""Checking the chain: by batches, from the last sound link or from the first; the background keeps what it found.

A big trail is walked in bounded memory. What was chained or found sound before is looked at again once a night, so
that the check of every ten minutes costs what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Subquery

from mukatabat.audit.models import AuditEntry, Check, Link, Pending
from mukatabat.audit.rules import GENESIS, link_hash
from mukatabat.kernel import clock
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import system_actor

BATCH = 2000
"""Links in one step; so many entries are held in memory."""

MOST_FAULTS = 50
CHECKER = "audit.check"

TAIL_LIMIT = timedelta(seconds=60)
"""An entry that is still unchained after this long is reported: the sequencer is down or was bypassed."""

LONGEST_ACT = timedelta(hours=1)
"""No transaction lasts so long: what was written before a sound check by more than this was seen by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a walk found: links ``first`` to ``last`` with the hash of the last, entries not chained yet, the faults."""

    first: int
    last: int
    head: bytes
    tail: int
    faults: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was found missing, altered or left unchained too long."""
        return not self.faults


@dataclass(slots=True)
class _Walk:
    """Where a check stands, and from when on entries are looked for that have no link."""

    number: int
    hash: bytes
    since: datetime | None = None
    faults: list[str] = field(default_factory=list)


def last_check(*, full: bool = False) -> Check | None:
    """Return the newest result, or the newest of a check that began with the first link."""
    checks = Check.objects.filter(first=1) if full else Check.objects.all()
    return checks.order_by("-ended_at").first()


def check_trail(bodies: Iterable[tuple[UUID, str]], *, full: bool) -> Check:
    """Check the chain over ``bodies`` (id, realm) as :func:`verify` and keep the result."""
    began = clock.now()
    found = verify(bodies, full=full)
    return Check.objects.create(
        began_at=began, ended_at=clock.now(), first=found.first, last=found.last, head=found.head,
        faults=list(found.faults),
    )  # fmt: skip


def chained() -> int:
    """How many links the chain has."""
    return Link.objects.aggregate(newest=Max("number"))["newest"] or 0


def verify(
    bodies: Iterable[tuple[UUID, str]], *, full: bool = True, advance: Callable[[int], None] | None = None
) -> Verification:
    """Prove the chain over ``bodies`` (id, realm); ``advance`` is told after each step how many links it had.

    1. A full check starts at the genesis; another at the last link that was found sound, whose hash must be unchanged.
    2. Every link must follow the one before, and its entry's columns must give the digest that is chained. 3. Every
    entry without a link must wait in the queue with the same digest, and not for longer than ``TAIL_LIMIT``. Entries
    and links are read in batches, so that memory does not grow with the trail. An end that was cut off whole, entries
    and links together, shows only against a copy of a later link kept elsewhere.
    """
    places = list(bodies)
    walk = _start(full=full)
    first = walk.number + 1
    for links in _batches(walk.number):
        _check_batch(walk, links, _digests(places, links))
        if advance is not None:
            advance(len(links))
        if len(walk.faults) >= MOST_FAULTS:
            break
    tail = _check_tail(walk, places)
    return Verification(
        first=first, last=walk.number, head=walk.hash, tail=tail, faults=tuple(walk.faults[:MOST_FAULTS])
    )  # fmt: skip


def _start(*, full: bool) -> _Walk:
    sound = None if full else Check.objects.filter(faults=[]).order_by("-ended_at").first()
    if sound is None or sound.last == 0:
        return _Walk(0, GENESIS)
    walk = _Walk(sound.last, bytes(sound.head), since=sound.began_at - LONGEST_ACT)
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


def _check_tail(walk: _Walk, places: Sequence[tuple[UUID, str]]) -> int:
    """Look at the bodies' entries that no link names; returns how many there are.

    Entry and queue are read in one statement, so that what is chained meanwhile does not look like a fault.
    """
    tail = 0
    chained = Link.objects.filter(entry_id=OuterRef("id"))
    waiting = Pending.objects.filter(entry_id=OuterRef("id")).values("digest")[:1]
    for body_id, realm in places:
        with scope(system_actor(CHECKER, body_id=body_id, realm=realm)):
            rows = AuditEntry.objects.filter(~Exists(chained)).annotate(waiting=Subquery(waiting)).order_by("id")
            if walk.since is not None:
                rows = rows.filter(at__gte=walk.since)
            for row in rows.iterator(chunk_size=BATCH):
                tail += 1
                digest = row.as_entry().digest()
                if digest != bytes(row.digest):
                    walk.faults.append(f"entry {row.id}: its columns were altered")
                if row.waiting is None or bytes(row.waiting) != digest:
                    walk.faults.append(f"entry {row.id}: neither chained nor waiting")
                elif clock.now() - row.at > TAIL_LIMIT:
                    walk.faults.append(f"entry {row.id}: unchained for more than a minute")
                if len(walk.faults) >= MOST_FAULTS:
                    return tail
    return tail
