# SPDX-License-Identifier: EUPL-1.2
"""The one clock. Everything that asks for the time asks here, so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

KUWAIT = ZoneInfo("Asia/Kuwait")


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        """Stand at an aware moment; a naive one is refused with ValueError, because its zone would be a guess."""
        if at.tzinfo is None:
            raise ValueError("a fixed clock needs an aware datetime")
        self.at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Move the clock by a span and return the new moment in UTC."""
        self.at += by
        return self.at


_fixed: ContextVar[FixedClock | None] = ContextVar("mukatabat_clock", default=None)


def now() -> datetime:
    """Tell the present moment as an aware datetime in UTC."""
    clock = _fixed.get()
    return datetime.now(UTC) if clock is None else clock.at


def today() -> date:
    """Tell the calendar day in Kuwait, which is the day that a letter or an entry carries."""
    return now().astimezone(KUWAIT).date()


@contextmanager
def fixed(at: datetime) -> Iterator[FixedClock]:
    """Hold the clock at a moment inside a block, for tests.

    Yields the clock, whose `advance` moves it on. Blocks nest; the former clock comes back at the end. The clock is
    held per context: a thread started inside the block sees the real time.
    """
    clock = FixedClock(at)
    token = _fixed.set(clock)
    try:
        yield clock
    finally:
        _fixed.reset(token)
