# SPDX-License-Identifier: EUPL-1.2
"""Which addresses may carry a secret of ours."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_encrypted(url: str) -> bool:
    """Tell whether an address is https."""
    return urlsplit(url).scheme == "https"


def is_trusted(url: str) -> bool:
    """Tell whether an address is https, or http on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
