# SPDX-License-Identifier: EUPL-1.2
"""A visible signature belongs to the structure of the document, so that a screen reader comes to it (ISO 14289-1)."""

from __future__ import annotations

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

STRUCTURE, NEXT_KEY, CHILDREN = "/StructTreeRoot", "/ParentTreeNextKey", "/K"


def tag_widget(writer: IncrementalPdfFileWriter, widget: generic.IndirectObject, page: generic.IndirectObject) -> None:
    """Put a new widget under a Form element at the end of the document's structure (ISO 14289-1 §7.18.4).

    The way back from widget to element is entered in the number tree of parents (ISO 32000-2 §14.7.5.4). A document
    without structure, or without the next free key of that tree, is left as it is: it claims nothing that this mends.
    """
    if STRUCTURE not in writer.root or NEXT_KEY not in writer.root[STRUCTURE]:
        return
    tree = writer.root[STRUCTURE]
    key = int(tree[NEXT_KEY])
    top = _first(tree)
    element = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): top,
                pdf_name("/Pg"): page,
                pdf_name(CHILDREN): generic.DictionaryObject(
                    {pdf_name("/Type"): pdf_name("/OBJR"), pdf_name("/Pg"): page, pdf_name("/Obj"): widget}
                ),
            }
        )
    )
    _append(writer, top.get_object(), element)
    _enter(writer, tree["/ParentTree"], key, element)
    tree[pdf_name(NEXT_KEY)] = generic.NumberObject(key + 1)
    writer.update_container(tree)
    widget.get_object()[pdf_name("/StructParent")] = generic.NumberObject(key)
    writer.update_container(widget.get_object())


def _first(tree: generic.DictionaryObject) -> generic.IndirectObject:
    """The outermost element of the structure."""
    children: generic.IndirectObject = tree.raw_get(CHILDREN)
    several = children.get_object()
    return several.raw_get(0) if isinstance(several, generic.ArrayObject) else children


def _append(
    writer: IncrementalPdfFileWriter, parent: generic.DictionaryObject, element: generic.IndirectObject
) -> None:
    if CHILDREN in parent and isinstance(parent[CHILDREN], generic.ArrayObject):
        parent[CHILDREN].append(element)
        writer.update_container(parent[CHILDREN])
    else:
        alone = [parent.raw_get(CHILDREN)] if CHILDREN in parent else []
        parent[pdf_name(CHILDREN)] = generic.ArrayObject([*alone, element])
        writer.update_container(parent)


def _enter(
    writer: IncrementalPdfFileWriter, numbers: generic.DictionaryObject, key: int, element: generic.IndirectObject
) -> None:
    """Add the highest key to a number tree: to its only leaf, or as a further leaf (ISO 32000-2 §7.9.7)."""
    entry = [generic.NumberObject(key), element]
    if "/Kids" not in numbers:
        numbers["/Nums"].extend(entry)
        writer.update_container(numbers["/Nums"])
        return
    limits = generic.ArrayObject([generic.NumberObject(key)] * 2)
    leaf = generic.DictionaryObject({pdf_name("/Limits"): limits, pdf_name("/Nums"): generic.ArrayObject(entry)})
    numbers["/Kids"].append(writer.add_object(leaf))
    writer.update_container(numbers["/Kids"])
