# SPDX-License-Identifier: EUPL-1.2
"""Letters that a file names wrongly: the page shows an Arabic letter, the file calls it one of another script.

One producer names the first lam of an Arabic font after a letter of Devanagari, in every word and in no other place.
Such a name is a cipher of one letter, and official text solves it: the right letter makes words of what were none.
Digits are never looked at, and never changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mukatabat.vault.text.layout import Word
from mukatabat.vault.text.quality import is_known

LEAST_KNOWN = 4
"""So many different words must be made by a letter before it is believed."""

CLEARLY = 3
"""How many times as many as the next best letter makes."""

_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ"
_FIRST_FOREIGN = 0x250
"""Latin letters before it stand beside Arabic ones in good faith, as in «بندA»."""

Lines = tuple[tuple[Word, ...], ...]


def renamed(lines: Lines) -> Lines:
    """Give the words of a page, its wrongly named letters named rightly where that is certain, else as they are."""
    texts = {word.text for line in lines for word in line}
    names = {strange: letter for strange in _strangers(texts) if (letter := _solved(strange, texts))}
    if not names:
        return lines
    return tuple(tuple(word._replace(text=_named(word.text, names)) for word in line) for line in lines)


def _strangers(texts: Iterable[str]) -> set[str]:
    """Letters of another script that stand in Arabic words and nowhere else: a text in that script is left alone."""
    inside: set[str] = set()
    outside: set[str] = set()
    for text in texts:
        foreign = {one for one in text if ord(one) >= _FIRST_FOREIGN and one.isalpha() and not _is_arabic(one)}
        (inside if any(map(_is_arabic, text)) else outside).update(foreign)
    return inside - outside


def _is_arabic(char: str) -> bool:
    return unicodedata.bidirectional(char) == "AL"


def _solved(strange: str, texts: Iterable[str]) -> str:
    """The Arabic letter that makes known words of what holds the stranger, clearly more than any other, or nothing."""
    holding = [text for text in texts if strange in text]
    made = sorted((sum(is_known(_named(text, {strange: one})) for text in holding), one) for one in _LETTERS)
    (second, _), (most, letter) = made[-2:]
    return letter if most >= LEAST_KNOWN and most >= CLEARLY * second else ""


def _named(text: str, names: dict[str, str]) -> str:
    """A word with the right letters; one that the file drew twice, the stranger and itself, is written once."""
    said = text
    for strange, letter in names.items():
        once = said.replace(strange + letter, letter)
        said = said.replace(strange, letter)
        if once.count(letter) < said.count(letter) and is_known(once.replace(strange, letter)) and not is_known(said):
            said = once.replace(strange, letter)
    return said
