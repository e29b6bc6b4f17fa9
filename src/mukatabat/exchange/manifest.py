# SPDX-License-Identifier: EUPL-1.2
"""``letter.json``: what a parcel says of the letter inside. A closed form, checked on both sides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from mukatabat.exchange.rules import ParcelKind, Role
from mukatabat.kernel.vocabulary import DataClass, Secrecy, Urgency

# What a recipient keeps of it is bounded here: a longer text would be no refusal but a failure, tried over and over.
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
Short = Annotated[Line, StringConstraints(max_length=40)]
Office = Annotated[Line, StringConstraints(max_length=400)]
Subject = Annotated[Line, StringConstraints(max_length=500)]
HijriYear = Annotated[int, Field(ge=1, le=9999)]
HijriMonth = Annotated[int, Field(ge=1, le=12)]
HijriDay = Annotated[int, Field(ge=1, le=30)]
Number = Annotated[int, Field(ge=0, le=2**53 - 1)]


def _one_of(kind: type[Secrecy | DataClass | Urgency]) -> AfterValidator:
    """A value of a vocabulary, which stays the text that it is."""
    return AfterValidator(lambda value: str(kind(value).value))


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Party(_Closed):
    """A body, and the post or unit in it, named as on the day of issue."""

    body_id: UUID
    code: Short
    ar: Line
    en: Line
    post_id: UUID | None = None
    unit_id: UUID | None = None
    office_ar: Office = ""
    office_en: Office = ""


class Recipient(Party):
    """An addressee or a copy-holder."""

    role: Role
    visible: bool = True


class DocumentPart(_Closed):
    """A file of the parcel: the signed letter itself or an attachment. ``digest`` is "sha256:<hex>"."""

    part: Literal["letter", "attachment"]
    digest: Line
    size: Number
    media_type: Annotated[Line, StringConstraints(max_length=100)]
    name: Annotated[Line, StringConstraints(max_length=500)]
    pages: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class AnswerTo(_Closed):
    """The parcel that this letter answers, and its reference as printed."""

    parcel_id: UUID
    reference: Short


class Manifest(_Closed):
    """One issued letter. Dates are Kuwait's; ``hijri`` is (year, month, day) as printed on the letter, ``code`` the
    short code under which anybody may check a print of it.
    """

    version: Literal[1] = 1
    parcel_id: UUID
    kind: ParcelKind
    letter_type: Annotated[Line, StringConstraints(max_length=24)]
    reference: Short
    code: Short = ""
    issued_at: datetime
    issued_on: date
    hijri: tuple[HijriYear, HijriMonth, HijriDay]
    subject: Subject
    secrecy: Annotated[str, _one_of(Secrecy)]
    data_class: Annotated[str, _one_of(DataClass)]
    urgency: Annotated[str, _one_of(Urgency)]
    sender: Party
    signer_ar: Line
    signer_en: Line
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    documents: tuple[DocumentPart, ...] = ()
    answers: AnswerTo | None = None
    answer_wanted_by: date | None = None

    def seen_by(self, body_id: UUID) -> Manifest:
        """The manifest as one recipient gets it: copy-holders that are hidden on the original stay hidden."""
        kept = tuple(one for one in self.recipients if one.visible or one.body_id == body_id)
        return self.model_copy(update={"recipients": kept})
