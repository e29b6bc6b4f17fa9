# SPDX-License-Identifier: EUPL-1.2
"""The reader's mark (علامة المطّلع): a picture without ground that is laid over every page that this reader is shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache

from mukatabat.kernel.clock import KUWAIT
from mukatabat.press.typesetter import paint

_DENSITY = 144.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderMark:
    """Who looks: name, number by which the person is known, body, and the minute (``at``, as it is written)."""

    name: str
    identity: str
    body: str
    at: str


def minute_text(moment: datetime) -> str:
    """A moment in Kuwait to the minute, in ASCII and in one order, so that no reader and no machine can turn it."""
    return moment.astimezone(KUWAIT).strftime("%Y-%m-%d %H:%M")


@lru_cache(maxsize=64)
def paint_reader_mark(mark: ReaderMark) -> bytes:
    """Paint the mark as PNG of 544 by 351 pixels; raises PrintingFailed."""
    return paint("watermark", asdict(mark), density=_DENSITY)
