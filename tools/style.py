# SPDX-License-Identifier: EUPL-1.2
"""The rules of the house that no linter knows: licence lines, sizes, and direction-free style sheets."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "tools", "bench")
LICENCE = "# SPDX-License-Identifier: EUPL-1.2"
# The aim is 400 and 40; these bounds leave room for a table or a long docstring, not for a second idea.
MODULE_LINES = 450
FUNCTION_LINES = 60
# A page is mirrored by its direction alone, so a sheet says start and end, never left and right.
PHYSICAL = re.compile(
    r"(?:^|[;{\s])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b[\w-]*|left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
    r"|border-(?:top|bottom)-(?:left|right)-radius\s*:"
)
EXCUSE = "physical:"  # /* physical: why */ on the same line


def complaints(file: Path) -> list[str]:
    """Return what is wrong with `file`, one line each."""
    if "migrations" in file.parts and file.name != "__init__.py":
        return []
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    if file.suffix == ".css":
        return [f"{number}: left or right" for number, line in enumerate(lines, 1) if _physical(line)]
    found = []
    if text and LICENCE not in lines[:2]:
        found.append("1: the licence line is missing")
    if len(lines) > MODULE_LINES:
        found.append(f"{MODULE_LINES}: the module has {len(lines)} lines")
    if "tests" not in file.parts:
        found += _long_functions(text)
    return found


def _physical(line: str) -> bool:
    return bool(PHYSICAL.search(re.sub(r"/\*.*?\*/", "", line))) and EXCUSE not in line


def _long_functions(text: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{node.lineno}: {node.name} has {length} lines")
    return found


def main() -> int:
    """Print every complaint as file:line: text; returns 1 when there is one."""
    bad = 0
    for folder in FOLDERS:
        for file in sorted([*(ROOT / folder).rglob("*.py"), *(ROOT / folder).rglob("*.css")]):
            for complaint in complaints(file):
                print(f"{file.relative_to(ROOT)}:{complaint}")
                bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
