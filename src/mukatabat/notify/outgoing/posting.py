# SPDX-License-Identifier: EUPL-1.2
"""The one way to call an address that somebody else chose: looked up once, checked, and called at what was checked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address

from mukatabat.notify.outgoing.addresses import Address, Policy, Target, permitted, target_of

SECONDS = 10.0
"""The time limit of a whole call, whatever the other side does."""

Resolver = Callable[[str, int], list[str]]


class NotPosted(Exception):
    """No answer came; ``reason`` is one of a few words for the log, never what the other side said."""

    def __init__(self, reason: str) -> None:
        """Keep the reason: "refused-address", "unknown-host", "not-encrypted" or "no-answer"."""
        super().__init__(reason)
        self.reason = reason


def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as this machine's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def post(url: str, body: bytes, headers: Mapping[str, str], *, policy: Policy, resolver: Resolver = looked_up) -> int:
    """Post JSON to an address and give the status of the answer; raises NotPosted.

    1. The address has the form of one that is called. 2. Its host is looked up once; if any of the answers is
    forbidden, nothing is called: a name that leads to two places is a trick or a mistake. 3. The connection goes to the
    checked address itself, so that a second look-up cannot lead elsewhere; certificate and Host header are the name's.
    4. A redirection is an answer like any other: it is not followed. The answer's body is not read. 5. The whole call
    ends within its time, however slowly the other side speaks.
    """
    target = target_of(url, policy)
    if target is None:  # 1
        raise NotPosted("refused-address")
    address = _checked(target, policy, resolver)  # 2
    connection = _Pinned(target, address)  # 3
    overdue = threading.Timer(SECONDS, connection.cut)
    overdue.daemon = True
    overdue.start()
    try:
        sent = {"Content-Type": "application/json", "User-Agent": "Mukatabat", "Connection": "close", **headers}
        connection.request("POST", target.path, body=body, headers=sent)
        status = connection.getresponse().status  # 4
    except ssl.SSLError:
        raise NotPosted("not-encrypted") from None
    except (OSError, HTTPException, ValueError):
        raise NotPosted("no-answer") from None
    finally:
        overdue.cancel()  # 5
        connection.close()
    if connection.is_cut:  # the end of a cut answer looks like the end of its headers
        raise NotPosted("no-answer")
    return status


def _checked(target: Target, policy: Policy, resolver: Resolver) -> Address:
    try:
        # A scope ("%eth0") would choose a link of this machine, and is none of an address.
        found = [ip_address(one) for one in resolver(target.host, target.port)]
    except (OSError, ValueError, UnicodeError):
        raise NotPosted("unknown-host") from None
    if not found:
        raise NotPosted("unknown-host")
    if not all(permitted(one, policy) for one in found):
        raise NotPosted("refused-address")
    return found[0]


class _Pinned(HTTPConnection):
    """A connection to one address, whatever its host's name leads to by now."""

    def __init__(self, target: Target, address: Address) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self.default_port = 443 if target.encrypted else 80
        self._target, self._address = target, address
        self._raw: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        """Reach the checked address; encrypted, with a certificate of the host's name."""
        self._raw = socket.create_connection((str(self._address), self._target.port), timeout=SECONDS)
        self.sock = self._raw
        if self._target.encrypted:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.sock = context.wrap_socket(self._raw, server_hostname=self._target.host)
            self._raw = self.sock

    def cut(self) -> None:
        """End the call from another thread."""
        self.is_cut = True
        if self._raw is not None:
            with suppress(OSError):
                self._raw.shutdown(socket.SHUT_RDWR)
