# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mukatabat.kernel.digits import bidi_controls
from mukatabat.vault.errors import NameLies, UnsafeName, UnsupportedType
from mukatabat.vault.naming import NAME_BYTES, clean_name, judge
from mukatabat.vault.rules import ACCEPTED, Findings, names_a_program
from mukatabat.vault.vocabulary import FileKind


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("كتاب رقم ٤١٢٧.pdf", "كتاب رقم ٤١٢٧.pdf"),
        ("\u200fمذكرة\u200e.docx", "مذكرة.docx"),
        ("  تقرير   نهائي .pdf ", "تقرير نهائي.pdf"),
        ("cafe\u0301.pdf", "café.pdf"),
        ('what? "a" <b>.pdf', "what- -a- -b-.pdf"),
        (".hidden.pdf", "hidden.pdf"),
        ("con.pdf", "_con.pdf"),
        ("...", "document"),
        ("", "document"),
        ("\u200b", "document"),
    ],
)
def test_a_name_is_kept_and_made_safe(name: str, clean: str) -> None:
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\secret.pdf", "/etc/passwd", "C:\\a.pdf", "a\x00.pdf", "a\n.pdf", "a\x1b.pdf",
     "fdp.\u202eexe", "a\u2066b.pdf", "a\ud800.pdf"],
)  # fmt: skip
def test_path_tricks_controls_and_overrides_are_refused(name: str) -> None:
    with pytest.raises(UnsafeName):
        clean_name(name)


def test_a_long_name_loses_the_end_of_its_stem_and_keeps_its_extension() -> None:
    clean = clean_name("ح" * 300 + ".pdf")
    assert clean.endswith("ح.pdf")
    assert len(clean.encode()) <= NAME_BYTES


@given(st.text(max_size=400))
def test_a_clean_name_is_clean_whatever_came(name: str) -> None:
    try:
        clean = clean_name(name)
    except UnsafeName:
        return
    assert clean
    assert len(clean.encode()) <= NAME_BYTES
    assert not set(clean) & set("/\\\0\n<>:|?*")
    assert not bidi_controls(clean)
    assert clean_name(clean) == clean


@pytest.mark.parametrize("kind", list(ACCEPTED))
def test_each_accepted_kind_is_stored_under_its_media_type(kind: FileKind) -> None:
    found = judge(Findings(kind, 3), size=9, name="كتاب")
    assert (found.media_type, found.size, found.pages) == (ACCEPTED[kind], 9, 3)
    assert found.safe_name.startswith("كتاب.")
    again = judge(Findings(kind), size=9, name=found.safe_name)
    assert again.safe_name == found.safe_name


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind not in ACCEPTED])
def test_every_other_kind_is_refused_by_its_name(kind: FileKind) -> None:
    with pytest.raises(UnsupportedType) as caught:
        judge(Findings(kind), size=9, name="كتاب")
    assert str(kind.label_en) in str(caught.value.happened)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", FileKind.DOCX),
        ("a.DOCX", FileKind.PDF),
        ("a.pdf", FileKind.PROGRAM),
        ("a.exe", FileKind.PDF),
        ("a.js", FileKind.TEXT),
        ("a.docm", FileKind.DOCX),
        ("a.txt", FileKind.PAGE),
        ("a.png", FileKind.JPEG),
        ("a.odt", FileKind.DOCX),
    ],
)
def test_a_name_that_promises_another_type_says_what_the_content_is(name: str, kind: FileKind) -> None:
    with pytest.raises(NameLies) as caught:
        judge(Findings(kind), size=9, name=name)
    assert kind.label_en in str(caught.value.happened)
    assert name.split(".")[1].upper() in str(caught.value.happened)


def test_a_dot_in_a_name_is_not_yet_an_extension() -> None:
    assert judge(Findings(FileKind.PDF), size=9, name="report.v2").safe_name == "report.v2.pdf"
    assert judge(Findings(FileKind.PDF), size=9, name="قرار 1.2").safe_name == "قرار 1.2.pdf"


def test_a_table_of_values_keeps_its_own_media_type() -> None:
    assert judge(Findings(FileKind.TEXT), size=9, name="a.csv").media_type == "text/csv"


@pytest.mark.parametrize(("name", "runs"), [("a.pdf.exe", True), ("a.EXE", True), ("exe", False), ("a.exe.pdf", False)])
def test_a_program_is_known_by_its_last_extension(name: str, runs: bool) -> None:
    assert names_a_program(name) is runs
