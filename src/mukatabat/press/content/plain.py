# SPDX-License-Identifier: EUPL-1.2
"""Plain text to and from a letter's text: what a plain text area holds, what search and the audit read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from mukatabat.kernel.arabic import latin_digits
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.references import Reference
from mukatabat.press.content.schema import SIZE_LIMIT, validate
from mukatabat.press.content.tree import (
    ORDINALS_AR,
    ORDINALS_EN,
    Block,
    BulletList,
    Content,
    Inline,
    LineBreak,
    ListItem,
    ListStyle,
    OrderedList,
    Paragraph,
    ReferenceToken,
    Table,
    Text,
    label,
)
from mukatabat.press.errors import ContentTooLarge

_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_REFERENCES = re.compile(r"(?<![A-Za-z0-9-])(?:TRN-)?[A-Z][A-Z0-9]{1,11}-[IOMCX]-[0-9]{4}-[0-9]{5,7}(?![A-Za-z0-9-])")
_BULLET = re.compile(r"[-–•]\s+(?P<rest>.*)")
_DIGITS = re.compile(r"(?P<number>[0-9٠-٩۰-۹]{1,3})\s*[-–.)]\s+(?P<rest>.*)")
_WORD = re.compile(r"(?P<word>[^\W\d_][^:/]{1,20}?)\s*[:/]\s*(?P<rest>.*)")

_HARAKAT = dict.fromkeys(range(0x064B, 0x0653))
_ALEFS = str.maketrans("أإآ", "ااا")


def _bare(word: str) -> str:
    # «أولاً», «أولًا» and «اولا» are one word to whoever types them.
    return word.translate(_HARAKAT).translate(_ALEFS).casefold()


_ORDINALS = {_bare(word): index for words in (ORDINALS_AR, ORDINALS_EN) for index, word in enumerate(words, start=1)}


def from_plain_text(text: str) -> Content:
    """Read a letter's text from plain text.

    An empty line ends a paragraph; a single line end stays one. Lines that count from one in words (أولًا:), in digits
    (1-) or that begin with a dash become a list, also with empty lines between; labels out of their order stay text,
    because a letter must not be renumbered. Digits or dashes right under a point in words lie inside it. A canonical
    reference becomes a reference. Raises what `validate` raises.
    """
    if len(text) > SIZE_LIMIT:
        raise ContentTooLarge(limit=SIZE_LIMIT // 1000)
    lines = _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ").split("\n")
    return validate({"type": "doc", "content": [_block(draft) for draft in _drafts(lines)]})


def to_plain_text(content: Content, language: str = "ar") -> str:
    """Write a letter's text as plain text, lists labelled in the words of the language, cells parted by tabs.

    Bold and underline are lost. Text that came from `from_plain_text` comes back from it unchanged.
    """
    return "\n\n".join(_block_text(block, language) for block in content.blocks)


def is_plain(content: Content) -> bool:
    """Whether plain text says all of a letter's text, so that it may be written in a plain text area."""
    try:
        return from_plain_text(to_plain_text(content)) == content
    except MukatabatError:
        return False


@dataclass
class _Item:
    """One point of a list, or a paragraph: its lines, and a list inside it."""

    lines: list[str]
    inner: _Draft | None = None


@dataclass
class _Draft:
    """A paragraph (style None) or a list ("bullet" or a ListStyle) while it is being gathered."""

    style: str | None
    items: list[_Item] = field(default_factory=list)

    def takes(self, style: str | None, number: int) -> bool:
        """Whether a line with this label is the list's next item; bullets have the number 0."""
        return style is not None and style == self.style and number in (0, len(self.items) + 1)

    def innermost(self) -> _Draft:
        """The list that a line without a label continues."""
        inner = self.items[-1].inner
        return inner or self


def _drafts(lines: list[str]) -> list[_Draft]:
    drafts: list[_Draft] = []
    fresh = True
    for line in (raw.strip() for raw in lines):
        if line:
            _gather(drafts, line, fresh)
        fresh = not line
    return drafts


