# SPDX-License-Identifier: EUPL-1.2
"""Dates in words, as they stand on paper: never hyphens, never a bare final number that a full stop could lengthen."""

from __future__ import annotations

from datetime import date, datetime

from mukatabat.kernel.calendar import HijriDate
from mukatabat.kernel.clock import KUWAIT
from mukatabat.kernel.days import GREGORIAN_MONTHS_AR, GREGORIAN_MONTHS_EN
from mukatabat.press.digits import Digits


def gregorian_text(day: date, language: str, digits: Digits, *, era: bool = True) -> str:
    """Write a Gregorian day: «٢١ سبتمبر ٢٠٢٦ م» or "21 September 2026"; `era` adds the «م»."""
    if language.startswith("ar"):
        ending = " م" if era else ""
        return digits.write(f"{day.day} {GREGORIAN_MONTHS_AR[day.month - 1]} {day.year}{ending}")
    return digits.write(f"{day.day} {GREGORIAN_MONTHS_EN[day.month - 1]} {day.year}")


def hijri_text(day: HijriDate, language: str, digits: Digits) -> str:
    """Write a Hijri day: «١٠ ربيع الآخر ١٤٤٨ هـ» or "10 Rabi al-Thani 1448 AH"."""
    if language.startswith("ar"):
        return digits.write(f"{day.day} {day.month_ar} {day.year} هـ")
    return digits.write(f"{day.day} {day.month_en} {day.year} AH")


def time_text(moment: datetime, digits: Digits) -> str:
    """Write the time of day in Kuwait, 24 hours: «١٢:٣١»; the moment is aware."""
    return digits.write(f"{moment.astimezone(KUWAIT):%H:%M}")


def moment_text(moment: datetime, language: str, digits: Digits) -> str:
    """Write day and time in Kuwait: «٢١ سبتمبر ٢٠٢٦، ١٢:٣١» or "21 September 2026, 12:31"; the moment is aware."""
    day = gregorian_text(moment.astimezone(KUWAIT).date(), language, digits, era=False)
    return f"{day}{'،' if language.startswith('ar') else ','} {time_text(moment, digits)}"
