# SPDX-License-Identifier: EUPL-1.2
"""Reading the trail: the proof of the chain, and the history of one object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from mukatabat.audit.models import AuditEntry, Link, Pending
from mukatabat.audit.rules import GENESIS, link_hash
from mukatabat.kernel import clock
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor, system_actor

TAIL_LIMIT = timedelta(seconds=60)
"""An entry that is still unchained after this long is reported: the sequencer is down or was bypassed."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of walking the whole trail: counts and, when something is wrong, one sentence per fault."""

    chained: int
    tail: int
    faults: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was found missing, altered or left unchained too long."""
        return not self.faults


def history_of(actor: Actor, object_id: UUID) -> list[AuditEntry]:
    """The entries about one object of the actor's own body, oldest first."""
    with reading(actor):
        return list(AuditEntry.objects.filter(object_id=object_id).order_by("at", "id"))


def verify(bodies: Iterable[tuple[UUID, str]]) -> Verification:
    """Prove the chain over ``bodies`` (id, realm): every link, every entry's digest, and the unchained tail.

    Steps: 1 recompute every entry's digest from its columns; 2 walk the links from the genesis; 3 an entry without
    link must wait in the queue, with the same digest, and not for longer than ``TAIL_LIMIT``. All of it is read as of
    one moment, so that what is written or chained meanwhile does not look like a fault. An end of the trail that was
    cut off whole, entries and links together, shows only against a copy of a later link kept elsewhere.
    """
    with _one_moment():
        return _verify(bodies)


def _verify(bodies: Iterable[tuple[UUID, str]]) -> Verification:
    digests: dict[UUID, bytes] = {}
    young: set[UUID] = set()
    faults: list[str] = []
    for row in _every_entry(bodies):  # step 1
        digest = row.as_entry().digest()
        if digest != bytes(row.digest):
            faults.append(f"entry {row.id}: its columns were altered")
        digests[row.id] = digest
        if clock.now() - row.at <= TAIL_LIMIT:
            young.add(row.id)
    chained = _walk_links(digests, faults)  # step 2
    tail = digests.keys() - chained
    waiting = {row.entry_id: bytes(row.digest) for row in Pending.objects.all()}
    for entry_id in sorted(tail):  # step 3
        if waiting.get(entry_id) != digests[entry_id]:
            faults.append(f"entry {entry_id}: neither chained nor waiting")
        elif entry_id not in young:
            faults.append(f"entry {entry_id}: unchained for more than {TAIL_LIMIT.seconds} s")
    return Verification(chained=len(chained), tail=len(tail), faults=tuple(faults))


@contextmanager
def _one_moment() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _every_entry(bodies: Iterable[tuple[UUID, str]]) -> Iterator[AuditEntry]:
    for body_id, realm in bodies:
        with scope(system_actor("audit.verify", body_id=body_id, realm=realm)):
            yield from list(AuditEntry.objects.order_by("id"))


def _walk_links(digests: dict[UUID, bytes], faults: list[str]) -> set[UUID]:
    chained: set[UUID] = set()
    previous, expected = GENESIS, 1
    for link in Link.objects.order_by("number").iterator():
        if link.number != expected:
            faults.append(f"link {expected}: missing")
            expected = link.number
        digest = digests.get(link.entry_id)
        if digest is None:
            faults.append(f"link {link.number}: its entry {link.entry_id} is gone")
        elif link_hash(link.number, previous, digest) != bytes(link.hash):
            faults.append(f"link {link.number}: does not follow from the one before")
        chained.add(link.entry_id)
        previous, expected = bytes(link.hash), expected + 1
    return chained
