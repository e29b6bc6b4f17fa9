# SPDX-License-Identifier: EUPL-1.2
"""How the signed-in reader likes numbers written, for texts that are made outside of templates."""

from __future__ import annotations

from django.http import HttpRequest

from mukatabat.access.models import Digits
from mukatabat.kernel.digits import arabic_digits, latin_digits


def in_readers_digits(request: HttpRequest, value: object) -> str:
    """Write a number, or a text with numbers, in the digits that the account chose."""
    chosen = getattr(request.user, "digits", Digits.LATIN)
    return arabic_digits(str(value)) if chosen == Digits.ARABIC_INDIC else latin_digits(str(value))
