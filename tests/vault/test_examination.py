# SPDX-License-Identifier: EUPL-1.2
"""What the bytes are, and what is refused, one reader after the other; the confined process is tested apart."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mukatabat.vault.errors import (
    ActivePdf,
    Bomb,
    BrokenFile,
    EmbeddedProgram,
    EmptyFile,
    EntityTricks,
    FileRefused,
    MacroEnabled,
    PasswordProtected,
    TwoTypes,
)
from mukatabat.vault.examine import allowance, pictures
from mukatabat.vault.examine.examination import examine
from mukatabat.vault.rules import Findings
from mukatabat.vault.vocabulary import FileKind
from tests.vault import making


def look(data: bytes) -> Findings:
    return examine(io.BytesIO(data))


def refusal(data: bytes) -> type[FileRefused]:
    with pytest.raises(FileRefused) as caught:
        look(data)
    return type(caught.value)


GOOD: dict[str, tuple[Callable[[], bytes], Findings]] = {
    "pdf": (lambda: making.pdf(3), Findings(FileKind.PDF, 3)),
    "docx": (lambda: making.office("docx"), Findings(FileKind.DOCX)),
    "xlsx": (lambda: making.office("xlsx"), Findings(FileKind.XLSX)),
    "pptx": (lambda: making.office("pptx"), Findings(FileKind.PPTX)),
    "odt": (lambda: making.open_document("text"), Findings(FileKind.ODT)),
    "ods": (lambda: making.open_document("spreadsheet"), Findings(FileKind.ODS)),
    "png": (lambda: making.picture("PNG"), Findings(FileKind.PNG, 1)),
    "jpeg": (lambda: making.picture("JPEG"), Findings(FileKind.JPEG, 1)),
    "tiff": (lambda: making.picture("TIFF", 4), Findings(FileKind.TIFF, 4)),
    "text": ("السيد الوزير المحترم\n".encode, Findings(FileKind.TEXT)),
    "text with mark": (lambda: b"\xef\xbb\xbfa;b\r\n1;2\r\n", Findings(FileKind.TEXT)),
    "text like a program": (lambda: b"MZ is a code in this list\n", Findings(FileKind.TEXT)),
    "text cut in a letter": (lambda: "كتاب".encode()[:-1], Findings(FileKind.OTHER_TEXT)),
    "windows text": (lambda: "كتاب".encode("windows-1256"), Findings(FileKind.OTHER_TEXT)),
    "utf-16 text": (lambda: "كتاب".encode("utf-16"), Findings(FileKind.OTHER_TEXT)),
    "old office": (making.old_office, Findings(FileKind.OLD_OFFICE)),
    "zip": (lambda: making.zipped({"a.txt": "a"}), Findings(FileKind.ARCHIVE)),
    "program": (lambda: bytes(making.DOS_PROGRAM), Findings(FileKind.PROGRAM)),
    "script": (lambda: b"#!/bin/sh\n", Findings(FileKind.PROGRAM)),
    "page": (lambda: b" <!DOCTYPE html><p>", Findings(FileKind.PAGE)),
    "drawing": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", Findings(FileKind.PAGE)),
    "rtf": (lambda: b"{\\rtf1 a}", Findings(FileKind.RICH_TEXT)),
    "gif": (lambda: b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", Findings(FileKind.OTHER_PICTURE)),
    "webp": (lambda: b"RIFF\x24\x00\x00\x00WEBPVP8 ", Findings(FileKind.OTHER_PICTURE)),
    "heic": (lambda: b"\x00\x00\x00\x18ftypheic", Findings(FileKind.OTHER_PICTURE)),
    "mp4": (lambda: b"\x00\x00\x00\x18ftypisom", Findings(FileKind.RECORDING)),
    "noise": (lambda: bytes(range(1, 200)), Findings(FileKind.UNKNOWN)),
    "template": (
        lambda: making.zipped({"[Content_Types].xml": f'<T><O ContentType="{making.OOXML}word.template.main+xml"/></T>'}),
        Findings(FileKind.OTHER_OFFICE),
    ),
    "presentation": (lambda: making.open_document("presentation"), Findings(FileKind.OTHER_OFFICE)),
}  # fmt: skip


@pytest.mark.parametrize("case", list(GOOD))
def test_the_content_tells_what_it_is(case: str) -> None:
    make, found = GOOD[case]
    assert look(make()) == found


def test_nothing_is_an_empty_file() -> None:
    assert refusal(b"") is EmptyFile


@pytest.mark.parametrize("kind", ["pdf", "docx", "odt", "png", "jpeg", "tiff"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_file_that_was_cut_short_is_broken(kind: str, share: float) -> None:
    data = GOOD[kind][0]()
    assert refusal(data[: int(len(data) * share)]) is BrokenFile


@pytest.mark.parametrize("kind", ["docx", "png"])
def test_a_changed_byte_inside_is_noticed_by_its_checksum(kind: str) -> None:
    data = bytearray(GOOD[kind][0]())
    at = data.index(b"IDAT") + 20 if kind == "png" else data.index(b"word/document.xml") + 22
    data[at] ^= 0x55
    assert refusal(bytes(data)) is BrokenFile


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_refused_even_when_it_opens_without_a_password(password: str) -> None:
    assert refusal(making.encrypted_pdf(password)) is PasswordProtected


@pytest.mark.parametrize("where", ["open", "names", "page", "launch", "media", "xfa"])
def test_a_pdf_that_acts_is_refused(where: str) -> None:
    assert refusal(making.pdf_with_script(where)) is ActivePdf


def test_a_script_in_an_object_stream_or_under_a_disguised_name_is_found() -> None:
    import pikepdf

    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(making.pdf_with_script("open"))) as document:
        document.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in packed.getvalue()
    assert refusal(packed.getvalue()) is ActivePdf
    disguised = making.by_hand(
        [
            b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript/J#53(app.alert\\(1\\))>>>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        ]
    )
    assert refusal(disguised) is ActivePdf


def test_words_about_scripts_in_a_pdf_are_only_words() -> None:
    def change(document: object) -> None:
        document.docinfo["/Title"] = "/JavaScript /Launch"  # type: ignore[attr-defined]

    assert look(making.pdf(change=change)).pages == 1


def test_a_data_file_inside_a_pdf_is_welcome_and_a_program_is_not() -> None:
    assert look(making.pdf_with_file("source.json", b'{"a": 1}')).pages == 1
    assert refusal(making.pdf_with_file("letter.txt", making.DOS_PROGRAM)) is EmbeddedProgram
    assert refusal(making.pdf_with_file("letter.js", b"text")) is EmbeddedProgram


def test_what_is_packed_inside_is_examined_as_well() -> None:
    macros = making.office(more={"word/vbaProject.bin": b"a"})
    assert refusal(making.pdf_with_file("a.docx", macros)) is MacroEnabled
    assert refusal(making.office(more={"word/embeddings/a.docx": macros})) is MacroEnabled
    assert refusal(making.office(more={"word/embeddings/a.pdf": making.pdf_with_script("open")})) is ActivePdf
    assert (
        refusal(making.office(more={"word/embeddings/a.bin": making.old_office(making.DOS_PROGRAM)})) is EmbeddedProgram
    )
    assert look(making.office(more={"word/embeddings/a.xlsx": making.office("xlsx")})).kind is FileKind.DOCX
    assert look(making.office(more={"word/media/half.png": making.picture("PNG")[:50]})).kind is FileKind.DOCX


def test_nesting_ends_at_a_depth() -> None:
    data = making.pdf()
    for _ in range(allowance.MAX_DEPTH + 1):
        data = making.office(more={"word/embeddings/a.docx": data})
    assert refusal(data) is Bomb


def test_a_pdf_that_does_not_begin_at_its_first_byte_is_two_things() -> None:
    assert refusal(b"hello\n" + making.pdf()) is TwoTypes


@pytest.mark.parametrize("kind", ["pdf", "png", "jpeg", "tiff"])
def test_an_archive_hung_behind_a_document_is_two_things(kind: str) -> None:
    assert refusal(GOOD[kind][0]() + making.zipped({"a.txt": "a"})) is TwoTypes


def test_pages_are_counted_where_the_tree_repeats_and_refused_where_it_turns_in_a_circle() -> None:
    assert look(making.pdf_of_one_page_repeated(500)).pages == 500
    assert refusal(making.pdf_of_one_page_repeated(allowance.MAX_PAGES * 2)) is Bomb
    circle = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[2 0 R]>>"]
    assert refusal(making.by_hand(circle)) is BrokenFile


def test_a_pdf_without_pages_is_broken() -> None:
    assert refusal(making.by_hand([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"])) is BrokenFile
    assert refusal(making.by_hand([b"<</Type/Catalog>>"])) is BrokenFile
    assert refusal(making.by_hand([b"<</Type/Catalog/Pages 7>>"])) is BrokenFile


def test_a_pdf_whose_page_does_not_unpack_is_broken() -> None:
    import pikepdf

    def change(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.Contents = pikepdf.Stream(document, b"not packed at all", Filter=pikepdf.Name.FlateDecode)

    assert refusal(making.pdf(change=change, recompress_flate=False, compress_streams=False)) is BrokenFile


# ── packages ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_encrypted_package_is_password_protected() -> None:
    assert refusal(making.encrypted_office()) is PasswordProtected
    assert (
        refusal(making.open_document(manifest="<m:file-entry><m:encryption-data/></m:file-entry>")) is PasswordProtected
    )
    assert refusal(making.open_document(more={"encrypted-package": b"x"})) is PasswordProtected
    flagged = bytearray(making.zipped({"a": "a"}))
    flagged[6] |= 1
    flagged[flagged.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(flagged)) is PasswordProtected


@pytest.mark.parametrize(
    "data",
    [
        making.office(more={"word/vbaProject.bin": b"a"}),
        making.office(types='<Default Extension="x" ContentType="application/vnd.ms-office.vbaProject"/>'),
        making.office(
            types='<Default Extension="x" ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'
        ),
        making.office("xlsx", {"xl/macrosheets/sheet1.xml": "<a/>"}),
        making.office(more={"word/activeX/activeX1.xml": "<a/>"}),
        making.open_document(more={"Basic/Standard/Module1.xml": "<a/>"}),
        making.open_document(more={"Scripts/python/a.py": "a"}),
        making.old_office("_VBA_PROJECT".encode("utf-16-le")),
    ],
)
def test_macros_are_refused_wherever_they_hide(data: bytes) -> None:
    assert refusal(data) is MacroEnabled


@pytest.mark.parametrize("name", ["word/setup.exe", "a.js", "word/media/picture.png"])
def test_a_program_in_a_package_is_refused_by_name_and_by_content(name: str) -> None:
    assert refusal(making.office(more={name: making.DOS_PROGRAM})) is EmbeddedProgram


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0"?><!-- -->\n<!DOCTYPE a PUBLIC "x" "http://example.org/a.dtd"><a/>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_in_a_part_is_refused_in_any_encoding(prolog: str, encoding: str) -> None:
    assert refusal(making.office(more={"word/styles.xml": prolog.encode(encoding)})) is EntityTricks


def test_the_outside_type_that_old_programs_named_is_let_pass() -> None:
    manifest = '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><a/>'
    assert look(making.open_document(more={"META-INF/manifest.xml": manifest})).kind is FileKind.ODT


def test_a_part_that_is_no_xml_is_broken() -> None:
    assert refusal(making.office(more={"word/styles.xml": "none"})) is BrokenFile


def test_an_empty_part_is_let_pass() -> None:
    assert look(making.open_document(more={"Configurations2/accelerator/current.xml": ""})).kind is FileKind.ODT


def test_a_long_prolog_and_a_large_part_are_read_in_pieces() -> None:
    part = "<!--" + " " * 3_000_000 + "--><a>" + "b" * 2_000_000 + "</a>"
    assert look(making.office(more={"word/styles.xml": part})).kind is FileKind.DOCX


def test_a_part_that_unpacks_to_a_thousandfold_is_a_bomb() -> None:
    assert refusal(making.office(more={"word/media/a.bin": bytes(70 << 20)})) is Bomb


def test_too_many_parts_are_a_bomb() -> None:
    assert refusal(making.office(more={f"a/{number}": b"" for number in range(allowance.MAX_PARTS)})) is Bomb


def test_parts_that_share_their_bytes_are_a_bomb() -> None:
    data = bytearray(making.zipped({"a": "x" * 100, "b": "y" * 100}, zipfile.ZIP_STORED))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    assert refusal(bytes(data)) is Bomb


def test_the_sum_of_all_parts_at_all_depths_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = making.office(more={"word/media/a.bin": bytes(range(256)) * 4000})
    monkeypatch.setattr(allowance._Ledger.__init__, "__defaults__", (1_500_000, allowance.MAX_PARTS))
    assert look(inner).kind is FileKind.DOCX
    assert refusal(making.office(more={f"word/embeddings/{n}.docx": inner for n in range(2)})) is Bomb


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "a\\b.xml", "word/../../x", "C:evil"])
def test_a_part_that_leaves_the_folder_is_refused(name: str) -> None:
    assert refusal(making.office(more={name: "<a/>"})) is BrokenFile


def test_two_parts_of_one_name_are_refused() -> None:
    assert refusal(making.office(more={"WORD/document.xml": "<a/>"})) is BrokenFile


def test_an_archive_before_an_archive_is_refused() -> None:
    assert refusal(making.office() + making.office()) is BrokenFile


def test_an_unusual_method_of_packing_is_refused() -> None:
    assert refusal(making.zipped({"a": "a" * 1000}, zipfile.ZIP_LZMA)) is BrokenFile


# ── pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_picture_of_a_size_that_no_screen_holds_is_a_bomb() -> None:
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    assert refusal(png) is Bomb
    jpeg = (
        b"\xff\xd8\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 65000, 65000) + b"\x01\x01\x11\x00\xff\xda\x00\x02\xff\xd9"
    )
    assert refusal(jpeg) is Bomb
    assert pictures.MAX_PIXELS > 9933 * 14043  # A0 at 300 dots per inch


def test_something_behind_the_end_of_a_picture_is_refused() -> None:
    assert refusal(making.picture("PNG") + b"more") is BrokenFile


def test_the_end_mark_of_a_thumbnail_is_not_the_end_of_the_picture() -> None:
    whole = making.picture("JPEG")
    thumbnail = b"\xff\xe1\x00\x06\xff\xd9\x00\x00"
    cut = whole[:2] + thumbnail + whole[2 : len(whole) - 100]
    assert refusal(cut) is BrokenFile
    assert look(whole[:2] + thumbnail + whole[2:]).kind is FileKind.JPEG


def test_directories_of_a_tiff_that_turn_in_a_circle_are_broken() -> None:
    entries = struct.pack("<HHHI4s", 2, 256, 3, 1, struct.pack("<HH", 9, 0)) + struct.pack(
        "<HHI4s", 257, 3, 1, struct.pack("<HH", 9, 0)
    )
    assert look(b"II*\x00\x08\x00\x00\x00" + entries + struct.pack("<I", 0)).pages == 1
    assert refusal(b"II*\x00\x08\x00\x00\x00" + entries + struct.pack("<I", 8)) is BrokenFile


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_damage_leads_to_anything_but_an_answer(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["pdf", "docx", "odt", "png", "jpeg", "tiff"]))
    damaged = bytearray(SAMPLES[kind])
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for tried in (bytes(damaged), bytes(damaged[:cut])):
        try:
            look(tried)
        except FileRefused:
            continue


SAMPLES = {kind: GOOD[kind][0]() for kind in ("pdf", "docx", "odt", "png", "jpeg", "tiff")}
