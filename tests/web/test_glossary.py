# SPDX-License-Identifier: EUPL-1.2
"""The interface speaks the words of the glossary, one word for one thing, in both languages."""

from __future__ import annotations

import csv
import importlib
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import mukatabat
from mukatabat.kernel.arabic import fold
from mukatabat.kernel.vocabulary import Vocabulary
from tools import translations

pytestmark = pytest.mark.long

PACKAGE = Path(mukatabat.__file__).parent
GLOSSARY = PACKAGE / "web" / "data" / "glossary.csv"
CATALOGUE = PACKAGE / "locale" / "ar" / "LC_MESSAGES" / "django.po"

FORBIDDEN = {
    "رسالة": "كتاب", "رسالتك": "كتابك", "الرسائل": "الكتب", "رسائل": "كتب", "إيميل": "بريد إلكتروني",
    "كليك": "ضغط", "انقر": "اختيار", "حدث خطأ": "ما حدث وما العمل", "نقض": "تمييز", "الأرشفة الذكية": "أرشفة",
    "أدمن": "مدير النظام", "مسؤول النظام": "مدير النظام", "يوزر": "اسم المستخدم", "باسورد": "كلمة المرور",
    "بواسطة": "صياغة بلا فاعل", "البريد الوارد": "الوارد", "البريد الصادر": "الصادر", "!": ".",
}  # fmt: skip
"""What never stands on a screen, and what stands there instead (DESIGN §12, HANDBOOK §5)."""

FORBIDDEN_ENGLISH = ("oops", "click", "an error occurred", "something went wrong", "!", "agency of", "message to")

TERMS = {
    r"\b(?<!Latin )(?<!two )(?<!with a )letters?\b(?!, digits)": ("كتاب", "كتب", "كتابان"),
    r"\bdrafts?\b": ("مسود",),
    r"\bvoid\b": ("ملغ", "الغي", "يلغ"),
    r"\battachments?\b": ("مرفق",),
    r"\badministrator\b": ("مدير النظام",),
    r"\bmandates?\b": ("سند صلاحي", "سند الصلاحي", "سندات صلاحي", "سندات الصلاحي"),
    r"\bevidence\b": ("اثبات",),
    r"\bsecond factor\b": ("العامل الثاني", "التحقق الثاني", "تحقق ثان"),
    r"(?<!\()\bbod(y|ies)\b": ("جه",),
    r"\bredirect(s|ed)?\b": ("حول", "تحويل"),
    r"\bwithdr[ae]w[a-z]*\b": ("سحب",),
    r"\b(refer|refers|referred|referral)\b": ("حال", "حيل", "يحل"),
    r"\bsecrecy\b": ("سري",),
    r"\bunits?\b": ("وحد",),
    r"\bposts?\b": ("منصب", "مناصب"),
    r"\bsign(s|ed|ing)?\b(?!-| (in|out|for)\b)(?! in as)": ("وقع", "توقيع", "موقع", "تواقيع", "دخل", "دخول"),
    r"\bitem\b": ("معامل",),
    r"\bsubject\b": ("موضوع",),
    r"\bdirectory\b": ("دليل الجهات",),
    r"\bapprov(e|es|ed|al|ing)\b": ("عتم",),
    r"\bdelegation\b": ("تفويض",),
    r"\bstanding-in\b": ("انابه",),
    r"\bacting appointment\b": ("تكليف",),
    r"\bdeliver(y|ed)\b": ("سلم", "تسليم", "استلام"),
    r"\bdispatch(ed)?\b": ("رسل", "ارسال"),
    r"\btraining\b": ("تدريب",),
    r"\bregister(s|ed)?\b": ("قيد", "سجل", "مقيد", "وارد"),
}
"""An English word of the interface, and the stems of which one must stand in the Arabic; marks are folded away."""


def messages() -> list[tuple[str, tuple[str, ...]]]:
    """Every English text of the catalogue with all its Arabic forms; one that stands in two contexts stands twice."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ar")
    found = []
    for message in catalogue:
        if message.id:
            first = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string)
            found.append((first, forms))
    return found


def glossary() -> list[dict[str, str]]:
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def variants(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(" / ")]


def vocabularies() -> Iterator[type[Vocabulary]]:
    for name in ("rules.py", "vocabulary.py"):
        for file in sorted(PACKAGE.rglob(name)):
            importlib.import_module(".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts))
    yield from Vocabulary.__subclasses__()


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_sentence_uses_a_forbidden_word(word: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")
    assert [forms for _, forms in messages() if any(pattern.search(form) for form in forms)] == []


@pytest.mark.parametrize("word", FORBIDDEN_ENGLISH)
def test_no_english_sentence_uses_a_forbidden_word(word: str) -> None:
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    assert [msgid for msgid, _ in messages() if pattern.search(msgid)] == []


@pytest.mark.parametrize("english", TERMS)
def test_one_thing_has_one_word(english: str) -> None:
    pattern = re.compile(english, re.IGNORECASE)
    strays = []
    for msgid, forms in messages():
        plain = re.sub(r"%\(\w+\)s", "", msgid)
        arabic = fold(forms[-1])
        if pattern.search(plain) and not any(fold(stem) in arabic for stem in TERMS[english]):
            strays.append((msgid, forms[-1]))
    assert strays == []


def test_a_label_that_is_a_glossary_term_is_translated_as_the_glossary_says() -> None:
    allowed: dict[str, set[str]] = {}
    for row in glossary():
        english, arabic = variants(row["en"]), variants(row["ar"])
        pairs = zip(english, arabic, strict=True) if len(english) == len(arabic) else product(english, arabic)
        for one, other in pairs:
            allowed.setdefault(one.lower(), set()).add(bare(other))
    strays = []
    for msgid, forms in messages():
        wanted = allowed.get(msgid.lower())
        # A row of the glossary may name several degrees of one noun: «بيانات عامة / مقيدة / حساسة».
        if wanted and not any(one.endswith(bare(forms[0])) for one in wanted):
            strays.append((msgid, forms[0], wanted))
    assert strays == []


def bare(term: str) -> str:
    """A term folded and without the article, which a label may have or not."""
    return fold(term).removeprefix("ال")


def test_labels_of_closed_lists_read_alike_on_screens_and_on_paper() -> None:
    with CATALOGUE.open("rb") as file:
        translated = {message.id: message.string for message in read_po(file, locale="ar") if not message.context}
    lists = list(vocabularies())
    assert len(lists) > 10
    for words in lists:
        for member in words:
            assert translated.get(member.label_en) == member.label_ar, (words.__name__, member.label_en)


def test_the_catalogue_holds_nothing_that_nobody_says() -> None:
    said = {text for _, _, text in translations.used()}
    assert [msgid for msgid, _ in messages() if msgid not in said] == []


def test_the_glossary_names_each_thing_once() -> None:
    rows = glossary()
    assert len(rows) > 80
    assert all(row["ar"].strip() and row["en"].strip() for row in rows)
    arabic = [row["ar"] for row in rows]
    assert len(arabic) == len(set(arabic))
