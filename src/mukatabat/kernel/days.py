# SPDX-License-Identifier: EUPL-1.2
"""A Gregorian day in words, below the calendar, whose errors write days too."""

from __future__ import annotations

from datetime import date

# Indexed by month - 1.
GREGORIAN_MONTHS_AR = (
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
    "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
GREGORIAN_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def written(day: date, language: str) -> str:
    """Write a Gregorian day in words with ASCII digits: «22 نوفمبر 2026», “22 November 2026”.

    Screens name the era of neither day nor year; paper does (`press.dates`). Digits are turned by the caller.
    """
    months = GREGORIAN_MONTHS_AR if language.startswith("ar") else GREGORIAN_MONTHS_EN
    return f"{day.day} {months[day.month - 1]} {day.year}"
