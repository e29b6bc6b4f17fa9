# SPDX-License-Identifier: EUPL-1.2
"""The nodes of a letter's text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters with its marks; never empty, never a line end."""

    text: str
    bold: bool = False
    underline: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceToken:
    """The reference of a letter inside the text, in canonical ASCII form; always shown left to right."""

    value: str


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A new line inside a paragraph."""


Inline = Text | ReferenceToken | LineBreak


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; without runs it is an empty line."""

    runs: tuple[Inline, ...]


class ListStyle(StrEnum):
    """How an ordered list counts: in words (أولًا، ثانيًا) or in digits."""

    WORDS = "awwalan"
    DIGITS = "digits"


@dataclass(frozen=True, slots=True)
class ListItem:
    """One point of a list: paragraphs, and lists inside it."""

    blocks: tuple[Paragraph | OrderedList | BulletList, ...]


@dataclass(frozen=True, slots=True)
class OrderedList:
    """A counted list; it always begins at one."""

    style: ListStyle
    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class BulletList:
    """An uncounted list."""

    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    paragraphs: tuple[Paragraph, ...]
    header: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every row has the same number of cells."""

    rows: tuple[tuple[Cell, ...], ...]


Block = Paragraph | OrderedList | BulletList | Table


@dataclass(frozen=True, slots=True)
class Content:
    """The whole text of a letter."""

    blocks: tuple[Block, ...]


# The words that count a list, the first at index 0; past the last, digits take over.
ORDINALS_AR = (
    "أولًا", "ثانيًا", "ثالثًا", "رابعًا", "خامسًا", "سادسًا", "سابعًا", "ثامنًا", "تاسعًا", "عاشرًا",
    "حادي عشر", "ثاني عشر", "ثالث عشر", "رابع عشر", "خامس عشر", "سادس عشر", "سابع عشر", "ثامن عشر", "تاسع عشر", "عشرون",
)  # fmt: skip
ORDINALS_EN = (
    "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
    "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth",
    "Nineteenth", "Twentieth",
)  # fmt: skip


def ordinals(language: str) -> tuple[str, ...]:
    """Give the counting words of a language by its code; every code but "ar" gives English."""
    return ORDINALS_AR if language.startswith("ar") else ORDINALS_EN


def label(style: ListStyle, number: int, language: str) -> str:
    """Write the label of an ordered list's item, counted from 1, in ASCII digits where it is not a word."""
    words = ordinals(language)
    if style is ListStyle.WORDS and number <= len(words):
        return f"{words[number - 1]}:"
    return f"{number}-"


def paragraphs(content: Content) -> Iterator[Paragraph]:
    """Walk every paragraph of a text in reading order, also those inside lists and tables."""
    for block in content.blocks:
        yield from _paragraphs_of(block)


def _paragraphs_of(block: Block) -> Iterator[Paragraph]:
    match block:
        case Paragraph():
            yield block
        case Table(rows=rows):
            for row in rows:
                for cell in row:
                    yield from cell.paragraphs
        case OrderedList(items=items) | BulletList(items=items):
            for item in items:
                for inner in item.blocks:
                    yield from _paragraphs_of(inner)


def direction(paragraph: Paragraph, language: str) -> str:
    """Give a paragraph's base direction, "rtl" or "ltr".

    It is the letter's own, unless all its letters run the other way (an English quotation in an Arabic letter): a
    paragraph that mixes both never turns round because of its first word. References do not count.
    """
    usual = "rtl" if language.startswith("ar") else "ltr"
    strong = {unicodedata.bidirectional(c) for run in paragraph.runs if isinstance(run, Text) for c in run.text}
    has_rtl, has_ltr = bool(strong & {"R", "AL"}), "L" in strong
    if has_rtl == has_ltr:
        return usual
    return "rtl" if has_rtl else "ltr"
