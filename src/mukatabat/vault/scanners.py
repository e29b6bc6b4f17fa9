# SPDX-License-Identifier: EUPL-1.2
"""Malware scanners."""

from __future__ import annotations

from typing import BinaryIO

from mukatabat.vault.rules import Scan
from mukatabat.vault.vocabulary import ScanOutcome


class NotScanned:
    """The scanner of an installation that has none: it looks at nothing and says so."""

    def scan(self, file: BinaryIO) -> Scan:
        """Answer "not scanned"."""
        return Scan(ScanOutcome.NOT_SCANNED)
