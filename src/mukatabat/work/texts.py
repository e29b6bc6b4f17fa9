# SPDX-License-Identifier: EUPL-1.2
"""The words for the measured steps and for lengths of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mukatabat.work.rules import Step

STEPS: dict[Step, str | Promise] = {
    Step.DRAFT_TO_SIGN: _("From draft to signature"),
    Step.DISPATCH_TO_RECEIPT: _("From dispatch to receipt"),
    Step.RECEIPT_TO_REGISTRATION: _("From receipt to registration"),
    Step.REGISTRATION_TO_REFERRAL: _("From registration to first referral"),
    Step.REFERRAL_TO_ACTION: _("From referral to action"),
    Step.RECEIPT_TO_REPLY: _("From receipt to reply"),
}

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def length(time: timedelta | None, write: Callable[[str], str] = str) -> str:
    """A length of time in seconds, minutes, hours (below two days) or days, one decimal place below ten.

    ``write`` puts the number into the reader's digits. None gives "".
    """
    if time is None:
        return ""
    seconds = time.total_seconds()
    if seconds < _MINUTE:
        return _sentence(seconds, "second", write)
    if seconds < _HOUR:
        return _sentence(seconds / _MINUTE, "minute", write)
    if seconds < 2 * _DAY:
        return _sentence(seconds / _HOUR, "hour", write)
    return _sentence(seconds / _DAY, "day", write)


def _sentence(amount: float, unit: str, write: Callable[[str], str]) -> str:
    shown = f"{amount:.1f}".removesuffix(".0") if amount < 10 else f"{amount:.0f}"
    # A fraction takes the form of a hundred: «4.5 ساعة».
    whole = int(shown) if shown.isdecimal() else 100
    patterns = {
        "second": ngettext("%(n)s second", "%(n)s seconds", whole),
        "minute": ngettext("%(n)s minute", "%(n)s minutes", whole),
        "hour": ngettext("%(n)s hour", "%(n)s hours", whole),
        "day": ngettext("%(n)s day", "%(n)s days", whole),
    }
    return patterns[unit] % {"n": write(shown)}
