# SPDX-License-Identifier: EUPL-1.2
"""The log as this installation has it: its name and policy, the vault's key, witnesses over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from mukatabat.audit.actions import record
from mukatabat.exchange import evidence
from mukatabat.ledger import queries
from mukatabat.ledger.actions import commit_missing, reconcile
from mukatabat.ledger.holding import audit_heads
from mukatabat.ledger.jobs import Logger
from mukatabat.ledger.models import Reconciliation
from mukatabat.ledger.policy import witness_policy
from mukatabat.ledger.ports import EvidenceOfBody
from mukatabat.ledger.rules import Head, Held
from mukatabat.ledger.witnesses import HttpWitnesses
from mukatabat.signing.development.announcement import announce
from mukatabat.signing.service import time_stamps
from mukatabat.tenancy.context import scope
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.custody.logkeys import VaultLogKeys
from mukatabat.vault.holding import directory_heads

HOLDINGS: tuple[EvidenceOfBody, ...] = (audit_heads, evidence.held, directory_heads)
"""Everything that a body holds and the log must show."""


def logger() -> Logger:
    """Give this process's part in the log; raises PolicyUnreadable."""
    policy = witness_policy()
    if settings.MUKATABAT_DEVELOPMENT and not policy.witnesses:
        announce("The transparency log without witnesses", because="whoever holds this server can rewrite it unseen")
    return Logger(settings.MUKATABAT_LEDGER_ORIGIN, policy, VaultLogKeys(), HttpWitnesses(), time_stamps)


def held_by(actor: Actor) -> Iterator[Held]:
    """Give everything that the actor's body holds and the log must show."""
    for holding in HOLDINGS:
        yield from holding(actor)


def reconcile_body(actor: Actor) -> Reconciliation | None:
    """Compare what the actor's body holds with the published log; None while nothing is published."""
    found = queries.published(witness_policy())
    if found is None:
        return None
    return reconcile(actor, held_by(actor), Head(found.size, found.root))


def backfill_body(actor: Actor) -> int:
    """Ask for a leaf for all that the actor's body holds and the log was never asked for; returns for how many.

    An evidence from before the log gets its leaf late, and its number says so. It stands in the body's trail.
    """
    done = commit_missing(held_by(actor))
    if done:
        with scope(actor):
            record(actor, act="ledger.backfilled", object_kind="ledger", detail={"count": done})
    return done
