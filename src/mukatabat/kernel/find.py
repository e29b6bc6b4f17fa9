# SPDX-License-Identifier: EUPL-1.2
"""What a person means by the words and numbers typed into the find box."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mukatabat.kernel.arabic import fold, words
from mukatabat.kernel.references import (
    FIRST_YEAR,
    LAST_SERIAL,
    LAST_YEAR,
    Reference,
    UnreadableReference,
    find_references,
    normal_dashes,
)

LONGEST_QUERY = 300

# «4127 لسنة 2026», «رقم (4127) لعام 2026», «1090، 1093 لسنة 2015»; the text is folded, so ة is ه. Each character
# between two numbers fits one place of the pattern only, so that a long list cannot make the match slow.
_OF_YEAR = re.compile(
    r"(?P<serials>(?<![0-9])[0-9]{1,7}(?:[ )]*[،,و][،,و (]*[0-9]{1,7})*)"
    r"[ )]*(?:لسنه|لعام|سنه|عام|of|for) ?(?P<year>[0-9]{4})(?![0-9])"
)
_CHAIN = re.compile(r"[0-9]+(?: ?[/-] ?[0-9]+)+")
_LABELS = frozenset({"رقم", "no", "number"})


class Serial(NamedTuple):
    """A register's number, with its year where the person gave one."""

    serial: int
    year: int | None


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for.

    `references` are exact; `serials` are numbers of any register; `words` are the folded words that remain;
    `all_words` are the folded words and numbers of the whole query, for subjects in which the number itself stands.
    """

    serials: tuple[Serial, ...] = ()
    references: tuple[Reference, ...] = ()
    words: tuple[str, ...] = ()
    all_words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.references or self.all_words)


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and FIRST_YEAR <= int(digits) <= LAST_YEAR


def _serial(digits: str, year: str | None = None) -> list[Serial]:
    number = int(digits)
    return [Serial(number, int(year) if year else None)] if 1 <= number <= LAST_SERIAL else []


def _of_chain(chain: str) -> list[Serial]:
    parts = re.findall("[0-9]+", chain)
    if len(parts) != 2:
        return []  # 22/11/2026 is a day, and longer chains are other people's references: they stay words
    first, second = parts
    readings = [pair for pair in ((first, second), (second, first)) if _is_year(pair[1])]
    if readings:
        return [serial for number, year in readings for serial in _serial(number, year)]
    return _serial(first) + _serial(second)


def _take_years(text: str) -> tuple[list[Serial], str]:
    found: list[Serial] = []

    def take(match: re.Match[str]) -> str:
        if not _is_year(match["year"]):
            return match[0]
        for digits in re.findall("[0-9]+", match["serials"]):
            found.extend(_serial(digits, match["year"]))
        return " "

    return found, _OF_YEAR.sub(take, text)


def _take_chains(text: str) -> tuple[list[Serial], list[str], str]:
    found: list[Serial] = []
    kept: list[str] = []

    def take(match: re.Match[str]) -> str:
        serials = _of_chain(match[0])
        found.extend(serials)
        kept.extend([] if serials else words(match[0]))
        return " "

    rest = _CHAIN.sub(take, text)
    return found, kept, rest


def _take_numbers(tokens: list[str]) -> tuple[list[Serial], list[str]]:
    found: list[Serial] = []
    kept: list[str] = []
    for token in tokens:
        serials = _serial(token) if token.isdecimal() and len(token) <= len(str(LAST_SERIAL)) else []
        found.extend(serials)
        if not serials:
            kept.append(token)
    return found, kept


def parse_query(text: str) -> Query:
    """Read a line typed into the find box.

    Recognises full references, «04127» in any digits, «4127/2026» and «2026/4127» (both readings when both numbers
    could be the year), «4127 لسنة 2026» and lists before لسنة; the rest becomes folded words. Never fails: what
    cannot be read as a number is a word. Only the first 300 characters count. Order is kept, repeats are dropped.
    """
    text = text[:LONGEST_QUERY]
    try:
        return Query(references=(Reference.parse(text),), all_words=tuple(words(text)))
    except UnreadableReference:
        pass
    references, rest = find_references(text)
    by_year, rest = _take_years(fold(normal_dashes(rest)))
    by_chain, chain_words, rest = _take_chains(rest)
    bare, rest_words = _take_numbers(words(rest))
    serials = by_year + by_chain + bare
    named = [word for word in chain_words + rest_words if not (serials and word in _LABELS)]
    return Query(
        serials=tuple(dict.fromkeys(serials)),
        references=tuple(dict.fromkeys(references)),
        words=tuple(dict.fromkeys(named)),
        all_words=tuple(dict.fromkeys(words(text))),
    )
