# SPDX-License-Identifier: EUPL-1.2
"""What is typed is what is printed: every construct of the editor, its data for the typesetter, and its page.

The files beside this one were looked at when they were made. To make them anew after a change on purpose:
MUKATABAT_GOLDENS=write ./run test tests/press/test_goldens.py -p no:randomly, then read the difference.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
import typst

from mukatabat.press.content import to_html, to_typst_data, validate
from mukatabat.press.coverage import FONTS
from mukatabat.press.layout import letter_data
from mukatabat.press.typesetter import TEMPLATES
from tests.press.constructs import CONSTRUCTS, document

if TYPE_CHECKING:
    from mukatabat.press.rules import LetterSheet

GOLDENS = Path(__file__).parent / "goldens"
COLUMNS, ROWS = 40, 30
BODY = """
#import "common.typ": *
#import "content.typ": blocks, hanging
#set page(width: 168mm, height: 126mm, margin: 4mm)
#set text(font: letter-face, size: 13.3pt, lang: "ar", dir: rtl)
#set par(justify: true)
#blocks(sheet.content, indent: hanging)
"""
LEVELS = " .:#"
"""How much ink a field of the page holds, from none to much."""


def printed(letter: LetterSheet, name: str, folder: Path) -> dict[str, Any]:
    """All that becomes of a construct: screen, data, words on paper, and where their ink lies."""
    content = validate(document(name))
    with pypdfium2.PdfDocument(_typeset(replace(letter, content=content), folder)) as pdf:
        text = [sorted(set(re.findall(r"[\w.,/%-]+", page.get_textpage().get_text_range()))) for page in pdf]
        ink = [_ink(page) for page in pdf]
    return {"html": to_html(content), "blocks": to_typst_data(content), "words": text, "ink": ink}


def _typeset(letter: LetterSheet, folder: Path) -> bytes:
    """The text alone, by the letter's own template, on a page of its own: what stands around it changes for itself."""
    shutil.copytree(TEMPLATES, folder, dirs_exist_ok=True)
    (folder / "body.typ").write_text(BODY, encoding="utf-8")
    sheet = json.dumps(letter_data(letter), ensure_ascii=False)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    compiler = typst.Compiler(str(folder / "body.typ"), root=str(folder), font_paths=fonts)
    document = compiler.compile(format="pdf", sys_inputs={"sheet": sheet})
    assert isinstance(document, bytes)
    return document


def _ink(page: Any) -> list[str]:
    """The page as a coarse picture: it moves with the layout and not with the smoothing of edges."""
    picture = page.render(scale=1, grayscale=True).to_pil()
    small = picture.resize((COLUMNS * 4, ROWS * 4)).resize((COLUMNS, ROWS))
    rows = (small.crop((0, top, COLUMNS, top + 1)).tobytes() for top in range(ROWS))
    return ["".join(_level(255 - value) for value in row).rstrip() for row in rows]


def _level(ink: int) -> str:
    return LEVELS[0 if ink < 8 else 1 if ink < 30 else 2 if ink < 70 else 3]


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_is_printed_as_it_was(letter: LetterSheet, name: str, tmp_path: Path) -> None:
    found = printed(letter, name, tmp_path / "press")
    golden = GOLDENS / f"{name}.json"
    if os.environ.get("MUKATABAT_GOLDENS") == "write":
        golden.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kept = json.loads(golden.read_text(encoding="utf-8"))
    assert found["html"] == kept["html"]
    assert found["blocks"] == kept["blocks"]
    assert found["words"] == kept["words"]
    moved = sum(
        one != other
        for page, known in zip(found["ink"], kept["ink"], strict=True)
        for line, former in zip(page, known, strict=True)
        for one, other in zip(line.ljust(COLUMNS), former.ljust(COLUMNS), strict=True)
    )
    assert moved <= COLUMNS * ROWS // 100, f"{moved} fields of the page look different"


def test_every_node_and_mark_of_the_schema_has_a_golden() -> None:
    kinds = set(re.findall(r'"type": "(\w+)"', json.dumps([document(name) for name in CONSTRUCTS])))
    assert kinds == {
        "doc", "paragraph", "text", "bold", "underline", "hard_break", "reference", "ordered_list", "bullet_list",
        "list_item", "table", "table_row", "table_header", "table_cell",
    }  # fmt: skip
    assert {file.stem for file in GOLDENS.glob("*.json")} == set(CONSTRUCTS)
