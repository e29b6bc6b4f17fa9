# SPDX-License-Identifier: EUPL-1.2
"""How far a text layer can be believed: measured on its own words, because nobody is there to compare."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mukatabat.kernel.arabic import stem
from mukatabat.kernel.arabic import words as folded_words

ENOUGH_WORDS = 12
"""Below this many Arabic words the share of known ones says nothing."""

_LEAST_KNOWN = 0.12
_MOST_BROKEN = 0.05
_MOST_MIXED = 0.10
_YEAR = re.compile("(?:19|20|14|13)[0-9]{2}")
# The commonest words of official Arabic, folded and without the article. Running text holds about a third of them.
_KNOWN_TEXT = """
من في علي الي ان عن او لا ما هذا هذه ذلك التي الذي الذين قد كل بين بعد قبل عند مع كان كانت يكون لم لن اذا كما حيث غير
بها به فيها فيه منه منها عليه عليها اليه اليها له لها لهم ولا وان وقد كان هو هي هم ثم حتي دون منذ خلال لدي ضد نحو حول
اي بعض جميع كافه احد اول ثاني ثالث رقم لسنه سنه عام تاريخ ماده قانون مرسوم قرار لايحه حكم احكام محكمه دعوي طعن
استيناف تمييز داير دايره اداري اداريه جلسه قاضي مستشار وزير وزاره وكيل مدير اداره هييه دوله كويت مجلس وزراء موافقه
طلب كتاب كتابكم خطاب مذكره موضوع راي قانوني قانونيه عقد عقود شروط مده مبلغ دينار شركه جهه جهات حكوميه شان
بشان اشاره بالاشاره تحيه طيبه وبعد سيد محترم تفضلوا بقبول فايق احترام تقدير يرجي نفيدكم نرفق لكم صوره مرفق
وفقا بناء اطلاع علم لازم اجراء اجراءات فقره بند نص تنفيذ عمل عامه عام خاص خاصه اعلاه ادناه تم يتم صدر صادر صادره
مطعون طاعن مدعي مستانف حق حقوق اختصاص ميعاد قضت حكمت اقام اوراق وقايع سبب اسباب نظام نشر جريده رسميه موظف
"""
_KNOWN = frozenset(_KNOWN_TEXT.split())


class Layer(StrEnum):
    """What a text layer is worth."""

    GOOD = "good"  # may be searched and copied
    POOR = "poor"  # there is text, and it is not what the page shows
    NONE = "none"  # no text: a scan or a drawing


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts over the words of a page or document.

    `known` and `arabic` count Arabic words; `broken` those with replacement or private characters; `mixed` those in
    which letters of two scripts meet; `turned_years` and `years` numbers of four digits that are a year backwards, and
    forwards.
    """

    words: int
    arabic: int
    known: int
    broken: int
    mixed: int
    years: int
    turned_years: int

    @property
    def layer(self) -> Layer:
        """The verdict; numbers that run backwards condemn the whole layer, since one wrong number costs most."""
        if not self.words:
            return Layer.NONE
        strange = self.broken > self.words * _MOST_BROKEN or self.mixed > self.words * _MOST_MIXED
        unknown = self.arabic >= ENOUGH_WORDS and self.known < self.arabic * _LEAST_KNOWN
        turned = self.turned_years > self.years or self.turned_years > 1
        return Layer.POOR if strange or unknown or turned else Layer.GOOD


def assess(words: Iterable[str]) -> Quality:
    """Count over extracted words, as they were mended."""
    total = arabic = known = broken = mixed = years = turned = 0
    for word in words:
        scripts = _scripts(word)
        if not scripts and not any(one.isdigit() for one in word):
            continue
        total += 1
        broken += any(unicodedata.category(one) in {"Co", "Cn"} or one == "\ufffd" for one in word)
        mixed += len(scripts) > 1
        tokens = folded_words(word)
        if "ARABIC" in scripts:
            arabic += 1
            known += _any_known(tokens)
        for token in tokens:
            if len(token) == 4 and token.isdecimal():
                forward = bool(_YEAR.fullmatch(token))
                years += forward
                turned += not forward and bool(_YEAR.fullmatch(token[::-1]))
    return Quality(total, arabic, known, broken, mixed, years, turned)


def is_known(word: str) -> bool:
    """Whether a word is one of the commonest of official Arabic, whatever its spelling and its article."""
    return _any_known(folded_words(word))


def _any_known(tokens: Iterable[str]) -> bool:
    return any(one in _KNOWN or stem(one) in _KNOWN for one in tokens)


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(one, "?").partition(" ")[0] for one in word if one.isalpha()}
