# SPDX-License-Identifier: EUPL-1.2
"""Real files, good and bad, made on the spot."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image

from mukatabat.press.coverage import FONTS

OOXML = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": OOXML + "wordprocessingml.document.main+xml",
    "xlsx": OOXML + "spreadsheetml.sheet.main+xml",
    "pptx": OOXML + "presentationml.presentation.main+xml",
}
ODF = "application/vnd.oasis.opendocument."
DOS_PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(56) + b"This program cannot be run in DOS mode.\r\n" + bytes(64)


def pdf(pages: int = 1, change: Callable[[Pdf], None] | None = None, **saving: object) -> bytes:
    document = Pdf.new()
    for number in range(pages):
        page = document.add_blank_page(page_size=(595, 842))
        page.obj.Contents = Stream(document, f"BT ({number}) Tj ET".encode())
    if change is not None:
        change(document)
    out = io.BytesIO()
    document.save(out, static_id=True, **saving)
    return out.getvalue()


def encrypted_pdf(user: str = "") -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="owner", user=user, R=6))


def pdf_with_script(where: str) -> bytes:
    def change(document: Pdf) -> None:
        action = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
        if where == "open":
            document.Root.OpenAction = document.make_indirect(action)
        elif where == "names":
            document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))
        elif where == "page":
            document.pages[0].obj.AA = Dictionary(O=action)
        elif where == "launch":
            document.Root.OpenAction = Dictionary(S=Name.Launch, F=String("cmd.exe"))
        elif where == "media":
            annotation = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))
            document.pages[0].obj.Annots = Array([annotation])
        elif where == "xfa":
            packet = Stream(document, b"<xdp><script>app.alert(1)</script></xdp>")
            document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Array([String("template"), packet]))

    return pdf(change=change)


def pdf_with_file(name: str, data: bytes) -> bytes:
    def change(document: Pdf) -> None:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name)

    return pdf(change=change)


def pdf_with_bomb(megabytes: int = 100) -> bytes:
    def change(document: Pdf) -> None:
        packed = zlib.compress(bytes(megabytes << 20), 9)
        document.pages[0].obj.Contents = Stream(document, packed, Filter=Name.FlateDecode)

    return pdf(change=change, recompress_flate=False)


def pdf_of_one_page_repeated(times: int) -> bytes:
    """A page tree whose leaves are all the same object, by hand, as no program writes it."""
    kids = b"3 0 R " * times
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (times, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ]
    return by_hand(objects)


def by_hand(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def zipped(parts: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def office(kind: str = "docx", more: dict[str, bytes | str] | None = None, types: str = "") -> bytes:
    main = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}[kind]
    content_types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" ContentType="{MAIN[kind]}"/>{types}</Types>'
    )
    return zipped({"[Content_Types].xml": content_types, main: "<a>كتاب</a>", **(more or {})})


def open_document(kind: str = "text", more: dict[str, bytes | str] | None = None, manifest: str = "") -> bytes:
    parts: dict[str, bytes | str] = {
        "mimetype": ODF + kind,
        "content.xml": "<a>كتاب</a>",
        "META-INF/manifest.xml": f'<m:manifest xmlns:m="urn:m">{manifest}</m:manifest>',
        **(more or {}),
    }
    return zipped(parts)


def encrypted_office() -> bytes:
    """The shell of an encrypted OOXML package: compound file signature and its directory's stream name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


def old_office(inside: bytes = b"") -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1500) + "WordDocument".encode("utf-16-le") + inside + bytes(500)


def picture(kind: str, pages: int = 1) -> bytes:
    out = io.BytesIO()
    images = [Image.effect_noise((60, 40), 50) for _ in range(pages)]
    if kind == "TIFF":
        images[0].save(out, kind, save_all=True, append_images=images[1:])
    else:
        images[0].save(out, kind)
    return out.getvalue()


def typeset_pdf(text: str, *, pages: int = 1) -> bytes:
    """Pages of Arabic text in the press's own typeface."""
    body = " ".join(rf"#text({json.dumps(text, ensure_ascii=False)}) #pagebreak(weak: true)" for _ in range(pages))
    source = f'#set text(font: "Amiri", lang: "ar", dir: rtl, size: 14pt)\n{body}'
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(source.encode(), font_paths=fonts).compile(format="pdf")
