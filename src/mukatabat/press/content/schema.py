# SPDX-License-Identifier: EUPL-1.2
"""The closed JSON schema of a letter's text, in the shape of a ProseMirror document.

    doc          block*
    block        paragraph | ordered_list | bullet_list | table
    paragraph    inline*
    inline       text (marks: bold, underline) | reference (attrs: value) | hard_break
    ordered_list list_item+ (attrs: style, "awwalan" or "digits")
    bullet_list  list_item+
    list_item    paragraph, then paragraph | ordered_list | bullet_list
    table        table_row+, of equal length
    table_row    (table_header | table_cell)+
    table_header, table_cell   paragraph+

What is not written here is refused: no unknown key, type, mark or attribute passes.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from mukatabat.kernel.arabic import bidi_controls
from mukatabat.kernel.errors import MukatabatError
from mukatabat.kernel.references import Reference
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
)
from mukatabat.press.errors import ContentTooDeep, ContentTooLarge, ForbiddenCharacter, InvalidContent

SIZE_LIMIT = 200_000
DEPTH_LIMIT = 8
COLUMN_LIMIT = 12

_BLOCKS = ("paragraph", "ordered_list", "bullet_list", "table")
_ITEM_BLOCKS = ("paragraph", "ordered_list", "bullet_list")
_INLINES = ("text", "reference", "hard_break")
_CELLS = ("table_cell", "table_header")
_MARKS = ("bold", "underline")

Node = Mapping[str, Any]
T = TypeVar("T")


def validate(source: str | bytes | Mapping[str, Any]) -> Content:
    """Read a letter's text from JSON, as text or already parsed, and refuse whatever the schema does not name.

    Raises ContentTooLarge past SIZE_LIMIT bytes of JSON, ContentTooDeep past DEPTH_LIMIT nodes below the document,
    ForbiddenCharacter for control and bidi control characters, InvalidContent for everything else, each with the
    JSON pointer of the place. The size is checked before anything is parsed.
    """
    root = _parsed(_sized(source))
    node = _node(root, "", ("doc",), {"content"})
    return Content(tuple(_children(node, "", 1, _BLOCKS, read=_block)))


def to_json(content: Content) -> dict[str, Any]:
    """Write a letter's text in the shape that `validate` reads; `validate(to_json(content)) == content`."""
    return {"type": "doc", "content": [_block_json(block) for block in content.blocks]}


