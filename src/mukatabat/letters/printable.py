# SPDX-License-Identifier: EUPL-1.2
"""Whether a letter can be printed as it is written, asked while its author can still change it."""

from __future__ import annotations

from mukatabat.letters.errors import BodyUnprintable, SubjectUnprintable
from mukatabat.press.content import Content, to_plain_text
from mukatabat.press.coverage import unprintable

MOST_NAMED = 10


def require_printable_subject(subject: str) -> None:
    """Raise `SubjectUnprintable` for a character of which no typeface of the letter has a sign."""
    if strange := unprintable(subject):
        raise SubjectUnprintable(characters=_named(strange))


def require_printable_body(content: Content) -> None:
    """Raise `BodyUnprintable` with the number of the first paragraph (from 1) that cannot be printed."""
    for number, block in enumerate(content.blocks, start=1):
        if strange := unprintable(to_plain_text(Content((block,)))):
            raise BodyUnprintable(characters=_named(strange), paragraph=number)


def _named(characters: tuple[str, ...]) -> str:
    return "، ".join(f"{one} (U+{ord(one):04X})" for one in characters[:MOST_NAMED])
