# SPDX-License-Identifier: EUPL-1.2
"""The digits of a printed sheet, a setting of the body's letterhead, frozen when the letter is issued."""

from __future__ import annotations

from enum import StrEnum

from mukatabat.kernel.arabic import arabic_digits, latin_digits


class Digits(StrEnum):
    """Which digits a sheet prints for its own numbers and dates; references are always ASCII."""

    ARAB = "arab"
    LATN = "latn"

    def write(self, value: int | str) -> str:
        """Write a number, or a text with numbers, in these digits."""
        return arabic_digits(str(value)) if self is Digits.ARAB else latin_digits(str(value))
