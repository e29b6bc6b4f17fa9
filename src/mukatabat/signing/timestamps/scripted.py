# SPDX-License-Identifier: EUPL-1.2
"""Authorities that fail in a known way, to try what the product does then."""

from __future__ import annotations

import hashlib
import time

from mukatabat.signing.errors import TimeStampUnavailable
from mukatabat.signing.ports import TimeStampAuthority


class DeadTimeStampAuthority:
    """Never answers."""

    def stamp(self, digest: bytes) -> bytes:
        """Raise TimeStampUnavailable at once."""
        raise TimeStampUnavailable(detail="dead by script")


class SlowTimeStampAuthority:
    """Answers after a delay, or gives up at its own limit when that comes first."""

    def __init__(self, inner: TimeStampAuthority, *, delay: float, limit: float) -> None:
        """Take the authority that answers in the end, and the delay and the limit in seconds."""
        self.inner = inner
        self.delay = delay
        self.limit = limit

    def stamp(self, digest: bytes) -> bytes:
        """Wait, then answer; TimeStampUnavailable when the delay is beyond the limit."""
        time.sleep(min(self.delay, self.limit))
        if self.delay > self.limit:
            raise TimeStampUnavailable(detail="slow by script")
        return self.inner.stamp(digest)


class ForeignTimeStampAuthority:
    """Gives a true time-stamp, but of something else."""

    def __init__(self, inner: TimeStampAuthority) -> None:
        """Take the authority that makes the token."""
        self.inner = inner

    def stamp(self, digest: bytes) -> bytes:
        """Give a token for the digest of the digest."""
        return self.inner.stamp(hashlib.sha256(digest).digest())
