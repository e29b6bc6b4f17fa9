# SPDX-License-Identifier: EUPL-1.2
"""The kinds of notification. Each names who it comes from and a reference, never the subject of a sealed letter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict
from uuid import UUID

from mukatabat.kernel.vocabulary import DataClass, Secrecy, gettext_noop


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
    HELD = "held"
    FOR_HANDOVER = "for-handover"
    NUMBER_VOID = "number-void"
    CERTIFICATE_ENDS = "certificate-ends"
    WEBHOOK_SUSPENDED = "webhook-off"
    SEAL_WITHDRAWN = "seal-withdrawn"
    SEAL_RESTORED = "seal-restored"


CERTIFICATE = "certificate"
"""The object of a notice that is about its reader's own certificate; no grant opens it, it is nobody else's."""
SEAL = "seal"
"""The object of a notice about a body's seal, which the directory shows to everybody; it bears the body's id."""


SENTENCES: dict[Kind, str] = {
    Kind.ARRIVED: gettext_noop("A letter arrived from %(counterpart)s: %(reference)s"),
    Kind.REFERRED: gettext_noop("%(counterpart)s referred to you: %(reference)s"),
    Kind.FOR_REVIEW: gettext_noop("%(counterpart)s asks you to review a draft: %(reference)s"),
    Kind.FOR_SIGNATURE: gettext_noop("A letter awaits your signature: %(reference)s"),
    Kind.SENT_BACK: gettext_noop("%(counterpart)s sent your draft back: %(reference)s"),
    Kind.ISSUED: gettext_noop("Your letter was issued: %(reference)s"),
    Kind.REGISTERED: gettext_noop("%(counterpart)s registered your letter: %(reference)s"),
    Kind.RETURNED: gettext_noop("%(counterpart)s returned your letter: %(reference)s"),
    Kind.REDIRECTED: gettext_noop("%(counterpart)s redirected your letter: %(reference)s"),
    Kind.ANSWERED: gettext_noop("%(counterpart)s answered your letter: %(reference)s"),
    Kind.WITHDRAWN: gettext_noop("%(counterpart)s withdrew a letter: %(reference)s"),
    Kind.FAILED: gettext_noop("Delivery to %(counterpart)s failed: %(reference)s"),
    Kind.HELD: gettext_noop("%(counterpart)s could not open your letter: %(reference)s"),
    Kind.FOR_HANDOVER: gettext_noop("A letter to %(counterpart)s waits for paper delivery: %(reference)s"),
    Kind.NUMBER_VOID: gettext_noop("A number became void: %(reference)s"),
    Kind.CERTIFICATE_ENDS: gettext_noop("Your signing certificate ends on %(reference)s. Ask for a new one now."),
    Kind.WEBHOOK_SUSPENDED: gettext_noop("A webhook was suspended after failures: %(reference)s"),
    Kind.SEAL_WITHDRAWN: gettext_noop(
        "The authority no longer vouches for the seal of %(counterpart)s since %(reference)s. "
        "Letters wait for a seal in force."
    ),
    Kind.SEAL_RESTORED: gettext_noop(
        "The authority vouches again for the seal of %(counterpart)s, which it suspended on %(reference)s."
    ),
}
"""What the bell says, as msgids; whoever shows one translates it for its reader and then fills it in."""


class Outside(TypedDict):
    """What of a letter may be told outside of the application."""

    sealed: bool
    subject: str


def outside(subject: str, secrecy: str, data_class: str) -> Outside:
    """What a message may say of a letter: its subject, unless it is of سري or above, or of sensitive data."""
    sealed = Secrecy(secrecy).is_sealed or DataClass(data_class) is DataClass.SENSITIVE
    return Outside(sealed=sealed, subject="" if sealed else subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing to tell. ``counterpart`` is a body's or person's name in both languages.

    ``sealed`` holds unless the caller knows that the letter is ordinary; only then the subject is told outside.
    """

    kind: Kind
    object_kind: str
    object_id: UUID
    reference: str
    counterpart_ar: str = ""
    counterpart_en: str = ""
    sealed: bool = True
    subject: str = ""
