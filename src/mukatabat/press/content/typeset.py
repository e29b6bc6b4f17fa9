# SPDX-License-Identifier: EUPL-1.2
"""A letter's text as data for the typesetter. It travels as JSON, never as source, so nothing in it can be markup."""

from __future__ import annotations

import re
from typing import Any

from mukatabat.press.content.tree import (
    Block,
    BulletList,
    Content,
    Inline,
    LineBreak,
    ListItem,
    OrderedList,
    Paragraph,
    ReferenceToken,
    Table,
    Text,
    direction,
    label,
)

# A word longer than a line would leave the paper; it may break after each of these many characters.
_ENDLESS = re.compile(r"\S{40}(?=\S{20})")
_BREAK_HERE = "\u200b"


def to_typst_data(content: Content, language: str = "ar") -> list[dict[str, Any]]:
    """Write a letter's text as the list of blocks that templates/content.typ reads.

    Labels of lists are computed here, in ASCII digits; the template writes them in the letter's digits. A paragraph
    that has letters of the other direction only (an English quotation in an Arabic letter) carries its own direction.
    """
    return [_block(block, language) for block in content.blocks]


def breakable(text: str) -> str:
    """Let an endless word break, by zero-width spaces, so that nothing of it leaves the paper."""
    return _ENDLESS.sub(lambda found: found[0] + _BREAK_HERE, text)


def _block(block: Block, language: str) -> dict[str, Any]:
    match block:
        case Paragraph():
            return _paragraph(block, language)
        case OrderedList(style=style, items=items):
            labels = [label(style, number, language) for number in range(1, len(items) + 1)]
            return {"kind": "ordered", "labels": labels, "items": [_item(item, language) for item in items]}
        case BulletList(items=items):
            return {"kind": "bullets", "items": [_item(item, language) for item in items]}
        case Table(rows=rows):
            return {
                "kind": "table",
                "columns": len(rows[0]),
                "heads": _head_rows(block),
                "rows": [[_cell(cell.paragraphs, cell.header, language) for cell in row] for row in rows],
            }


def _head_rows(table: Table) -> int:
    """Count the rows at the top that are headers through and through; they repeat on the next page."""
    count = 0
    for row in table.rows:
        if not all(cell.header for cell in row):
            break
        count += 1
    return count


def _cell(paragraphs: tuple[Paragraph, ...], header: bool, language: str) -> dict[str, Any]:
    return {"header": header, "blocks": [_paragraph(paragraph, language) for paragraph in paragraphs]}


def _item(item: ListItem, language: str) -> list[dict[str, Any]]:
    return [_block(block, language) for block in item.blocks]


def _paragraph(paragraph: Paragraph, language: str) -> dict[str, Any]:
    return {
        "kind": "paragraph",
        "dir": direction(paragraph, language),
        "runs": [_run(run) for run in paragraph.runs],
    }


def _run(run: Inline) -> dict[str, Any]:
    match run:
        case Text(text=text, bold=bold, underline=underline):
            return {"text": breakable(text), "bold": bold, "underline": underline}
        case ReferenceToken(value=value):
            return {"ref": value}
        case LineBreak():
            return {"break": True}
