# SPDX-License-Identifier: EUPL-1.2
"""Which addresses may carry a secret of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_encrypted(url: str) -> bool:
    """Tell whether an address is https; what is no address is not."""
    return _parts(url)[0] == "https"


def is_trusted(url: str) -> bool:
    """Tell whether an address is https, or http on this machine; what is no address is neither."""
    scheme, host = _parts(url)
    return scheme == "https" or (scheme == "http" and host in LOOPBACK)


def _parts(url: str) -> tuple[str, str]:
    """The scheme and the host; both empty where there is no host, or the address may come from outside and is none."""
    try:
        parts = urlsplit(url)
        return (parts.scheme, parts.hostname) if parts.hostname else ("", "")
    except ValueError:
        return "", ""
