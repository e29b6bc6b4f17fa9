# SPDX-License-Identifier: EUPL-1.2
"""The audit log at a million entries, as the application's own role: each filter, a page far down, and the checks."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import _setup  # first: it chooses the role and starts Django
import psycopg

from mukatabat.access.demo import seed_accounts
from mukatabat.audit import checking, trail
from mukatabat.audit.actions import chain_pending
from mukatabat.audit.models import AuditEntry, Pending
from mukatabat.audit.trail import Place, Sought
from mukatabat.directory.models import Body
from mukatabat.directory.seed import CAST, load_directory
from mukatabat.kernel import clock
from mukatabat.kernel.ids import new_id
from mukatabat.tenancy.context import scope
from tests.cast import Cast

ACTS = ("letters.save", "letters.opened", "letters.commented", "work.item-referred", "access.signed-in")
RARE = "directory.body-closed"


def main() -> None:
    """Fill, then measure each way to ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--chained", type=int, default=100_000, help="how many of them are hashed and chained")
    options = parser.parse_args()
    load_directory(clock.today())
    seed_accounts(CAST)
    _fill(options.entries)
    actor, person = Cast()("auditor.fl"), Cast()("adviser.fl").person
    ways = {
        "newest": Sought(), "one person": Sought(actors=frozenset({person})),
        "a frequent act": Sought(act=ACTS[0]), "a rare act": Sought(act=RARE),
        "a person and a rare act": Sought(actors=frozenset({person}), act=RARE),
        "one letter": Sought(objects=frozenset({_some_object(actor)})),
        "20 persons": Sought(actors=frozenset(Cast()(one.login).person for one in CAST[:20])),
    }  # fmt: skip
    for name, sought in ways.items():
        _time(name, lambda sought=sought: trail.entries(actor, sought, limit=51), options.times)  # type: ignore[misc]
    deep = _deep(actor)
    _time("the middle of the trail", lambda: trail.entries(actor, Sought(), below=deep, limit=51), options.times)
    _check(options.chained)


def _fill(entries: int) -> None:
    began = time.perf_counter()
    people = [str(Cast()(one.login).person) for one in CAST if one.body_code == "FL" and one.realm == "live"]
    with psycopg.connect(_setup.OWNER_URL) as owner:
        owner.execute("ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY")
        owner.execute(
            "INSERT INTO audit_entry (id, body_id, at, actor_kind, actor_id, actor_name, act, object_kind, object_id,"
            " place, detail, digest) SELECT gen_random_uuid(), b.id, now() - n * interval '20 seconds', 'person',"
            " (%s::uuid[])[1 + n %% %s], 'x', CASE WHEN n %% 200000 = 7 THEN %s ELSE (%s::text[])[1 + n %% 5] END,"
            " 'letter', md5((n / 12)::text)::uuid, '10.0.0.1', '{}', decode(repeat('00', 32), 'hex')"
            " FROM generate_series(1, %s) n JOIN (SELECT id, row_number() OVER (ORDER BY (code <> 'FL'), code) - 1 AS"
            " place, count(*) OVER () AS many FROM directory_body WHERE realm = 'live') b"
            " ON b.place = CASE WHEN n %% 2 = 0 THEN 0 ELSE n %% b.many END",
            [people, len(people), RARE, list(ACTS), entries],
        )
        owner.execute("ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY")
        owner.commit()
        owner.autocommit = True
        owner.execute("VACUUM ANALYZE audit_entry")
    print(f"{entries:,} entries, half of them in one body, filled in {time.perf_counter() - began:.0f} s")


def _some_object(actor: object) -> object:
    with scope(actor):  # type: ignore[arg-type]
        return AuditEntry.objects.order_by("-at")[100].object_id


def _deep(actor: object) -> Place:
    with scope(actor):  # type: ignore[arg-type]
        row = AuditEntry.objects.order_by("-at", "-id")[200_000]
    return Place(row.at, row.id)


def _time(name: str, call: Callable[[], list[AuditEntry]], times: int) -> None:
    found = call()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        spent.append(1000 * (time.perf_counter() - began))
    spent.sort()
    print(
        f"{name:26} {len(found):3} rows   median {statistics.median(spent):7.1f} ms   "
        f"p95 {spent[int(0.95 * (len(spent) - 1))]:7.1f} ms"
    )


def _check(count: int) -> None:
    """Entries written as the product writes them in digest and queue, chained, and walked."""
    bodies = list(Body.objects.values_list("id", "realm"))
    for body_code in ("FL", "MOF"):
        actor = Cast()("auditor.fl" if body_code == "FL" else "auditor.mof")
        with scope(actor):
            rows = [
                AuditEntry(
                    id=new_id(), body_id=actor.body_id, at=clock.now(), actor_kind="person", actor_id=actor.person_id,
                    actor_name=actor.name_ar, act="letters.save", object_kind="letter", object_id=new_id(), place="",
                    detail={"state": "draft"},
                )
                for _ in range(count // 2)
            ]  # fmt: skip
            for row in rows:
                row.digest = row.as_entry().digest()
            AuditEntry.objects.bulk_create(rows, batch_size=5000)
            Pending.objects.bulk_create((Pending(entry_id=row.id, digest=row.digest) for row in rows), batch_size=5000)
    while chain_pending(10_000):
        pass
    for full in (True, False):
        began = time.perf_counter()
        found = checking.check_trail(bodies, full=full)
        spent = time.perf_counter() - began
        kind = "a whole check" if full else "a check of nothing new"
        print(f"{kind:26} {found.last - found.first + 1:,} links in {spent:.1f} s")


if __name__ == "__main__":
    main()
