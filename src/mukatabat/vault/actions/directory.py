# SPDX-License-Identifier: EUPL-1.2
"""Signing the directory of bodies and their public keys with the node's key, whenever it is needed and has changed.

Each signed statement becomes a leaf of the transparency log in the transaction in which it was signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from mukatabat.audit.actions import record
from mukatabat.directory import queries as directory
from mukatabat.directory.models import Body, PublicKey
from mukatabat.directory.vocabulary import KeyUse
from mukatabat.kernel import clock
from mukatabat.kernel.errors import Conflict
from mukatabat.ledger import actions as ledger
from mukatabat.ledger import queries
from mukatabat.tenancy.context import reading, scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.actions.node import evidence_seal
from mukatabat.vault.models import DirectoryStatement
from mukatabat_verify import directory as signed
from mukatabat_verify.directory import Directory, ListedBody, ListedKey, Signed, Statement
from mukatabat_verify.log.policies import WitnessPolicy
from mukatabat_verify.log.proofs import LogProof

FRESH = timedelta(days=1)
"""How old a signed directory may be before it is signed anew."""
HOLDS = timedelta(days=7)
"""How long whoever sends by it may do so."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class ProvenDirectory:
    """A signed directory, the place of its statement in the log, and of how many leaves the proof's checkpoint is."""

    directory: Directory
    proof: LogProof
    size: int


def signed_directory(actor: Actor) -> Directory:
    """Give the directory of the actor's realm as it is now, signed by the node; signed anew where that is due.

    Its number is the second of its signing, and always above the former one: also after an older database was restored
    it goes on growing. Raises KeyUnavailable, or Conflict when others keep changing the directory.
    """
    with scope(actor):
        for _ in range(_TRIES):
            bodies = signed.in_order(_entries(actor))
            root = signed.root_of(bodies).hex()
            newest = DirectoryStatement.objects.newest_first(actor.realm).first()
            if newest is None or newest.root != root or newest.issued_at < clock.now() - FRESH:
                newest = _signed(actor, root, len(bodies), above=newest.number if newest else 0)
            if newest.root == root:
                stated = signed.read_statement(bytes(newest.statement))
                return Directory(Signed(stated, bytes(newest.signature)), bodies)
    raise Conflict


def proven_directory(actor: Actor, policy: WitnessPolicy, *, least: int) -> ProvenDirectory | None:
    """Give the directory as it is now by the newest statement that the published log proves.

    It says the same as the newest, and still holds. ``least`` is the size of a checkpoint that the proof's goes on
    from. None while the log shows none, as in the seconds after a change. Raises as `signed_directory`, or LedgerError.
    """
    newest = signed_directory(actor)
    with reading(actor):
        rows = DirectoryStatement.objects.newest_first(actor.realm).filter(issued_at__gt=clock.now() - HOLDS)
        same = list(rows.filter(root=newest.signed.statement.root))
    proven = queries.prove([one.id for one in same], policy, least=least)
    shown = next((one for one in same if proven is not None and one.id in proven.proofs), None)
    if proven is None or shown is None:
        return None
    by_it = Signed(signed.read_statement(bytes(shown.statement)), bytes(shown.signature))
    return ProvenDirectory(Directory(by_it, newest.bodies), proven.proofs[shown.id], proven.checkpoint.size)


def _signed(actor: Actor, root: str, size: int, *, above: int) -> DirectoryStatement:
    """Sign, and give what is the newest afterwards: of two at once the second finds the first one's."""
    by, now = evidence_seal(actor), clock.now().replace(microsecond=0)
    statement = Statement(
        realm=actor.realm, issuer=by.name, number=max(above + 1, int(now.timestamp())), issued=now,
        expires=now + HOLDS, size=size, root=root,
    )  # fmt: skip
    made = DirectoryStatement(
        realm=actor.realm, number=statement.number, root=root, statement=statement.to_bytes(),
        signature=signed.sign(statement, by).signature, issued_at=now,
    )  # fmt: skip
    DirectoryStatement.objects.bulk_create([made], ignore_conflicts=True)
    standing = DirectoryStatement.objects.get(realm=actor.realm, number=statement.number)
    if standing.id == made.id:
        ledger.commit(made.id, made.commitment)
        record(
            actor, act="vault.directory-signed", object_kind="directory", object_id=made.id,
            detail={"number": made.number, "root": root, "bodies": size},
        )  # fmt: skip
    return standing


def _entries(actor: Actor) -> list[ListedBody]:
    found = {one.id: one for one in Body.objects.filter(realm=actor.realm)}
    names = directory.body_names(found)
    keys: dict[UUID, list[ListedKey]] = {}
    for one in PublicKey.objects.filter(body__realm=actor.realm).order_by("valid_from", "id"):
        keys.setdefault(one.body_id, []).append(_listed(one))
    return [
        ListedBody(
            code=body.code, ar=names[body.id].ar, en=names[body.id].en, suites=tuple(sorted(body.accepted_suites)),
            keys=tuple(keys.get(body.id, ())),
        )
        for body in found.values()
    ]  # fmt: skip


def _listed(key: PublicKey) -> ListedKey:
    return ListedKey(
        use=key.use, suite=key.suite, fingerprint=key.fingerprint,
        public="" if key.use == KeyUse.SEAL else bytes(key.public).hex(), custody=key.custody, begin=key.valid_from,
        end=key.valid_to, expires=key.expires_at, withdrawn=key.withdrawn_at,
    )  # fmt: skip
