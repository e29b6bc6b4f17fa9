# SPDX-License-Identifier: EUPL-1.2
"""What people ask of the letters room, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mukatabat.exchange.rules import Role
from mukatabat.kernel.vocabulary import DataClass, Secrecy, Urgency
from mukatabat.letters.models import Addressee
from mukatabat.letters.rules import LetterKind
from mukatabat.press.content import Content
from mukatabat.work.rules import ReferralCommand


@dataclass(frozen=True, slots=True)
class AddresseeCommand:
    """A recipient: a body and its post, or (memo) a unit of the own body. Hidden copies stay off the original."""

    body_id: UUID
    role: Role = Role.ORIGINAL
    post_id: UUID | None = None
    unit_id: UUID | None = None
    visible: bool = True

    @classmethod
    def of(cls, saved: Addressee) -> AddresseeCommand:
        """The recipient as it was saved with its draft."""
        return cls(saved.recipient_id, Role(saved.role), saved.post_id, saved.unit_id, saved.visible)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCommand:
    """Everything that the form of a draft holds; a save replaces all of it. ``approvers`` and ``signer`` are posts."""

    kind: LetterKind = LetterKind.LETTER
    letter_type: str = "general"
    subject: str = ""
    content: Content
    secrecy: Secrecy = Secrecy.NORMAL
    data_class: DataClass = DataClass.RESTRICTED
    urgency: Urgency = Urgency.NORMAL
    general_number: str = ""
    answer_wanted_by: date | None = None
    addressees: tuple[AddresseeCommand, ...] = ()
    approvers: tuple[UUID, ...] = ()
    signer: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptCommand:
    """How a registry takes an arrival in: what it adds to what the sender said, and the first referral.

    ``despite`` is the letter that stands in the book under the same reference, when the clerk saw it and goes on.
    """

    letter_type: str = "general"
    general_number: str = ""
    referral: ReferralCommand | None = None
    despite: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCommand:
    """What a registry types from a letter on paper. ``answers`` is an own letter, ``more_scans`` its enclosures."""

    source_id: UUID
    their_reference: str = ""
    their_date: date | None = None
    subject: str = ""
    letter_type: str = "general"
    secrecy: Secrecy = Secrecy.NORMAL
    urgency: Urgency = Urgency.NORMAL
    attachments_listed: str = ""
    answers: UUID | None = None
    more_scans: tuple[UUID, ...] = ()
    referral: ReferralCommand | None = None
    despite: UUID | None = None
