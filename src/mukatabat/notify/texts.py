# SPDX-License-Identifier: EUPL-1.2
"""What a message outside of the application says: little, and of anything confidential nothing but that it is there."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext, ngettext

from mukatabat.kernel.digits import BIDI_CONTROLS
from mukatabat.kernel.errors import isolated
from mukatabat.notify.models import Notification
from mukatabat.notify.rules import SENTENCES, Kind

LONGEST = 150
"""Characters of an inserted text; the letter itself has the rest."""
MOST_LINES = 50


def message_of(notices: Sequence[Notification], language: str, address: str) -> tuple[str, tuple[str, ...]]:
    """Subject and lines for one notice, or for several in a digest, in a language ("ar" or "en").

    A sealed letter, and one whose kind is not known, is told of by one sentence that names nothing: neither its number
    nor the body it comes from.
    """
    with translation.override(language):
        told = [_sentence(one) for one in notices[:MOST_LINES]]
        if len(notices) == 1:
            subject, lines = told[0], [*_about(notices[0])]
        else:
            count = len(notices)
            subject = ngettext("%(count)d notice awaits you", "%(count)d notices await you", count) % {"count": count}
            lines = [f"• {one}" for one in told]
        lines = [subject, *lines] if len(notices) == 1 else lines
        where = gettext("Open it in Mukatabat: %(address)s") % {"address": isolated(address)} if address else ""
        return subject, tuple(one for one in (*lines, where) if one)


def _sentence(notice: Notification) -> str:
    if notice.sealed:
        return gettext("A letter awaits you")
    arabic = translation.get_language() == "ar"
    said = {
        "counterpart": isolated(_line(notice.counterpart_ar if arabic else notice.counterpart_en)),
        "reference": isolated(_line(notice.reference)) if notice.reference else "—",
    }
    return gettext(SENTENCES[Kind(notice.kind)]) % said


def _about(notice: Notification) -> list[str]:
    if notice.sealed or not notice.subject:
        return []
    return [gettext("Subject: %(subject)s") % {"subject": isolated(_line(notice.subject))}]


def _line(text: str) -> str:
    """One line without controls of direction: whatever stands in a row, it opens and closes nothing in the message."""
    plain = "".join(one for one in text if one not in BIDI_CONTROLS)
    return " ".join(plain.split())[:LONGEST]
