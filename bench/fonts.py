# SPDX-License-Identifier: EUPL-1.2
"""Which typeface for the letter: what two readers get back from the same page, its size and its time.

`./run bench fonts -- --noto FOLDER --pictures FOLDER`. Amiri is the press's own; Noto Naskh Arabic is taken from the
given folder, or where Debian puts it, and named as not run where it is not.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import typst

from mukatabat.kernel.references import visible
from mukatabat.press.coverage import FONTS

DEBIAN = Path("/usr/share/fonts/truetype/noto")
PLAIN = (
    (
        "بالإشارة إلى كتابكم رقم MOF-O-2026-01843 المؤرخ ١٧ سبتمبر ٢٠٢٦ بشأن طلب إبداء الرأي القانوني في جواز تمديد "
        "العقد المشار إليه لمدة ستة أشهر بالشروط والأسعار ذاتها، إلى حين الانتهاء من إجراءات الطرح الجديد؛"
    ),
    (
        "نفيدكم بأنه بعد الاطلاع على العقد ومذكرة إدارة الشؤون القانونية لديكم، وعلى أحكام القانون رقم (٤٩) لسنة "
        "٢٠١٦ بشأن المناقصات العامة ولائحته التنفيذية، انتهى الرأي إلى ما يأتي:"
    ),
    (
        "أولًا: جواز تمديد العقد للمدة المطلوبة متى ثبتت الحاجة إلى استمرار الأعمال وضيق الوقت لإتمام الطرح، على أن "
        "يتم التمديد قبل انتهاء مدة العقد الأصلية."
    ),
    "ثانيًا: لزوم عرض طلب التمديد على الجهاز المركزي للمناقصات العامة، والحصول على موافقته المسبقة لأنها شرط للصحة.",
    "ولا يجوز للإدارة أن تعدل الالتزامات الأخرى إلا باتفاق لاحق، والله ولي التوفيق، وفي ضوء الآراء والأحكام الثلاثة.",
)
MARKED = (
    "يُعدُّ العقدُ شريعةَ المتعاقدَين، فلا يجوزُ نقضُهُ ولا تعديلُهُ إلَّا باتِّفاقِ الطرفَين، أو للأسبابِ التي يُقرِّرُها القانون.",
    "وَلَمَّا كانَ ذلكَ، وكانتِ الإدارةُ قد أخطرتِ المتعاقدَ كتابةً، فإنَّ الأثرَ لا يترتَّبُ إلَّا مِن تاريخِ الإخطار.",
    "وتُستحقُّ الدُّفعةُ الأولى بعدَ اللهِ والوطنِ عندَ تسليمِ اللَّوازمِ كافَّةً، ولِكلٍّ مِنَ الطرفَين أن يُبديَ رأيَهُ.",
)
NUMBERED = (
    "العقد رقم ٣١/٢٠٢٤ والملحق رقم ٧ بمبلغ ١٢٬٥٠٠٫٧٥٠، وقرار ٢٠١٦/٤٩ في ٢١ سبتمبر ٢٠٢٦ الموافق ١٠ ربيع الآخر ١٤٤٨ هـ.",
    "الكتاب FL-O-2026-04127 والكتاب TRN-MOF-I-2026-00931 والهاتف 22401234 في ١٢:٣١.",
)
TEXTS = {"plain": PLAIN * 4, "with diacritics": MARKED * 6, "numbers": NUMBERED * 6}
NUMBER = re.compile(r"[0-9٠-٩][0-9٠-٩/:٬٫]*")
REFERENCE = re.compile(r"(?:TRN-)?[A-Z]+-[A-Z]-\d{4}-\d{5}")
ROUNDS = 15
SOURCE = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: "Typefaces", date: datetime(year: 2026, month: 9, day: 21))
#set page(paper: "a4", margin: 21mm)
#set text(font: (sheet.font,), size: 13.3pt, lang: "ar", dir: rtl, fallback: false)
#set text(top-edge: 0.78em, bottom-edge: -0.32em)
#set par(justify: true, leading: 0.65em, spacing: 1.2em, justification-limits: (tracking: (min: 0pt, max: 0pt)))
#for line in sheet.lines { par(line) }
"""


