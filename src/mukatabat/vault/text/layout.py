# SPDX-License-Identifier: EUPL-1.2
"""Words out of glyphs and their places: what stands where on the page decides the order, not what the file claims.

Producers write Arabic in visual order, split and join words wrongly, and put the parts of a ligature the wrong way
round. Where a glyph stands cannot be wrong in that way, because readers look at it. Units are points, the origin is the
upper left corner of the page as it is shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mukatabat.vault.text.repair import repaired

# Gaps between two glyphs of one word, in parts of the type size. A letter that joins the next leaves none.
_GAP_AFTER_JOINING = 0.08
_GAP = 0.115
_NON_JOINING = frozenset("اأإآٱدذرزوؤةىءژڑ")
_SAME_PLACE = 0.01
_LAM = "ل"
_ARABIC = "arabic"
_FORWARD = "forward"  # written left to right: Latin letters and all digits
_MARK = "mark"
_SIGN = "sign"
_SPACE = "space"
_BRACKETS = {"(": ")", ")": "(", "[": "]", "]": "[", "{": "}", "}": "{"}
_INSIDE_FORWARD = frozenset("/.,:-–@_%+٫٬'&#")


class Glyph(NamedTuple):
    """One glyph's text and box; several characters in one glyph come as several glyphs of the same box."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


