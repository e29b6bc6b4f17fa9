# SPDX-License-Identifier: EUPL-1.2
"""The domain of the directory: what holds on a day, whose mandate reaches a letter, how an office is addressed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from mukatabat.directory.vocabulary import (
    BodyKind,
    Channel,
    Honorific,
    LetterDigits,
    Level,
    MandateKind,
    PostRole,
    UnitKind,
)
from mukatabat.kernel.arabic import fold

__all__ = [
    "CHANGE_LIFE",
    "POWER_ROLES",
    "Absent",
    "Bar",
    "BodyKind",
    "BodyLabel",
    "ChangeFacts",
    "Channel",
    "Honorific",
    "LetterDigits",
    "Level",
    "MandateChoice",
    "MandateFacts",
    "MandateKind",
    "Obstacle",
    "PostRole",
    "Refusal",
    "UnitKind",
    "address",
    "bar_to_confirming",
    "choose_mandate",
    "effective",
    "match_strength",
]


def effective(valid_from: date, valid_to: date | None, on: date) -> bool:
    """Tell whether a period holds on a day; both its days belong to it, and no last day means that it goes on."""
    return valid_from <= on and (valid_to is None or on <= valid_to)


# -- bodies ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLabel:
    """A body as lists and letters show it."""

    id: UUID
    code: str
    realm: str
    ar: str
    en: str

    def name(self, language: str) -> str:
        """Give the name in a language by its code; every code that does not begin with "ar" gives English."""
        return self.ar if language.startswith("ar") else self.en


def kept_code(text: str) -> str:
    """A body's or unit's code as it is kept: in capitals, nothing around it."""
    return text.strip().upper()


def match_strength(body: BodyLabel, text: str) -> int:
    """Say how well a body answers what somebody typed: 0 not at all, 5 the very code.

    5 code, 4 code's beginning, 3 name's beginning, 2 every typed word begins a word of the name, 1 every typed word
    occurs in it. Arabic is compared in its folded form, so that hamza, ta marbuta and diacritics do not matter.
    """
    typed = fold(text).strip()
    if not typed:
        return 0
    code = body.code.lower()
    if typed == code:
        return 5
    if code.startswith(typed):
        return 4
    return max(_name_strength(fold(body.ar), typed), _name_strength(fold(body.en), typed))


def _name_strength(name: str, typed: str) -> int:
    if name.startswith(typed):
        return 3
    words = typed.split()
    # The article is part of the written word (الفتوى), and people leave it out when they search.
    begins = [part for word in name.split() for part in (word, word.removeprefix("ال"))]
    if all(any(part.startswith(word) for part in begins) for word in words):
        return 2
    return 1 if all(word in name for word in words) else 0


# -- forms of address ------------------------------------------------------------------------------------------------

# (before, after) by honorific and language; HANDBOOK §1.8.
_ADDRESS: dict[Honorific, dict[str, tuple[str, str]]] = {
    Honorific.SAMUWW: {"ar": ("سمو /", "الموقر"), "en": ("His Highness the", "")},
    Honorific.MAALI: {"ar": ("معالي /", "المحترم"), "en": ("His Excellency the", "")},
    Honorific.SAADA: {"ar": ("سعادة /", "المحترم"), "en": ("The Honourable the", "")},
    Honorific.FADILA: {"ar": ("فضيلة /", "المحترم"), "en": ("His Eminence the", "")},
    Honorific.SAYYID: {"ar": ("السيد /", "المحترم"), "en": ("The", "")},
}


def address(honorific: str, title: str, language: str) -> tuple[str, str]:
    """Return the two parts of an addressee's line: "معالي / وزير المالية" and "المحترم"; the second may be empty.

    `honorific` is the stored value of the post; the letter is addressed to the office, never to its holder's name.
    """
    before, after = _ADDRESS[Honorific(honorific)]["ar" if language.startswith("ar") else "en"]
    return f"{before} {title}", after


# -- mandates --------------------------------------------------------------------------------------------------------

# Whoever holds a post signs by it; the other instruments follow by how much of the post they carry.
_PREFERENCE = (MandateKind.POST, MandateKind.ACTING, MandateKind.STANDING_IN, MandateKind.DELEGATION)

_CAPACITY: dict[MandateKind, dict[str, str]] = {
    MandateKind.POST: {"ar": "{post}", "en": "{post}"},
    MandateKind.ACTING: {"ar": "{post} بالتكليف", "en": "Acting {post}"},
    MandateKind.STANDING_IN: {"ar": "{post} بالإنابة", "en": "Standing in for the {post}"},
    MandateKind.DELEGATION: {"ar": "عن {post} بالتفويض", "en": "For the {post}, by delegation"},
}

OPEN_ENDED = frozenset({MandateKind.POST})


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """One instrument as the choice reads it; `holder_ids` are those who hold its post on the day in question."""

    id: UUID
    person_id: UUID
    body_id: UUID
    post_id: UUID
    post_ar: str
    post_en: str
    kind: MandateKind
    instrument_number: str
    instrument_date: date
    valid_from: date
    valid_to: date | None = None
    letter_types: frozenset[str] = frozenset()
    highest_level: int = 1
    may_sign: bool = True
    may_refer: bool = False
    may_see_confidential: bool = False
    revoked_on: date | None = None
    holder_ids: frozenset[UUID] = frozenset()

    def reaches(self, recipient_level: int) -> bool:
        """Tell whether a recipient of a level (1 the highest) may be written to under this instrument."""
        return recipient_level >= self.highest_level

    def covers(self, letter_type: str) -> bool:
        """Tell whether the instrument names a type of letter, or leaves them all open."""
        return not self.letter_types or letter_type in self.letter_types

    def capacity(self, language: str) -> str:
        """Give the line above the signature: the post and by which instrument it is exercised."""
        arabic = language.startswith("ar")
        return _CAPACITY[self.kind]["ar" if arabic else "en"].format(post=self.post_ar if arabic else self.post_en)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """That a person is away until a last day, on the day in question."""

    person_id: UUID
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateChoice:
    """The instrument under which a letter is signed on a day."""

    mandate: MandateFacts
    on: date
    letter_type: str
    recipient_level: int

    def as_evidence(self) -> dict[str, Any]:
        """Give what the signature's evidence stores of the instrument: JSON values, dates in ISO form."""
        chosen = self.mandate
        return {
            "mandate": str(chosen.id),
            "kind": chosen.kind.value,
            "post": str(chosen.post_id),
            "post_ar": chosen.post_ar,
            "post_en": chosen.post_en,
            "instrument_number": chosen.instrument_number,
            "instrument_date": chosen.instrument_date.isoformat(),
            "valid_from": chosen.valid_from.isoformat(),
            "valid_to": chosen.valid_to.isoformat() if chosen.valid_to else None,
            "on": self.on.isoformat(),
            "letter_type": self.letter_type,
            "recipient_level": self.recipient_level,
        }


