# SPDX-License-Identifier: EUPL-1.2
"""The words and shapes that stand for codes on a screen (DESIGN §7), and the names of months, days and units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from mukatabat.kernel import calendar, days
from mukatabat.kernel.vocabulary import Urgency

URGENCY_ICONS = {
    Urgency.URGENT: "chevron-up",
    Urgency.VERY_URGENT: "chevrons-up",
    Urgency.IMMEDIATE: "chevrons-up-3",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How a status looks: shape, word, tone (ok, info, warn, danger, brass, or none)."""

    icon: str
    word: str | Promise
    tone: str = ""


STATUSES = {
    "draft": Shown("circle-dot-dashed", _("Draft")),
    "in_review": Shown("contrast", _("In review"), "info"),
    "in_approval": Shown("contrast", _("In approval"), "info"),
    "approved": Shown("circle-check", _("Approved"), "info"),
    "awaiting_signature": Shown("pen-line", _("Awaiting signature"), "brass"),
    "issuing": Shown("pen-line", _("Being signed"), "brass"),
    "signed": Shown("badge-check", _("Signed"), "brass"),
    "issued": Shown("badge-check", _("Issued"), "brass"),
    "dispatched": Shown("send", _("Dispatched"), "info"),
    "paper": Shown("printer", _("For paper delivery"), "info"),
    "handed": Shown("file-check", _("Handed over on paper"), "info"),
    "delivered": Shown("server", _("Delivered"), "info"),
    "registered": Shown("check-check", _("Registered by recipient"), "ok"),
    "opened": Shown("mail-open", _("Opened"), "ok"),
    "answered": Shown("reply", _("Answered"), "ok"),
    "returned": Shown("undo-2", _("Returned"), "warn"),
    "redirected": Shown("forward", _("Redirected"), "warn"),
    "failed": Shown("triangle-alert", _("Delivery failed"), "danger"),
    "held": Shown("shield-alert", _("Could not be opened"), "danger"),
    "withdrawn": Shown("circle-slash", _("Withdrawn")),
    "void": Shown("circle-slash", _("Void")),
    "reserved": Shown("circle-dot-dashed", _("Reserved")),
    "new": Shown("circle-dot", _("New arrival"), "info"),
    "entered": Shown("stamp", _("In the register")),
    "referred": Shown("forward", _("Referred")),
    "in_study": Shown("contrast", _("In study"), "info"),
    "done": Shown("check", _("Done"), "ok"),
    "filed": Shown("archive", _("Filed")),
    "sealed": Shown("lock", _("Sealed")),
}

STEPS = {
    "signed": _("Signed"),
    "paper": _("For delivery"),
    "handed": _("Handed over"),
    "dispatched": _("Dispatched"),
    "delivered": _("Delivered"),
    "registered": _("Registered"),
    "opened": _("Opened"),
    "answered": _("Answered"),
}

UNITS = {"B": _("bytes"), "KB": _("KB"), "MB": _("MB"), "GB": _("GB")}


def _arabic() -> bool:
    return (get_language() or "ar").startswith("ar")


def status(code: str) -> Shown:
    """Look a status up by its code; hyphens and capitals do not matter, an unknown code is its own word."""
    return STATUSES.get(code.lower().replace("-", "_"), Shown("circle-dot", code))


def step(code: str) -> str:
    """Say a step of the delivery chain in one word."""
    return str(STEPS.get(code, code))


def unit(code: str) -> str:
    """Say a unit of size."""
    return str(UNITS[code])


def weekday(day: date) -> str:
    """Name a day of the week."""
    return (calendar.WEEKDAYS_AR if _arabic() else calendar.WEEKDAYS_EN)[day.weekday()]


def gregorian_month(month: int) -> str:
    """Name a Gregorian month, 1 to 12, as Kuwait does (سبتمبر, not أيلول)."""
    return (days.GREGORIAN_MONTHS_AR if _arabic() else days.GREGORIAN_MONTHS_EN)[month - 1]


def hijri_month(value: object) -> str:
    """Name the month of a Hijri date."""
    return str(value.month_ar if _arabic() else value.month_en)  # type: ignore[attr-defined]


def sealed_subject() -> str:
    """Say what stands in place of a subject that this reader may not see."""
    return gettext("Sealed letter")


PLURAL_SAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
"""A number of each plural category of Unicode CLDR, as a script's Intl.PluralRules names it; Arabic has all six."""


def counted(code: str, number: int) -> str:
    """A counted sentence for a script, with the place %(n)s, in the form that a number takes."""
    return {
        "letters_ready": ngettext("%(n)s letter is ready", "%(n)s letters are ready", number),
        "items_selected": ngettext("%(n)s item selected", "%(n)s items selected", number),
    }[code]
