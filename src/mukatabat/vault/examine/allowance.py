# SPDX-License-Identifier: EUPL-1.2
"""How much unpacking one file may cost, shared by the file and all that is packed inside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mukatabat.vault.errors import Bomb
from mukatabat.vault.rules import MIB

MAX_UNPACKED = 1024 * MIB
MAX_PART = 64 * MIB
MAX_PARTS = 10_000
MAX_DEPTH = 3
MAX_RATIO = 200
RATIO_FLOOR = 64 * MIB
"""Below this size a high ratio is harmless, and honest: an empty sheet packs a thousand to one."""

MAX_PAGES = 20_000


@dataclass(slots=True)
class _Ledger:
    unpacked: int = MAX_UNPACKED
    parts: int = MAX_PARTS


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the bytes and parts that a file may unpack to, at a depth of nesting.

    `examine_part` looks into something packed inside (bytes, name, allowance one level deeper).
    """

    examine_part: Callable[[bytes, str, Allowance], None]
    ledger: _Ledger
    depth: int = 0

    def spend(self, unpacked: int) -> None:
        """Count bytes that were unpacked; raises Bomb when they are too many in all."""
        self.ledger.unpacked -= unpacked
        if self.ledger.unpacked < 0:
            raise Bomb

    def enter_parts(self, count: int) -> None:
        """Count parts of a container; raises Bomb when they are too many in all."""
        self.ledger.parts -= count
        if self.ledger.parts < 0:
            raise Bomb

    def nested(self, data: bytes, name: str) -> None:
        """Examine something packed inside; raises Bomb when it is nested too deep."""
        if self.depth >= MAX_DEPTH:
            raise Bomb
        self.examine_part(data, name, replace(self, depth=self.depth + 1))


def fresh(examine_part: Callable[[bytes, str, Allowance], None]) -> Allowance:
    """Give the full allowance of one offered file."""
    return Allowance(examine_part, _Ledger())
