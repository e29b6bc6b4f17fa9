# SPDX-License-Identifier: EUPL-1.2
"""What belongs together across processes: the trace of a request, carried to its jobs (W3C Trace Context, level 1)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

HEADER = "traceparent"

_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace (32 hexadecimal digits), the part of it that runs here (16), and the flags of whoever began it (2)."""

    id: str
    span: str
    flags: str = "00"

    @property
    def header(self) -> str:
        """The value of the header ``traceparent`` with which others go on from here."""
        return f"00-{self.id}-{self.span}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("mukatabat_trace", default=None)


def current_trace() -> Trace | None:
    """The trace of what runs now, or None."""
    return _current.get()


def going_on(parent: str | None) -> Trace:
    """Go on with the trace of a header, or begin one where the header is absent or malformed."""
    given = parent or ""
    found = _FORM.fullmatch(given)
    if found is None or (given.startswith("00") and len(given) != len("00-") + 32 + 1 + 16 + len("-01")):
        return Trace(secrets.token_hex(16), secrets.token_hex(8))
    return Trace(found[1], secrets.token_hex(8), found[3])


@contextmanager
def traced(trace: Trace) -> Iterator[Trace]:
    """Let what runs inside the block belong to a trace."""
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
