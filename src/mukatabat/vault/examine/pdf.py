# SPDX-License-Identifier: EUPL-1.2
"""PDF: whole, without password, script, launch action or program; its pages counted, none of them drawn."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from mukatabat.vault.errors import ActivePdf, Bomb, BrokenFile, EmbeddedProgram, PasswordProtected
from mukatabat.vault.examine.allowance import MAX_PAGES, Allowance
from mukatabat.vault.rules import names_a_program

_TAIL = 2048
# qpdf writes every name in one spelling, so a search of the written object misses no disguise such as /J#61vaScript.
_SUSPECT = re.compile(rb"/(JavaScript|JS|Launch|ImportData|RichMedia|XFA|EF)\b")
_ACTIONS = ("/JavaScript", "/Launch", "/ImportData")
_LIMIT_MESSAGE = "limit exceeded"
_NO_DECODER = "unfilterable"


def count_pages(file: BinaryIO, allowance: Allowance) -> int:
    """Check a PDF and count its pages.

    1. its end is there; 2. its cross-references hold without repair; 3. it is not encrypted, not even with an empty
    password; 4. its page tree is a tree; 5. no object acts; 6. every stream but pictures unpacks within the
    allowance, and embedded files are examined. Raises BrokenFile, PasswordProtected, ActivePdf, EmbeddedProgram, Bomb.
    """
    _check_end(file)  # 1
    file.seek(0)
    try:
        with Pdf.open(file, attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=False) as pdf:  # 2
            if pdf.is_encrypted:  # 3
                raise PasswordProtected
            pages = _count(pdf)  # 4
            for thing in pdf.objects:
                _check_object(thing, allowance)  # 5, 6
    except pikepdf.PasswordError as error:
        raise PasswordProtected from error
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError) as error:
        # The last four are how the library answers when an object is of another type than its place demands.
        raise (Bomb if _LIMIT_MESSAGE in str(error) else BrokenFile) from error
    return pages


def _check_end(file: BinaryIO) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    if b"startxref" not in file.read():
        raise BrokenFile


def _count(pdf: Pdf) -> int:
    """Count the leaves of the page tree (ISO 32000-2 §7.7.3) without the library's list, which copies repeats."""
    pages, waiting, seen = 0, [pdf.Root.Pages], set()
    while waiting:
        node = waiting.pop()
        if "/Kids" not in node:
            pages += 1
            if pages > MAX_PAGES:
                raise Bomb
            continue
        if node.objgen in seen:
            raise BrokenFile
        seen.add(node.objgen)
        if len(node.Kids) + len(waiting) > 2 * MAX_PAGES:
            raise Bomb
        waiting.extend(list(node.Kids))
    if not pages:
        raise BrokenFile
    return pages


def _check_object(thing: Object, allowance: Allowance) -> None:
    if isinstance(thing, Stream):
        if _SUSPECT.search(thing.stream_dict.unparse(resolved=True)):
            _check_dictionaries(thing.stream_dict, allowance)
        if thing.get("/Subtype") != Name.Image:
            _unpacked(thing, allowance)
    elif isinstance(thing, Dictionary | Array) and _SUSPECT.search(thing.unparse(resolved=True)):
        _check_dictionaries(thing, allowance)


def _check_dictionaries(thing: Object, allowance: Allowance) -> None:
    for inner in _dictionaries(thing):
        if "/JS" in inner or "/JavaScript" in inner or inner.get("/S") in _ACTIONS:
            raise ActivePdf
        if inner.get("/Subtype") == Name.RichMedia or ("/XFA" in inner and _has_script(inner["/XFA"], allowance)):
            raise ActivePdf
        if isinstance(inner.get("/EF"), Dictionary):
            _check_embedded(inner, allowance)


def _dictionaries(thing: Object) -> Iterator[Object]:
    """Yield a dictionary and all that stand directly within it; what is referred to is visited on its own."""
    waiting = [thing]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, Dictionary):
            yield inner
            children = [inner[key] for key in inner.keys()]  # noqa: SIM118 - iterating a dictionary object is not by key
        else:
            children = list(inner)
        waiting += [child for child in children if isinstance(child, Dictionary | Array) and not child.is_indirect]


def _has_script(form: Object, allowance: Allowance) -> bool:
    """Tell whether an XFA form (ISO 32000-1 §12.7.8), one stream or several beside their names, carries scripts."""
    packets = list(form) if isinstance(form, Array) else [form]
    return any(b"<script" in _unpacked(packet, allowance) for packet in packets if isinstance(packet, Stream))


def _check_embedded(specification: Object, allowance: Allowance) -> None:
    names = [str(specification[key]) for key in ("/UF", "/F") if key in specification]
    if any(map(names_a_program, names)):
        raise EmbeddedProgram
    files = specification["/EF"]
    for stream in (files[key] for key in files.keys()):  # noqa: SIM118
        if isinstance(stream, Stream):
            allowance.nested(_unpacked(stream, allowance), names[0] if names else "")


def _unpacked(stream: Stream, allowance: Allowance) -> bytes:
    """Unpack a stream; what no filter here can unpack (a picture's coding) counts as it is."""
    try:
        data = bytes(stream.read_bytes())
    except pikepdf.PdfError as error:
        if _NO_DECODER not in str(error):
            raise
        data = bytes(stream.read_raw_bytes())
    allowance.spend(len(data))
    return data
