# SPDX-License-Identifier: EUPL-1.2
"""What a file must have to be what it claims, read from its objects: our own check beside the judges'."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2

FILLING = ("/FontFile2", "/FontFile3")


def page_texts(document: bytes) -> list[str]:
    """Text of each page, spaces of every kind made one."""
    with pypdfium2.PdfDocument(document) as pdf:
        return [re.sub(r"\s+", " ", page.get_textpage().get_text_range()) for page in pdf]


def faults(document: bytes, language: str = "ar") -> list[str]:
    """Name everything that keeps a file from being PDF/A-3a and PDF/UA-1, as far as we look ourselves."""
    with pikepdf.open(BytesIO(document)) as pdf:
        found = {
            **_claims(pdf),
            **_catalogue(pdf, language),
            **_fonts(pdf),
            **_pages(pdf),
            **_elements(pdf),
            "no encryption": not pdf.is_encrypted,
            "no script": not any(key in obj for obj in _dictionaries(pdf) for key in ("/JS", "/JavaScript")),
            "no launch": not any(obj.get("/S") == "/Launch" for obj in _dictionaries(pdf)),
            "sound syntax": not pdf.check_pdf_syntax(),
        }
    return [claim for claim, holds in found.items() if not holds]


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Walk the structure in its order."""
    waiting = [pdf.Root.StructTreeRoot.K]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Array):
            waiting += reversed(list(one))
        elif isinstance(one, pikepdf.Dictionary) and "/S" in one:
            yield one
            waiting.append(one.get("/K", pikepdf.Array()))


def _claims(pdf: pikepdf.Pdf) -> dict[str, bool]:
    with pdf.open_metadata() as xmp:
        return {
            "claims PDF/A-3a": (xmp.get("pdfaid:part"), xmp.get("pdfaid:conformance")) == ("3", "A"),
            "claims PDF/UA-1": xmp.get("pdfuaid:part") == "1",
            "has a title": bool(xmp.get("dc:title")),
        }


def _catalogue(pdf: pikepdf.Pdf, language: str) -> dict[str, bool]:
    root = pdf.Root
    intents = list(root.get("/OutputIntents", []))
    return {
        "one output intent with its profile": [i.S for i in intents] == ["/GTS_PDFA1"]
        and "/DestOutputProfile" in intents[0],
        "marked": bool(root.get("/MarkInfo", {}).get("/Marked")),
        "has a structure": "/StructTreeRoot" in root,
        "says its language": str(root.get("/Lang")) == language,
        "shows its title": bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle")),
        "attachments say what they are": all("/AFRelationship" in one for one in root.get("/AF", [])),
    }


def _fonts(pdf: pikepdf.Pdf) -> dict[str, bool]:
    fonts = [obj for obj in _dictionaries(pdf) if obj.get("/Type") == "/Font"]
    held = [obj for obj in _dictionaries(pdf) if obj.get("/Type") == "/FontDescriptor"]
    return {
        "has fonts": bool(fonts),
        "fonts lie inside": all(any(key in one for key in FILLING) for one in held),
        "no font of pictures": all(one.get("/Subtype") != "/Type3" for one in fonts),
        "every font can be read": all("/ToUnicode" in one for one in fonts if one.get("/Subtype") == "/Type0"),
    }


def _pages(pdf: pikepdf.Pdf) -> dict[str, bool]:
    notes = [note for page in pdf.pages for note in page.get("/Annots", [])]
    return {
        "tab order is that of the structure": all(
            page.get("/Tabs") == "/S" for page in pdf.pages if page.get("/Annots")
        ),
        "pages lead to their structure": all("/StructParents" in page for page in pdf.pages),
        "fields say what they are for": all(str(note.get("/TU", "")) for note in notes),
        "fields belong to the structure": {note.objgen for note in notes} <= {one.objgen for one in _held(pdf)},
        "fields lead back to their element": all(_element_of(pdf, note) is not None for note in notes),
    }


def _held(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for element in elements(pdf):
        kid = element.get("/K")
        if element.S == "/Form" and isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR":
            yield kid.Obj


def _element_of(pdf: pikepdf.Pdf, note: Any) -> Any:
    parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    return parents.get(int(note.StructParent)) if "/StructParent" in note else None


def _elements(pdf: pikepdf.Pdf) -> dict[str, bool]:
    found = list(elements(pdf))
    kinds = [str(one.S) for one in found]
    heads = [one for one in found if one.S == "/TH"]
    items = [one for one in found if one.S == "/LI"]
    return {
        "one heading of the first level": kinds.count("/H1") <= 1,
        "figures are told in words": all(str(one.get("/Alt", "")) for one in found if one.S == "/Figure"),
        "heads of tables say what they head": all(_scope(one) in {"/Column", "/Row", "/Both"} for one in heads),
        "tables have heads": kinds.count("/Table") == 0 or bool(heads),
        "list items have a body": all(any(kid.get("/S") == "/LBody" for kid in _kids(one)) for one in items),
    }


def _scope(head: Any) -> str:
    attributes = head.get("/A", [])
    several = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return next((str(one.Scope) for one in several if "/Scope" in one), "")


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return [kid for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if isinstance(kid, pikepdf.Dictionary)]


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one