class Word(NamedTuple):
    """A word as a reader sees it, its spelling mended, and its box."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class _Token(NamedTuple):
    kind: str
    glyphs: list[Glyph]

    @property
    def middle(self) -> float:
        return (min(one.left for one in self.glyphs) + max(one.right for one in self.glyphs)) / 2


def words_of(line: Sequence[Glyph]) -> list[Word]:
    """Give the words of one line in reading order.

    1. Glyphs of one box are a ligature; one that ends in lam was turned and is turned back. 2. Marks join the letter
    beneath them. 3. A run of letters follows its direction on the page. 4. The runs follow one another in the
    direction of the line, numbers and Latin from left to right. 5. Gaps part words, whatever spaces the file has.
    """
    glyphs = _with_marks(_ligatures(line))  # 1, 2
    tokens = [_directed(token) for token in _tokens(glyphs)]  # 3
    if not tokens:
        return []
    backward = _reads_backward(tokens)
    ordered = _in_order(tokens, backward=backward)  # 4
    if backward:
        ordered = _with_brackets(ordered)
    top = min(one.top for one in glyphs)
    bottom = max(one.bottom for one in glyphs)
    return [_word(part, top, bottom) for part in _parted(ordered, backward=backward)]  # 5


def _ligatures(line: Sequence[Glyph]) -> list[Glyph]:
    merged: list[list[Glyph]] = []
    for glyph in line:
        if merged and not glyph.text.isspace() and _same_place(merged[-1][0], glyph):
            merged[-1].append(glyph)
        else:
            merged.append([glyph])
    return [group[0]._replace(text=_unturned("".join(one.text for one in group))) for group in merged]


def _same_place(one: Glyph, other: Glyph) -> bool:
    return (
        one.right - one.left > _SAME_PLACE
        and abs(one.left - other.left) < _SAME_PLACE
        and abs(one.right - other.right) < _SAME_PLACE
        and abs(one.top - other.top) < _SAME_PLACE
    )


def _unturned(text: str) -> str:
    """Turn «ال», «مل», «هلل» of one glyph back: every Arabic ligature with a lam begins with it."""
    return text[::-1] if len(text) > 1 and text.endswith(_LAM) and not text.startswith(_LAM) else text


def _with_marks(glyphs: list[Glyph]) -> list[Glyph]:
    marks = [one for one in glyphs if _kind(one) == _MARK]
    bases = [one for one in glyphs if _kind(one) != _MARK]
    letters = [place for place, one in enumerate(bases) if _kind(one) != _SPACE]
    if not letters:
        return []
    for mark in marks:
        middle = (mark.left + mark.right) / 2
        nearest = min(letters, key=lambda place: abs((bases[place].left + bases[place].right) / 2 - middle))
        bases[nearest] = bases[nearest]._replace(text=bases[nearest].text + mark.text)
    return bases


def _kind(glyph: Glyph) -> str:
    first = glyph.text[0]
    if first.isspace():
        return _SPACE
    if unicodedata.combining(first):
        return _MARK
    if first.isdigit():
        return _FORWARD
    if unicodedata.bidirectional(first) in {"AL", "R"}:
        return _ARABIC
    return _FORWARD if first.isalpha() else _SIGN


def _tokens(glyphs: Sequence[Glyph]) -> Iterator[_Token]:
    """Runs of one kind; signs stand alone, spaces and other lines part."""
    run: list[Glyph] = []
    kind = ""
    for glyph in glyphs:
        present = _kind(glyph)
        if run and (present != kind or present == _SIGN):
            yield _Token(kind, run)
            run = []
        kind = present
        if present != _SPACE:
            run.append(glyph)
    if run:
        yield _Token(kind, run)


def _directed(token: _Token) -> _Token:
    """A run in the order in which it is read: Arabic from the right, all else from the left."""
    middles = [one.left + one.right for one in token.glyphs]
    rising = sum(1 if after > before else -1 for before, after in pairwise(middles))
    wrong = rising > 0 if token.kind == _ARABIC else rising < 0
    return _Token(token.kind, token.glyphs[::-1]) if wrong else token


def _reads_backward(tokens: Sequence[_Token]) -> bool:
    arabic = sum(len(one.glyphs) for one in tokens if one.kind == _ARABIC)
    latin = sum(
        1 for one in tokens if one.kind == _FORWARD for glyph in one.glyphs if not glyph.text[0].isdigit()
    )  # fmt: skip
    return arabic >= latin and (arabic > 0 or any(_arabic_digits(one) for one in tokens))


def _arabic_digits(token: _Token) -> bool:
    return any("٠" <= one.text[0] <= "٩" for one in token.glyphs)


def _in_order(tokens: list[_Token], *, backward: bool) -> list[_Token]:
    """Order by place in the direction of the line; what is written left to right keeps its own order inside it."""
    ordered = sorted(tokens, key=lambda one: one.middle, reverse=backward)
    if not backward:
        return ordered
    result: list[_Token] = []
    group: list[_Token] = []
    for place, token in enumerate(ordered):
        after = ordered[place + 1] if place + 1 < len(ordered) else None
        follows = token.kind == _FORWARD and (not group or _continues(group[-1], token))
        if follows or (group and after is not None and _links(group[-1], token, after)):
            group.append(token)
        else:
            result += group[::-1]
            group = [token] if token.kind == _FORWARD else []
            if not group:
                result.append(token)
    return result + group[::-1]


def _with_brackets(tokens: list[_Token]) -> list[_Token]:
    """Brackets as they are typed: a file that names them by their looks closes before it opens."""
    signs = [token.glyphs[0].text for token in tokens if token.kind == _SIGN and token.glyphs[0].text in _BRACKETS]
    if not signs or signs[0] not in ")]}" or signs[-1] not in "([{":
        return tokens
    return [
        _Token(one.kind, [one.glyphs[0]._replace(text=_BRACKETS.get(one.glyphs[0].text, one.glyphs[0].text))])
        if one.kind == _SIGN
        else one
        for one in tokens
    ]


def _continues(before: _Token, token: _Token) -> bool:
    """Whether a run stands in one left-to-right group with the run to its right: touching it, or both Latin words."""
    if before.kind == _SIGN or _gap_backward(before, token) < _GAP:
        return True
    return before.glyphs[0].text[0].isalpha() and token.glyphs[-1].text[0].isalpha()


def _links(before: _Token, sign: _Token, after: _Token) -> bool:
    """Whether a sign holds two left-to-right runs together, as in 2018/1234 and name@host."""
    return (
        sign.kind == _SIGN
        and before.kind == after.kind == _FORWARD
        and sign.glyphs[0].text[0] in _INSIDE_FORWARD
        and _gap_backward(before, sign) < _GAP
        and _gap_backward(sign, after) < _GAP
    )


def _gap_backward(before: _Token, after: _Token) -> float:
    """The gap between a run and the one at its left, in parts of the type size."""
    right_edge = min(one.left for one in before.glyphs)
    left_edge = max(one.right for one in after.glyphs)
    return (right_edge - left_edge) / max(before.glyphs[0].size, 1.0)


def _parted(tokens: Sequence[_Token], *, backward: bool) -> Iterator[list[Glyph]]:
    word: list[Glyph] = []
    for token in tokens:
        for glyph in token.glyphs:
            if word and _apart(word[-1], glyph):
                yield word
                word = []
            word.append(glyph)
    if word:
        yield word


def _apart(one: Glyph, other: Glyph) -> bool:
    gap = max(one.left, other.left) - min(one.right, other.right)
    last = next((char for char in reversed(one.text) if not unicodedata.combining(char)), "")
    joins = _kind(one) == _kind(other) == _ARABIC and last not in _NON_JOINING
    return gap > max(one.size, 1.0) * (_GAP_AFTER_JOINING if joins else _GAP)


def _word(glyphs: Sequence[Glyph], top: float, bottom: float) -> Word:
    text = repaired("".join(one.text for one in glyphs))
    return Word(text, min(one.left for one in glyphs), top, max(one.right for one in glyphs), bottom)
