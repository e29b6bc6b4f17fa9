# SPDX-License-Identifier: EUPL-1.2
"""The log as this installation has it: its name and policy, the vault's key, witnesses over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from mukatabat.exchange import evidence
from mukatabat.ledger import queries
from mukatabat.ledger.actions import reconcile
from mukatabat.ledger.holding import audit_heads
from mukatabat.ledger.jobs import Logger
from mukatabat.ledger.models import Reconciliation
from mukatabat.ledger.ports import EvidenceOfBody
from mukatabat.ledger.rules import Head, Held
from mukatabat.ledger.views import witness_policy
from mukatabat.ledger.witnesses import HttpWitnesses
from mukatabat.signing.development.announcement import announce
from mukatabat.tenancy.rules import Actor
from mukatabat.vault.custody.logkeys import VaultLogKeys

HOLDINGS: tuple[EvidenceOfBody, ...] = (audit_heads, evidence.held)
"""Everything that a body holds and the log must show."""


def logger() -> Logger:
    """Give this process's part in the log; raises PolicyUnreadable."""
    policy = witness_policy()
    if settings.MUKATABAT_DEVELOPMENT and not policy.witnesses:
        announce("The transparency log without witnesses", because="whoever holds this server can rewrite it unseen")
    return Logger(settings.MUKATABAT_LEDGER_ORIGIN, policy, VaultLogKeys(), HttpWitnesses())


def held_by(actor: Actor) -> Iterator[Held]:
    """Give everything that the actor's body holds and the log must show."""
    for holding in HOLDINGS:
        yield from holding(actor)


def reconcile_body(actor: Actor) -> Reconciliation | None:
    """Compare what the actor's body holds with the published log; None while nothing is published."""
    found = queries.published(witness_policy())
    if found is None:
        return None
    return reconcile(actor, held_by(actor), Head(found[0].size, bytes(found[0].root)))