def main() -> None:
    """Print one table: a line for each typeface and text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--noto", type=Path, default=DEBIAN, help="a folder with NotoNaskhArabic-Regular as TTF")
    parser.add_argument("--pictures", type=Path, help="where to put a picture of each page")
    chosen = parser.parse_args()
    faces = {"Amiri": FONTS}
    if any(chosen.noto.rglob("NotoNaskhArabic*.ttf")):
        faces["Noto Naskh Arabic"] = chosen.noto
    else:
        print(f"Noto Naskh Arabic: not run, there are no files of it in {chosen.noto}")
    print(
        f"{'typeface':18} {'text':16} {'reader':8} {'words':>11} {'bare words':>11} "
        f"{'numbers':>8} {'references':>10}  kB     ms"
    )
    for face, folder in faces.items():
        for name, lines in TEXTS.items():
            measured(face, folder, (name, lines), chosen.pictures)


def measured(face: str, folder: Path, text: tuple[str, tuple[str, ...]], pictures: Path | None) -> None:
    """Print a page and say what each reader gets of it."""
    name, lines = text
    document, took = printed(face, folder, lines)
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
        with pypdfium2.PdfDocument(document) as pdf:
            pdf[0].render(scale=1.5).to_pil().save(pictures / f"{face} {name}.png".replace(" ", "-"))
    typed = " ".join(lines)
    for reader, read in readers():
        found = read(document)
        whole = [share(words, typed, found) for words in (raw, bare)]
        counts = [share(pattern.findall, typed, visible(found)) for pattern in (NUMBER, REFERENCE)]
        print(
            f"{face:18} {name:16} {reader:8} {whole[0]:>11} {whole[1]:>11} {counts[0]:>8} {counts[1]:>9}  "
            f"{len(document) / 1000:5.1f}  {took:5.1f}"
        )


def printed(face: str, folder: Path, lines: tuple[str, ...]) -> tuple[bytes, float]:
    """The page as the press would make it, and the median time of a warm print in milliseconds."""
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "page.typ"
        source.write_text(SOURCE, encoding="utf-8")
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
        compiler = typst.Compiler(str(source), root=place, font_paths=fonts)
        times, document = [], b""
        for turn in range(ROUNDS):  # a changed line each time, so that no layout is taken from memory whole
            sheet = {"font": face, "lines": [*lines[:-1], f"{lines[-1]} {'،' * (turn % 2)}"]}
            began = time.perf_counter()
            made = compiler.compile(
                format="pdf", sys_inputs={"sheet": json.dumps(sheet)}, pdf_standards=["a-3a", "ua-1"]
            )
            times.append(1000 * (time.perf_counter() - began))
            document = made if isinstance(made, bytes) else b""
        return document, statistics.median(times[1:])


def readers() -> Iterator[tuple[str, Callable[[bytes], str]]]:
    """The readers on this machine."""
    yield "pdfium", by_pdfium
    if shutil.which("pdftotext"):
        yield "poppler", by_poppler


def by_pdfium(document: bytes) -> str:
    """What Chromium's reader gets."""
    with pypdfium2.PdfDocument(document) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def by_poppler(document: bytes) -> str:
    """What the readers of the free desktops get."""
    said = subprocess.run(["pdftotext", "-", "-"], input=document, capture_output=True, check=True)
    return said.stdout.decode()


def share(parts: Callable[[str], list[str]], typed: str, found: str) -> str:
    """How many of the typed parts came back whole: «230 of 240»."""
    wanted, got = Counter(parts(typed)), Counter(parts(found))
    return f"{sum((wanted & got).values())} of {sum(wanted.values())}"


def raw(text: str) -> list[str]:
    """The words as they come, without controls and with marks in one order (NFC)."""
    return unicodedata.normalize("NFC", visible(text)).split()


def bare(text: str) -> list[str]:
    """The words by their letters alone: marks and everything that is no letter or digit left out."""
    apart = unicodedata.normalize("NFD", visible(text))
    kept = "".join(c for c in apart if unicodedata.category(c) != "Mn" and c != "ـ")
    return re.findall(r"\w+", kept)


if __name__ == "__main__":
    main()
