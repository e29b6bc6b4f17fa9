# SPDX-License-Identifier: EUPL-1.2
"""The kinds of notification. Each names who it comes from and a reference, never the subject of a sealed letter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(StrEnum):
    """What happened."""

    ARRIVED = "arrived"
    REFERRED = "referred"
    FOR_REVIEW = "for-review"
    FOR_SIGNATURE = "for-signature"
    SENT_BACK = "sent-back"
    ISSUED = "issued"
    REGISTERED = "registered"
    RETURNED = "returned"
    REDIRECTED = "redirected"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    NUMBER_VOID = "number-void"


SENTENCES: dict[Kind, str | Promise] = {
    Kind.ARRIVED: _("A letter arrived from %(counterpart)s: %(reference)s"),
    Kind.REFERRED: _("%(counterpart)s referred to you: %(reference)s"),
    Kind.FOR_REVIEW: _("%(counterpart)s asks you to review a draft: %(reference)s"),
    Kind.FOR_SIGNATURE: _("A letter awaits your signature: %(reference)s"),
    Kind.SENT_BACK: _("%(counterpart)s sent your draft back: %(reference)s"),
    Kind.ISSUED: _("Your letter was issued: %(reference)s"),
    Kind.REGISTERED: _("%(counterpart)s registered your letter: %(reference)s"),
    Kind.RETURNED: _("%(counterpart)s returned your letter: %(reference)s"),
    Kind.REDIRECTED: _("%(counterpart)s redirected your letter: %(reference)s"),
    Kind.ANSWERED: _("%(counterpart)s answered your letter: %(reference)s"),
    Kind.WITHDRAWN: _("%(counterpart)s withdrew a letter: %(reference)s"),
    Kind.FAILED: _("Delivery to %(counterpart)s failed: %(reference)s"),
    Kind.NUMBER_VOID: _("A number became void: %(reference)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing to tell. ``counterpart`` is a body's or person's name in both languages."""

    kind: Kind
    object_kind: str
    object_id: UUID
    reference: str
    counterpart_ar: str = ""
    counterpart_en: str = ""
