# SPDX-License-Identifier: EUPL-1.2
"""Where a call may lead that is made to an address which somebody else chose (server-side request forgery). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST = 300
_URL = re.compile(r"https?://[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_HTTPS, _LEAST_FREE = 443, 1024
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_UNICAST = IPv6Network("2000::/3")
"""What of IPv6 is handed out to the public network at all (IANA, IPv6 address space)."""
_SERVICES = frozenset(map(ip_address, ("168.63.129.16", "169.254.169.254", "100.100.100.200", "fd00:ec2::254")))
"""Addresses at which providers of machines answer those machines with their secrets."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation permits beside the public network.

    ``networks`` are ranges that its operator named, such as the government's own; ``loopback`` is for trying out on one
    machine, and with it calls without encryption to that machine.
    """

    networks: Sequence[Network] = ()
    loopback: bool = False

    @classmethod
    def of(cls, networks: Sequence[str], *, loopback: bool) -> Policy:
        """Read the ranges as an operator writes them; raises ValueError for what is no range."""
        return cls(tuple(map(ip_network, networks)), loopback)


@dataclass(frozen=True, slots=True)
class Target:
    """An address to be called, taken apart; ``path`` has its query."""

    encrypted: bool
    host: str
    port: int
    path: str


def target_of(url: str, policy: Policy) -> Target | None:
    """Take an address apart; None for one that is not called.

    It is https, with a plain ASCII host, without a name and password and without a fragment, on the usual port or one
    that no service of the machine itself has. Without encryption only this machine is called, and only in development.
    """
    if len(url) > LONGEST or not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host, encrypted = (parts.hostname or "").rstrip("."), parts.scheme == "https"
    named = _HOST.fullmatch(host) or _is_ipv6(host)
    if not named or "@" in parts.netloc or parts.fragment or "\\" in url:
        return None
    if not encrypted and not (policy.loopback and _is_this_machine(host)):
        return None
    chosen = port if port is not None else (_HTTPS if encrypted else 80)
    if chosen < _LEAST_FREE and not (encrypted and chosen == _HTTPS):
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(encrypted, host, chosen, path)


def permitted(address: Address, policy: Policy) -> bool:
    """Whether a call may go to an address.

    1. An IPv6 address that stands for an IPv4 one is judged as that. 2. Nothing goes to addresses of providers'
    machines, to a link, to many or to nobody, whatever was named. 3. This machine only where the policy says so.
    4. Else the address is public, or in a range that the operator named.
    """
    plain = _unwrapped(address)  # 1
    if plain is None or plain in _SERVICES:  # 2
        return False
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain == IPv4Address("255.255.255.255"):
        return False
    if plain.is_loopback:  # 3
        return policy.loopback
    if any(plain in network for network in policy.networks if network.version == plain.version):  # 4
        return True
    return plain.is_global and not plain.is_reserved and (plain.version == 4 or plain in _UNICAST)


def _unwrapped(address: Address) -> Address | None:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64[0]:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    # Tunnels and local translation name a second address that a gateway would call for us.
    if address.sixtofour is not None or address.teredo is not None or address in _NAT64[1]:
        return None
    return address


def _is_ipv6(host: str) -> bool:
    try:
        return isinstance(ip_address(host), IPv6Address)
    except ValueError:
        return False


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
