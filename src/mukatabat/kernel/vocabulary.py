# SPDX-License-Identifier: EUPL-1.2
"""The closed lists of words that every room shares, each with its value in tables and its Arabic and English label."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy


def gettext_noop(message: str) -> str:
    """Mark a message for the translators' list and give it back; Django's own would read the settings on import."""
    return message


class Vocabulary(StrEnum):
    """A closed list; its members compare and store as their ASCII value.

    Each member carries `label_en` and `label_ar` for texts whose language is their own (a printed letter), and
    `label` for screens, which follows the reader's language.
    """

    label_en: str
    label_ar: str

    def __new__(cls, value: str, label_en: str = "", label_ar: str = "") -> Self:
        """Build a member from its stored value, its English label (the msgid) and its Arabic label.

        Looking a member up by its value alone, `Secrecy("secret")`, never comes here; the defaults only say so to
        type checkers.
        """
        member = str.__new__(cls, value)
        member._value_ = value
        member.label_en = label_en
        member.label_ar = label_ar
        return member

    @property
    def label(self) -> Promise:
        """The label, lazy, in the language of whoever reads it."""
        return gettext_lazy(self.label_en)

    @property
    def rank(self) -> int:
        """The place in the list, from 0; the lists with degrees run from the mildest to the strongest."""
        return list(type(self)).index(self)

    def label_in(self, language: str) -> str:
        """Give the label in a language by its code; every code that does not begin with "ar" gives English."""
        return self.label_ar if language.startswith("ar") else self.label_en

    @classmethod
    def choices(cls) -> list[tuple[str, Promise]]:
        """List (value, lazy label) pairs for fields and forms; pass the method itself as a field's `choices`."""
        return [(member.value, member.label) for member in cls]


class Realm(Vocabulary):
    """Live work or training; a property of body, register and key. Nothing crosses it."""

    LIVE = "live", gettext_noop("Live"), "فعلية"
    TRAINING = "training", gettext_noop("Training"), "تدريب"


class RegisterKind(Vocabulary):
    """The numbered books of a body; the value is the letter inside a reference."""

    INCOMING = "I", gettext_noop("Incoming"), "وارد"
    OUTGOING = "O", gettext_noop("Outgoing"), "صادر"
    MEMO = "M", gettext_noop("Internal memo"), "مذكرة داخلية"
    CIRCULAR = "C", gettext_noop("Circular"), "تعميم"
    CONFIDENTIAL = "X", gettext_noop("Confidential register"), "السجل السري"


class Secrecy(Vocabulary):
    """The mark of tradition on a letter (درجة السرية); it decides who may read it."""

    NORMAL = "normal", gettext_noop("Normal"), "عادي"
    CONFIDENTIAL = "confidential", gettext_noop("Confidential"), "سري"
    SECRET = "secret", gettext_noop("Secret"), "سري جدًا"
    TOP_SECRET = "top_secret", gettext_noop("Top secret"), "سري للغاية"

    @property
    def is_sealed(self) -> bool:
        """Whether the mark is سري or above: own register, named readers, and no subject in lists and notices."""
        return self is not Secrecy.NORMAL


class Urgency(Vocabulary):
    """How fast a letter wants its answer (الأهمية)."""

    NORMAL = "normal", gettext_noop("Normal"), "عادي"
    URGENT = "urgent", gettext_noop("Urgent"), "عاجل"
    VERY_URGENT = "very_urgent", gettext_noop("Very urgent"), "عاجل جدًا"
    IMMEDIATE = "immediate", gettext_noop("Immediate"), "فوري"


class DataClass(Vocabulary):
    """The class of cyber regulation (تصنيف البيانات), another axis than secrecy; it decides storage and hosting."""

    PUBLIC = "public", gettext_noop("Public"), "عامة"
    RESTRICTED = "restricted", gettext_noop("Restricted"), "مقيدة"
    SENSITIVE = "sensitive", gettext_noop("Sensitive"), "حساسة"