class Obstacle(StrEnum):
    """Why no instrument of a person reaches a letter; each value is the end of the machine code of its error."""

    NONE_HELD = "no-mandate"
    REVOKED = "mandate-revoked"
    EXPIRED = "mandate-expired"
    NOT_YET = "mandate-not-yet-valid"
    LETTER_TYPE = "mandate-letter-type"
    RECIPIENT = "mandate-recipient-level"
    HOLDER_PRESENT = "mandate-holder-present"
    POST_VACANT = "mandate-post-vacant"
    ON_LEAVE = "signer-on-leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The obstacle nearest to a signature, the instrument that it stands before, and the day that it speaks of."""

    obstacle: Obstacle
    instrument: str = ""
    post_ar: str = ""
    post_en: str = ""
    day: date | None = None


def choose_mandate(
    mandates: Iterable[MandateFacts],
    *,
    letter_type: str,
    recipient_level: int,
    on: date,
    absent: Collection[Absent] = (),
) -> MandateChoice | Refusal:
    """Choose the instrument by which one person signs a letter on a day, or say what stands in the way.

    `mandates` are all that the person ever had; `absent` names who is away on that day, the signer or the holder of a
    post. Leave moves the tray, never the signature (HANDBOOK §1.9): the absent signer cannot sign, a deputy without an
    instrument cannot either, and a standing-in reaches exactly as far as its post's holder is away.
    `errors.mandate_error` makes the error of a refusal.
    """
    signing = [mandate for mandate in mandates if mandate.may_sign]
    standing = [mandate for mandate in signing if mandate.revoked_on is None or mandate.revoked_on > on]
    if not standing:
        return _nothing_standing(signing)
    away = {leave.person_id: leave.until for leave in absent}
    in_force = sorted(
        (mandate for mandate in standing if effective(mandate.valid_from, mandate.valid_to, on)), key=_preferred
    )
    if not in_force:
        return _out_of_time(standing, on)
    best = in_force[0]
    if best.person_id in away:
        return Refusal(obstacle=Obstacle.ON_LEAVE, instrument=best.instrument_number, day=away[best.person_id])
    for mandate in in_force:
        if _obstacle(mandate, letter_type, recipient_level=recipient_level, away=away) is None:
            return MandateChoice(mandate=mandate, on=on, letter_type=letter_type, recipient_level=recipient_level)
    obstacle = _obstacle(best, letter_type, recipient_level=recipient_level, away=away) or Obstacle.NONE_HELD
    return Refusal(obstacle=obstacle, instrument=best.instrument_number, post_ar=best.post_ar, post_en=best.post_en)


