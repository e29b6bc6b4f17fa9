# SPDX-License-Identifier: EUPL-1.2
"""A letter's text as HTML, for the screen. Everything that a person typed is escaped here, once."""

from __future__ import annotations

from html import escape

from mukatabat.press.content.tree import (
    Block,
    BulletList,
    Cell,
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
    direction,
    label,
)
from mukatabat.press.digits import Digits


def to_html(content: Content, language: str = "ar", *, digits: Digits = Digits.ARAB) -> str:
    """Write a letter's text as an HTML fragment: p, ol.words, ol, ul, table, b, u, br, and bdi.ref for references.

    The labels of lists are part of the text (span.label), because a copied letter must keep them; they are in the
    letter's digits. Text that a person typed keeps the digits that were typed. The result
    is safe to insert as it is; the caller marks it safe.
    """
    return "".join(_block(block, language, digits) for block in content.blocks)


def _block(block: Block, language: str, digits: Digits) -> str:
    match block:
        case Paragraph():
            return _paragraph(block, language)
        case OrderedList(style=style, items=items):
            kind = "words" if style is ListStyle.WORDS else "digits"
            labels = [digits.write(label(style, number, language)) for number in range(1, len(items) + 1)]
            return f'<ol class="{kind}" role="list">{_items(items, labels, language, digits)}</ol>'
        case BulletList(items=items):
            return f"<ul>{_items(items, [''] * len(items), language, digits)}</ul>"
        case Table(rows=rows):
            inner = ("".join(_cell(cell, language) for cell in row) for row in rows)
            return f"<table>{''.join(f'<tr>{cells}</tr>' for cells in inner)}</table>"


def _items(items: tuple[ListItem, ...], labels: list[str], language: str, digits: Digits) -> str:
    lines = []
    for text, item in zip(labels, items, strict=True):
        mark = f'<span class="label">{escape(text)}</span> ' if text else ""
        lines.append(f"<li>{mark}{''.join(_block(block, language, digits) for block in item.blocks)}</li>")
    return "".join(lines)


def _cell(cell: Cell, language: str) -> str:
    tag = "th" if cell.header else "td"
    return f"<{tag}>{''.join(_paragraph(paragraph, language) for paragraph in cell.paragraphs)}</{tag}>"


def _paragraph(paragraph: Paragraph, language: str) -> str:
    inner = "".join(_inline(run) for run in paragraph.runs) or "<br>"
    return f'<p dir="{direction(paragraph, language)}">{inner}</p>'


def _inline(run: Inline) -> str:
    match run:
        case Text(text=text, bold=bold, underline=underline):
            inner = escape(text)
            inner = f"<b>{inner}</b>" if bold else inner
            return f"<u>{inner}</u>" if underline else inner
        case ReferenceToken(value=value):
            return f'<bdi class="ref" dir="ltr">{escape(value)}</bdi>'
        case LineBreak():
            return "<br>"