def _gather(drafts: list[_Draft], line: str, fresh: bool) -> None:
    """Add one line to what was gathered; `fresh` says that it begins the text or follows an empty line."""
    style, number, rest = _label(line)
    current = drafts[-1] if drafts else None
    for candidate in (current.innermost(), current) if current else ():
        if candidate.takes(style, number):
            candidate.items.append(_Item([rest]))
            return
    if style and number in (0, 1):
        opened = _Draft(style, [_Item([rest])])
        # Digits or dashes right under «أولًا:» belong to that point.
        if current and not fresh and current.style == ListStyle.WORDS and not current.items[-1].inner:
            current.items[-1].inner = opened
        else:
            drafts.append(opened)
    elif current and not fresh:
        current.innermost().items[-1].lines.append(line)
    else:
        drafts.append(_Draft(None, [_Item([line])]))


def _label(line: str) -> tuple[str | None, int, str]:
    """Split a line into list style, number (0 for a bullet) and the rest; style None where it has no label."""
    if found := _BULLET.fullmatch(line):
        return "bullet", 0, found["rest"]
    if (found := _DIGITS.fullmatch(line)) and (number := int(latin_digits(found["number"]))):
        return ListStyle.DIGITS.value, number, found["rest"]
    if (found := _WORD.fullmatch(line)) and (number := _ORDINALS.get(_bare(found["word"]), 0)):
        return ListStyle.WORDS.value, number, found["rest"]
    return None, 0, line


def _block(draft: _Draft) -> dict[str, Any]:
    if draft.style is None:
        return _paragraph(draft.items[0].lines)
    items = [{"type": "list_item", "content": _item_blocks(item)} for item in draft.items]
    if draft.style == "bullet":
        return {"type": "bullet_list", "content": items}
    return {"type": "ordered_list", "attrs": {"style": draft.style}, "content": items}


def _item_blocks(item: _Item) -> list[dict[str, Any]]:
    return [_paragraph(item.lines)] + ([_block(item.inner)] if item.inner else [])


def _paragraph(lines: list[str]) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    for line in filter(None, lines):
        if content:
            content.append({"type": "hard_break"})
        content += _inlines(line)
    return {"type": "paragraph", "content": content}


def _inlines(line: str) -> list[dict[str, Any]]:
    inlines: list[dict[str, Any]] = []
    end = 0
    for found in _REFERENCES.finditer(line):
        if _is_canonical(found[0]):
            inlines += _text(line[end : found.start()])
            inlines.append({"type": "reference", "attrs": {"value": found[0]}})
            end = found.end()
    return inlines + _text(line[end:])


def _text(text: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}] if text else []


def _is_canonical(written: str) -> bool:
    try:
        return str(Reference.parse(written)) == written
    except MukatabatError:
        return False


def _block_text(block: Block, language: str) -> str:
    match block:
        case Paragraph(runs=runs):
            return "".join(_inline_text(run) for run in runs)
        case OrderedList(style=style, items=items):
            labels = [label(style, number, language) for number in range(1, len(items) + 1)]
            return _list_text(items, labels, language)
        case BulletList(items=items):
            return _list_text(items, ["-"] * len(items), language)
        case Table(rows=rows):
            return "\n".join("\t".join(_cell_text(cell.paragraphs) for cell in row) for row in rows)


def _list_text(items: tuple[ListItem, ...], labels: list[str], language: str) -> str:
    lines = []
    for mark, item in zip(labels, items, strict=True):
        inner = "\n".join(_block_text(block, language) for block in item.blocks)
        lines.append(f"{mark} {inner}".rstrip())
    return "\n".join(lines)


def _cell_text(cell: tuple[Paragraph, ...]) -> str:
    return " ".join(_block_text(paragraph, "ar").replace("\n", " ") for paragraph in cell)


def _inline_text(run: Inline) -> str:
    match run:
        case Text(text=text):
            return text
        case ReferenceToken(value=value):
            return value
        case LineBreak():
            return "\n"
