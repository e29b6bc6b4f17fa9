# SPDX-License-Identifier: EUPL-1.2
"""How often a route answers one asker within a minute; every route states its limit beside its access decision.

These limits stop a flood, and are counted in the memory of each process: a process more is a limit's worth more, and no
request waits for a row. Guessing is another matter: log-ins, codes and passkeys are counted in the database, for all
processes together, before they are looked at (`throttle`); and tokens of linked systems by their own rate (`portal`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from mukatabat.access.errors import TooManyRequests
from mukatabat.kernel import clock

MINUTE = 60
MOST_ASKERS = 50_000
"""Askers that one minute's count remembers; a flood of addresses beyond them is the proxy's to stop."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many requests a minute: of one account, or where nobody is signed in of one network address.

    Of IPv6 a network of 64 bits is one address: every house gets as much, and a machine takes of it what it likes.
    """

    name: str
    per_minute: int


ADDRESS = Limit("address", 1200)
"""Pages before sign-in: a whole ministry may come from one address at eight in the morning."""
DOOR = Limit("door", 240)
"""What asks for a proof at the door."""
ACCOUNT = Limit("account", 6000)
"""Everything of a signed-in person: far beyond what hands do, and no more than a script may cost the others."""
TOKEN_RATE = Limit("token", 0)
"""An operation of the API: each token's own rate, counted in the database with its use."""


@dataclass
class _Counts:
    minute: int = 0
    askers: dict[tuple[str, str], int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, limit: Limit, asker: str) -> int:
        """Count one request and return how many this asker made in this minute."""
        minute = int(clock.now().timestamp()) // MINUTE
        with self.lock:
            if minute != self.minute or len(self.askers) >= MOST_ASKERS:
                self.minute, self.askers = minute, {}
            key = (limit.name, asker)
            self.askers[key] = self.askers.get(key, 0) + 1
            return self.askers[key]


_counts = _Counts()


def network_of(address: str) -> str:
    """The network by which an address is counted: its first 64 bits of IPv6, the address itself of anything else."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped is not None else str(ip_network((found.packed[:8] + bytes(8), 64)))
    return str(found)


def require_within(limit: Limit, request: HttpRequest, address: str) -> None:
    """Count a request; raises `TooManyRequests` beyond its limit. An installation may raise or drop all limits."""
    factor = settings.MUKATABAT_RATE_FACTOR
    if not factor or not limit.per_minute:
        return
    user = request.user
    asker = f"account {user.pk}" if user.is_authenticated else f"address {network_of(address)}"
    if _counts.take(limit, asker) > limit.per_minute * factor:
        raise TooManyRequests
