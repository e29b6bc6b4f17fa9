# SPDX-License-Identifier: EUPL-1.2
"""Digits in their three scripts, and the invisible marks that travel with them."""

from __future__ import annotations

ASCII_DIGITS = "0123456789"
ARABIC_INDIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"

_TO_LATIN = str.maketrans(ARABIC_INDIC_DIGITS + PERSIAN_DIGITS, ASCII_DIGITS * 2)
_TO_ARABIC = str.maketrans(ASCII_DIGITS + PERSIAN_DIGITS, ARABIC_INDIC_DIGITS * 2)

# UAX #9: embeddings, overrides and isolates, and the three implicit marks (LRM, RLM, ALM).
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
# Characters without width that glue or part letters, and the byte order mark that copying brings along.
ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")


def latin_digits(text: str) -> str:
    """Write every Arabic-Indic (٠–٩) and Persian (۰–۹) digit as ASCII; all else stays."""
    return text.translate(_TO_LATIN)


def arabic_digits(text: str) -> str:
    """Write every ASCII and Persian digit as Arabic-Indic (٠–٩); all else stays."""
    return text.translate(_TO_ARABIC)


def bidi_controls(text: str) -> list[str]:
    """List the bidi control characters of a text in their order, each as often as it occurs (UAX #9)."""
    return [character for character in text if character in BIDI_CONTROLS]
