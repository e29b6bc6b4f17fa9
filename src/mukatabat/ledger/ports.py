# SPDX-License-Identifier: EUPL-1.2
"""The ledger's ways to the outside: who holds its key, and how a witness is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from mukatabat.ledger.protocol import AddCheckpoint, Answer
from mukatabat.ledger.rules import Held, LogKey
from mukatabat.tenancy.rules import Actor
from mukatabat_verify.log.policies import WitnessEntry


class LogKeys(Protocol):
    """Holds the private half of the log's key and signs with it; it never leaves the store.

    Both raise KeyUnavailable when the store cannot answer.
    """

    def generate(self, origin: str) -> LogKey:
        """Make the key of the log with this name."""
        ...

    def sign(self, key: LogKey, origin: str, data: bytes) -> bytes:
        """Sign with Ed25519."""
        ...


class Witnesses(Protocol):
    """Reaches witnesses."""

    def add(self, witness: WitnessEntry, request: AddCheckpoint) -> Answer:
        """Hand over a checkpoint; raises WitnessSilent when no answer comes that can be read."""
        ...


class EvidenceOfBody(Protocol):
    """Tells what a body holds that the log must show."""

    def __call__(self, actor: Actor) -> Iterator[Held]:
        """Give everything that the actor's body holds, each with the commitment computed anew from its bytes."""
        ...
