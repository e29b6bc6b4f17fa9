# SPDX-License-Identifier: EUPL-1.2
"""``letter.json``: what a parcel says of the letter inside. A closed form, checked on both sides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mukatabat.exchange.rules import ParcelKind, Role


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Closed):
    """A body, and the post or unit in it, named as on the day of issue."""

    body_id: UUID
    code: str
    ar: str
    en: str
    post_id: UUID | None = None
    unit_id: UUID | None = None
    office_ar: str = ""
    office_en: str = ""


class Recipient(Party):
    """An addressee or a copy-holder."""

    role: Role
    visible: bool = True


class DocumentPart(_Closed):
    """A file of the parcel: the signed letter itself or an attachment. ``digest`` is "sha256:<hex>"."""

    part: Literal["letter", "attachment"]
    digest: str
    size: int
    media_type: str
    name: str
    pages: int | None = None


class AnswerTo(_Closed):
    """The parcel that this letter answers, and its reference as printed."""

    parcel_id: UUID
    reference: str


class Manifest(_Closed):
    """One issued letter. Dates are Kuwait's; ``hijri`` is (year, month, day) as printed on the letter, ``code`` the
    short code under which anybody may check a print of it.
    """

    version: Literal[1] = 1
    parcel_id: UUID
    kind: ParcelKind
    letter_type: str
    reference: str
    code: str = ""
    issued_at: datetime
    issued_on: date
    hijri: tuple[int, int, int]
    subject: str
    secrecy: str
    data_class: str
    urgency: str
    sender: Party
    signer_ar: str
    signer_en: str
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    documents: tuple[DocumentPart, ...] = ()
    answers: AnswerTo | None = None
    answer_wanted_by: date | None = None

    def seen_by(self, body_id: UUID) -> Manifest:
        """The manifest as one recipient gets it: copy-holders that are hidden on the original stay hidden."""
        kept = tuple(one for one in self.recipients if one.visible or one.body_id == body_id)
        return self.model_copy(update={"recipients": kept})
