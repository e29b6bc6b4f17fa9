# SPDX-License-Identifier: EUPL-1.2
"""From a line in the find box to what the index is asked: references, endings of references, words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from mukatabat.kernel.arabic import fold, stem, words
from mukatabat.kernel.find import Query, Serial, parse_query
from mukatabat.kernel.references import SERIAL_WIDTH

SHORTEST_WORD = 2
MOST_WORDS = 8
MOST_SERIALS = 8
MOST_COUNTERPARTS = 12
_ARTICLES = ("", "ال", "وال", "بال", "فال", "كال", "لل")
_LEXEME = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the index is asked: exact references, endings of references, and words with or without a counterpart.

    ``frequent`` says that words were typed, which may stand in very many letters, unlike a number.
    """

    exact: tuple[str, ...]
    endings: tuple[str, ...]
    texts: tuple[tuple[str, UUID | None], ...]
    frequent: bool

    def __bool__(self) -> bool:
        """Whether there is anything to ask for."""
        return bool(self.exact or self.endings or self.texts)

    def as_json(self) -> dict[str, Any]:
        """The object that ``search_letters`` reads."""
        texts = [{"words": text, "counterpart": str(body) if body else None} for text, body in self.texts]
        return {
            "exact": list(self.exact), "endings": list(self.endings), "texts": texts, "frequent": self.frequent,
        }  # fmt: skip


def ask(query: Query, bodies: Mapping[UUID, str]) -> Asked:
    """Translate an understood line; ``bodies`` gives the other bodies' names, both languages and the code in one text.

    A number matches the end of our and their references, whatever the book, also beside words. Words must all stand in
    the subject, or some of them in the counterpart's name and the others in the subject. Numbers may also be part of
    the subject.
    """
    endings = tuple(_ending(serial) for serial in query.serials[:MOST_SERIALS])
    exact = tuple(str(reference) for reference in query.references[:MOST_SERIALS])
    all_words = [word for word in query.all_words[:MOST_WORDS] if _worth(word)]
    named = bool(query.references) and not query.words
    texts = () if named or not all_words else tuple(_texts(all_words, bodies))
    return Asked(exact, endings, texts, frequent=bool(texts and query.words))


def _ending(serial: Serial) -> str:
    number = f"-{serial.serial:0{SERIAL_WIDTH}d}"
    return f"-{serial.year}{number}" if serial.year else number


def _worth(word: str) -> bool:
    return len(word) >= SHORTEST_WORD or word.isdecimal()


def _texts(typed: list[str], bodies: Mapping[UUID, str]) -> Iterable[tuple[str, UUID | None]]:
    yield tsquery(typed), None
    bare = {word: stem(word) for word in typed}
    covered = {body: [word for word in typed if _in_name(bare[word], _stems(name))] for body, name in bodies.items()}
    best = max((len(found) for found in covered.values()), default=0)
    chosen = [body for body, found in covered.items() if best and len(found) == best]
    for body in chosen[:MOST_COUNTERPARTS]:
        yield tsquery([word for word in typed if word not in covered[body]]), body


@lru_cache(maxsize=2048)
def _stems(name: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(name))


def _in_name(bare: str, name: Iterable[str]) -> bool:
    return any(part == bare or (len(bare) > SHORTEST_WORD and part.startswith(bare)) for part in name)


def tsquery(typed: Iterable[str]) -> str:
    """Write words as a ``tsquery`` in which each matches with or without article, and as a beginning from 3 letters.

    A number matches whole. The words are folded; a word's parts (3.5) must all stand. No word gives "".
    """
    return " & ".join(_lexemes(part) for word in typed for part in _LEXEME.findall(fold(word)))


def _lexemes(part: str) -> str:
    if part.isdecimal():
        return f"'{part}'"
    bare = stem(part)
    forms = dict.fromkeys([part, *(article + bare for article in _ARTICLES)])
    return "(" + " | ".join(f"'{form}'{':*' if len(form) > SHORTEST_WORD else ''}" for form in forms) + ")"


def understood(query: Query, text: str) -> str:
    """Say what was looked for: references, numbers with their year, and the words as they stand in ``text``.

    A folded word (المالیه for المالية) is how the index reads it, not what anybody typed.
    """
    numbers = [f"{one.serial}/{one.year}" if one.year else str(one.serial) for one in query.serials]
    typed = {folded: word for word in reversed(text.split()) for folded in words(word)}
    return "، ".join([*map(str, query.references), *numbers, *(typed.get(one, one) for one in query.words)])


def is_too_short(text: str) -> bool:
    """Tell whether a line holds nothing to look for: no number and no word of two letters."""
    query = parse_query(text)
    return not (query.references or query.serials or any(_worth(word) for word in query.all_words))
