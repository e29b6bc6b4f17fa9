# SPDX-License-Identifier: EUPL-1.2
"""A signature's field enters the structure of a tagged document, whatever form that structure has."""

from __future__ import annotations

import io
from collections.abc import Callable
from uuid import UUID

import pikepdf
import pytest

from mukatabat.signing import pades
from mukatabat.signing.development.authority import DevelopmentAuthority
from mukatabat.signing.development.provider import SoftwareProvider
from mukatabat.signing.rules import SignatureField, Statement
from mukatabat_verify.certificates import Trust
from tests.signing.support import NOW, subject_of

FIELD = SignatureField(box=(60, 60, 220, 120))


def untagged(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot


def without_next_key(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot.ParentTreeNextKey


def one_child(pdf: pikepdf.Pdf) -> None:
    """The outermost element has a single child, not an array of them."""
    top = pdf.Root.StructTreeRoot.K[0]
    top.K = pikepdf.Array([top.K[0]])[0]


def top_alone(pdf: pikepdf.Pdf) -> None:
    pdf.Root.StructTreeRoot.K = pdf.Root.StructTreeRoot.K[0]


def no_children(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.StructTreeRoot.K[0].K


def leaves(pdf: pikepdf.Pdf) -> None:
    tree = pdf.Root.StructTreeRoot.ParentTree
    leaf = pdf.make_indirect(pikepdf.Dictionary(Limits=[0, 0], Nums=tree.Nums))
    pdf.Root.StructTreeRoot.ParentTree = pdf.make_indirect(pikepdf.Dictionary(Kids=[leaf]))


def changed(letter: bytes, change: Callable[[pikepdf.Pdf], object]) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter)) as pdf:
        change(pdf)
        pdf.save(made)
    return made.getvalue()


def sign(letter: bytes, authority: DevelopmentAuthority, provider: SoftwareProvider, person: UUID) -> bytes:
    prepared = pades.prepare(letter, field=FIELD, signer=provider.certificate(person), statement=Statement(NOW))
    signature = authority.person(person, subject_of(person)).sign(prepared.signed_attributes)
    return pades.complete(prepared, signature, timestamp=None).document


@pytest.mark.parametrize("change", [lambda _pdf: None, one_child, top_alone, no_children, leaves])
def test_the_field_is_the_last_child_of_the_document_and_leads_back_to_its_element(
    letter: bytes, authority: DevelopmentAuthority, provider: SoftwareProvider, person: UUID, trust: Trust,
    change: Callable[[pikepdf.Pdf], object],
) -> None:  # fmt: skip
    signed = sign(changed(letter, change), authority, provider, person)
    assert pades.validate(signed, trust).valid
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        tree = pdf.Root.StructTreeRoot
        top = tree.K[0] if isinstance(tree.K, pikepdf.Array) else tree.K
        element = top.K[-1]
        widget = pdf.pages[0].Annots[0]
        assert (element.S, element.P.objgen, element.Pg.objgen) == ("/Form", top.objgen, pdf.pages[0].objgen)
        assert element.K.Obj.objgen == widget.objgen
        key = int(widget.StructParent)
        assert pikepdf.NumberTree(tree.ParentTree)[key].objgen == element.objgen
        assert int(tree.ParentTreeNextKey) == key + 1


@pytest.mark.parametrize("change", [untagged, without_next_key])
def test_a_document_that_has_no_structure_to_enter_is_signed_all_the_same(
    letter: bytes, authority: DevelopmentAuthority, provider: SoftwareProvider, person: UUID, trust: Trust,
    change: Callable[[pikepdf.Pdf], object],
) -> None:  # fmt: skip
    signed = sign(changed(letter, change), authority, provider, person)
    assert pades.validate(signed, trust).valid
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        assert "/StructParent" not in pdf.pages[0].Annots[0]