def _sized(source: str | bytes | Mapping[str, Any]) -> bytes:
    try:
        if isinstance(source, Mapping):
            source = json.dumps(source, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = source.encode() if isinstance(source, str) else source
    except RecursionError:
        raise ContentTooDeep(limit=DEPTH_LIMIT) from None
    except (TypeError, ValueError):
        _refuse("", "not JSON")
    if len(data) > SIZE_LIMIT:
        raise ContentTooLarge(limit=SIZE_LIMIT // 1000)
    return data


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data.decode())
    except RecursionError:
        raise ContentTooDeep(limit=DEPTH_LIMIT) from None
    except ValueError:
        _refuse("", "not JSON")


def _refuse(path: str, reason: str) -> NoReturn:
    raise InvalidContent(path=path or "/", reason=reason)


def _node(value: Any, path: str, types: Sequence[str], keys: set[str]) -> Node:
    """Check that a value is a node of one of the types and carries no key beyond its type and the given ones."""
    if not isinstance(value, dict):
        _refuse(path, "a node is missing")
    if value.get("type") not in types:
        _refuse(f"{path}/type", f"one of {', '.join(types)} is expected")
    for key in value:
        if key != "type" and key not in keys:
            _refuse(f"{path}/{key}"[:200], "this key is not known")
    return value


def _children(
    node: Node, path: str, depth: int, types: Sequence[str], *, read: Callable[[Node, str, int], T], least: int = 0
) -> list[T]:
    """Read the nodes below a node, each by `read`, at a depth counted from the document's own children as 1."""
    values = node.get("content", [])
    if not isinstance(values, list):
        _refuse(f"{path}/content", "a list of nodes is expected")
    if len(values) < least:
        _refuse(f"{path}/content", "at least one node is expected")
    if values and depth > DEPTH_LIMIT:
        raise ContentTooDeep(limit=DEPTH_LIMIT)
    children = []
    for index, value in enumerate(values):
        place = f"{path}/content/{index}"
        children.append(read(_node(value, place, types, {"content", "attrs", "text", "marks"}), place, depth))
    return children


def _only(node: Node, path: str, keys: set[str]) -> None:
    _node(node, path, (node["type"],), keys)


def _block(node: Node, path: str, depth: int) -> Block:
    match node["type"]:
        case "paragraph":
            return _paragraph(node, path, depth)
        case "table":
            return _table(node, path, depth)
        case _:
            return _list(node, path, depth)


def _paragraph(node: Node, path: str, depth: int) -> Paragraph:
    _only(node, path, {"content"})
    return Paragraph(tuple(_children(node, path, depth + 1, _INLINES, read=_inline)))


def _list(node: Node, path: str, depth: int) -> OrderedList | BulletList:
    ordered = node["type"] == "ordered_list"
    _only(node, path, {"content", "attrs"} if ordered else {"content"})
    items = tuple(_children(node, path, depth + 1, ("list_item",), read=_item, least=1))
    if not ordered:
        return BulletList(items)
    style = _attribute(node, path, "style")
    if style not in list(ListStyle):
        _refuse(f"{path}/attrs/style", f"one of {', '.join(ListStyle)} is expected")
    return OrderedList(ListStyle(style), items)


def _item(node: Node, path: str, depth: int) -> ListItem:
    _only(node, path, {"content"})
    blocks = _children(node, path, depth + 1, _ITEM_BLOCKS, read=_item_block, least=1)
    if not isinstance(blocks[0], Paragraph):
        _refuse(f"{path}/content/0", "a list item begins with a paragraph")
    return ListItem(tuple(blocks))


def _item_block(node: Node, path: str, depth: int) -> Paragraph | OrderedList | BulletList:
    return _paragraph(node, path, depth) if node["type"] == "paragraph" else _list(node, path, depth)


def _table(node: Node, path: str, depth: int) -> Table:
    _only(node, path, {"content"})
    rows = _children(node, path, depth + 1, ("table_row",), read=_row, least=1)
    if len({len(row) for row in rows}) != 1:
        _refuse(path, "the rows of a table have the same number of cells")
    if len(rows[0]) > COLUMN_LIMIT:
        _refuse(path, f"a table has at most {COLUMN_LIMIT} columns")
    return Table(tuple(rows))


def _row(node: Node, path: str, depth: int) -> tuple[Cell, ...]:
    _only(node, path, {"content"})
    return tuple(_children(node, path, depth + 1, _CELLS, read=_cell, least=1))


def _cell(node: Node, path: str, depth: int) -> Cell:
    _only(node, path, {"content"})
    inner = _children(node, path, depth + 1, ("paragraph",), read=_paragraph, least=1)
    return Cell(tuple(inner), header=node["type"] == "table_header")


def _inline(node: Node, path: str, depth: int) -> Inline:
    match node["type"]:
        case "text":
            _only(node, path, {"text", "marks"})
            marks = _marks(node, path)
            text = _characters(node.get("text"), f"{path}/text")
            return Text(text, bold="bold" in marks, underline="underline" in marks)
        case "reference":
            _only(node, path, {"attrs"})
            return _reference(node, path)
        case _:
            _only(node, path, set())
            return LineBreak()


def _marks(node: Node, path: str) -> set[str]:
    marks = node.get("marks", [])
    if not isinstance(marks, list):
        _refuse(f"{path}/marks", "a list of marks is expected")
    found = {_node(mark, f"{path}/marks/{index}", _MARKS, set())["type"] for index, mark in enumerate(marks)}
    if len(found) != len(marks):
        _refuse(f"{path}/marks", "a mark stands twice")
    return found


def _attribute(node: Node, path: str, name: str) -> str:
    attributes = node.get("attrs")
    if not isinstance(attributes, dict) or set(attributes) != {name} or not isinstance(attributes[name], str):
        _refuse(f"{path}/attrs", f"the attribute {name} alone is expected")
    value: str = attributes[name]
    return value


def _reference(node: Node, path: str) -> ReferenceToken:
    written = _attribute(node, path, "value")
    try:
        return ReferenceToken(str(Reference.parse(written)))
    except MukatabatError:
        _refuse(f"{path}/attrs/value", "a reference such as FL-O-2026-04127 is expected")


def _characters(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value:
        _refuse(path, "a text that is not empty is expected")
    marked = bidi_controls(value)
    for character in marked or value:
        # Cc control, Cs lone surrogate, Zl and Zp line ends of their own.
        if marked or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            name = unicodedata.name(character, "")
            raise ForbiddenCharacter(character=f"U+{ord(character):04X} {name}".strip(), path=path)
    return value


def _block_json(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(runs=runs):
            return _with_content("paragraph", [_inline_json(run) for run in runs])
        case OrderedList(style=style, items=items):
            return {"type": "ordered_list", "attrs": {"style": style.value}, "content": _items_json(items)}
        case BulletList(items=items):
            return {"type": "bullet_list", "content": _items_json(items)}
        case Table(rows=rows):
            cells = ([_cell_json(cell) for cell in row] for row in rows)
            return _with_content("table", [_with_content("table_row", row) for row in cells])


def _with_content(kind: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": kind, "content": content} if content else {"type": kind}


def _items_json(items: tuple[ListItem, ...]) -> list[dict[str, Any]]:
    return [_with_content("list_item", [_block_json(block) for block in item.blocks]) for item in items]


def _cell_json(cell: Cell) -> dict[str, Any]:
    return _with_content("table_header" if cell.header else "table_cell", [_block_json(p) for p in cell.paragraphs])


def _inline_json(run: Inline) -> dict[str, Any]:
    match run:
        case Text():
            marks = [{"type": name} for name in _MARKS if getattr(run, name)]
            return {"type": "text", "text": run.text} | ({"marks": marks} if marks else {})
        case ReferenceToken(value=value):
            return {"type": "reference", "attrs": {"value": value}}
        case LineBreak():
            return {"type": "hard_break"}