def _preferred(mandate: MandateFacts) -> tuple[int, int, str]:
    # Among equals the newest instrument, then the id, so that two processes never choose differently.
    return _PREFERENCE.index(mandate.kind), -mandate.instrument_date.toordinal(), str(mandate.id)


def _nothing_standing(signing: list[MandateFacts]) -> Refusal:
    revoked = [(mandate.revoked_on, mandate) for mandate in signing if mandate.revoked_on is not None]
    if not revoked:
        return Refusal(obstacle=Obstacle.NONE_HELD)
    day, last = max(revoked, key=lambda pair: pair[0])
    return Refusal(obstacle=Obstacle.REVOKED, instrument=last.instrument_number, day=day)


def _out_of_time(standing: list[MandateFacts], on: date) -> Refusal:
    coming = [mandate for mandate in standing if mandate.valid_from > on]
    if coming:
        first = min(coming, key=lambda mandate: mandate.valid_from)
        return Refusal(obstacle=Obstacle.NOT_YET, instrument=first.instrument_number, day=first.valid_from)
    day, last = max(((mandate.valid_to or on, mandate) for mandate in standing), key=lambda pair: pair[0])
    return Refusal(obstacle=Obstacle.EXPIRED, instrument=last.instrument_number, day=day)


def _obstacle(
    mandate: MandateFacts, letter_type: str, *, recipient_level: int, away: Mapping[UUID, date]
) -> Obstacle | None:
    if not mandate.covers(letter_type):
        return Obstacle.LETTER_TYPE
    if not mandate.reaches(recipient_level):
        return Obstacle.RECIPIENT
    if mandate.kind is MandateKind.STANDING_IN:
        if not mandate.holder_ids:
            return Obstacle.POST_VACANT
        if not mandate.holder_ids <= away.keys():
            return Obstacle.HOLDER_PRESENT
    return None


# -- changes that need two persons -----------------------------------------------------------------------------------

POWER_ROLES = frozenset({PostRole.SIGNATORY, PostRole.ADMINISTRATOR, PostRole.OPERATOR, PostRole.AUDITOR})
"""Posts that give a strong capability (`access.rules.STRONG`): nobody fills one on their own word."""

CHANGE_LIFE = timedelta(days=7)
"""How long a proposed change waits for its second person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    """A proposed change as its rule reads it: who proposed it, who gains power if anybody, until when it waits."""

    proposed_by: UUID
    person_id: UUID | None
    expires_at: datetime
    decided: bool = False


class Bar(StrEnum):
    """Why a person may not confirm a change; each value is the end of the machine code of its error."""

    DECIDED = "change-decided"
    EXPIRED = "change-expired"
    OWN_PROPOSAL = "own-proposal"
    OWN_GAIN = "own-gain"


def bar_to_confirming(change: ChangeFacts, decider: UUID, now: datetime) -> Bar | None:
    """Say what keeps a person from confirming a change, or None: three different people stand behind every power.

    Whoever proposes cannot confirm, and whoever gains can do neither.
    """
    if change.decided:
        return Bar.DECIDED
    if now >= change.expires_at:
        return Bar.EXPIRED
    if decider == change.proposed_by:
        return Bar.OWN_PROPOSAL
    return Bar.OWN_GAIN if decider == change.person_id else None
