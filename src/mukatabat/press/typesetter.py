# SPDX-License-Identifier: EUPL-1.2
"""The typesetter: a template and its data in, bytes out. Fonts and templates are this room's own files."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typst

from mukatabat.press.coverage import FONTS
from mukatabat.press.errors import PrintingFailed

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATES = Path(__file__).parent / "templates"

_held = threading.local()


class Form(Enum):
    """What a print is meant for, by the standards that it keeps."""

    SHEET = ("a-3a", "ua-1")
    """It stands for itself, is kept, and is read aloud: the one with tags."""
    PART = ("a-3u",)
    """It becomes a part of a sheet: every glyph tells its text, as the sheet's must."""
    PLAIN = ("1.7",)

    @property
    def standards(self) -> list[PDFStandard]:
        """As the compiler wants them."""
        return cast("list[PDFStandard]", list(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One print: template name, its data, the day that the file carries as its date, its form, the file to embed."""

    template: str
    data: Mapping[str, Any]
    day: date
    source: str | None = None
    form: Form = Form.SHEET


def typeset(order: Order) -> bytes:
    """Print a sheet as PDF/A-3a and PDF/UA-1, or in the form of what will become a part of another file.

    The same order gives the same bytes: the only date inside is the order's day, at midnight UTC. Raises
    PrintingFailed.
    """
    inputs = {"sheet": json.dumps(order.data, ensure_ascii=False)}
    if order.source is not None:
        inputs["source"] = order.source
    try:
        document = _compiler(order.template).compile(
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=order.form.standards,
            pdf_tags=order.form is Form.SHEET,
            timestamp=datetime.combine(order.day, time(), UTC),
        )
    except typst.TypstError as error:
        raise PrintingFailed(code=PrintingFailed.code, detail=error.diagnostic) from error
    if not isinstance(document, bytes):
        raise PrintingFailed(code=PrintingFailed.code, detail="no single document came back")
    return document


def paint(template: str, data: Mapping[str, Any], *, density: float) -> bytes:
    """Paint a template of one page as PNG at a density in dots per inch; raises PrintingFailed."""
    inputs = {"sheet": json.dumps(data, ensure_ascii=False)}
    try:
        picture = _compiler(template).compile(format="png", ppi=density, sys_inputs=inputs)
    except typst.TypstError as error:
        raise PrintingFailed(code=PrintingFailed.code, detail=error.diagnostic) from error
    if not isinstance(picture, bytes):
        raise PrintingFailed(code=PrintingFailed.code, detail="no single page came back")
    return picture


def located(template: str, label: str) -> dict[str, float]:
    """Read the metadata that the last print of this template in this thread left under a label."""
    found: dict[str, float] = json.loads(_compiler(template).query(f"<{label}>", field="value", one=True))
    return found


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _compiler(template: str) -> typst.Compiler:
    # A compiler keeps what it learnt from the last run, and may be used by one thread only.
    compilers: dict[str, typst.Compiler] = _held.__dict__.setdefault("compilers", {})
    if template not in compilers:
        path = TEMPLATES / f"{template}.typ"
        compilers[template] = typst.Compiler(str(path), root=str(TEMPLATES), font_paths=_fonts())
    return compilers[template]
