# SPDX-License-Identifier: EUPL-1.2
"""What the style and translation checks complain about."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

import pytest

from tools import style, translations

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;\\n"\n'
)
LETTERS = 'msgid "%(n)s letter"\nmsgid_plural "%(n)s letters"\n'
SIX = "".join(
    f'msgstr[{form}] "{text}"\n' for form, text in enumerate(["لا كتب", "كتاب", "كتابان", *["%(n)s كتب"] * 3])
)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(translations, "SOURCE", tmp_path)
    (tmp_path / "locale" / "ar" / "LC_MESSAGES").mkdir(parents=True)
    return tmp_path


def catalogue(tree: Path, entries: str) -> Path:
    file = tree / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    file.write_text(HEADER + "\n" + entries, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        ('msgid "Send"\nmsgstr "إرسال"\n', None),
        (LETTERS + SIX, None),
        ('msgid "Send"\nmsgstr ""\n', "not translated"),
        (LETTERS + 'msgstr[0] "كتاب"\nmsgstr[1] ""\n', "not translated"),
        ('#, fuzzy\nmsgid "Send"\nmsgstr "إرسال"\n', "fuzzy"),
        ('msgid "To %(body)s"\nmsgstr "إلى %(name)s"\n', "parameters differ"),
    ],
)
def test_a_catalogue_is_complete_or_says_what_is_missing(tree: Path, entries: str, complaint: str | None) -> None:
    found = translations.complaints(catalogue(tree, entries))
    assert [one for one in found if complaint and complaint in one] == found
    assert bool(found) == bool(complaint)


def test_strings_of_code_and_templates_must_be_in_the_catalogue(tree: Path) -> None:
    (tree / "actions.py").write_text(
        'from x import gettext_lazy as _\n_("Issued")\nngettext("%(n)s day", "%(n)s days", n)\n'
    )
    (tree / "page.html").write_text(
        '{% load i18n %}<p>{% translate "Don\'t send" %}</p>{% trans "Read" context "verb" %}\n'
        "{% blocktranslate count n=days trimmed %}\n  {{ n }} hour\n{% plural %}\n  {{ n }} hours\n{% endblocktranslate %}\n"
        "{% blocktranslate with b=body %}From {{ b }}{% endblocktranslate %}"
    )
    assert {(context, text) for _, context, text in translations.used()} == {
        (None, "Issued"),
        (None, "%(n)s day"),
        (None, "Don't send"),
        ("verb", "Read"),
        (None, "%(n)s hour"),
        (None, "From %(b)s"),
    }
    assert len(translations.complaints(catalogue(tree, ""))) == 6


def test_a_compiled_catalogue_speaks_the_six_arabic_plurals(tree: Path) -> None:
    file = catalogue(tree, LETTERS + SIX)
    translations.compile_catalogue(file)
    with file.with_suffix(".mo").open("rb") as compiled:
        arabic = gettext.GNUTranslations(compiled)
    spoken = [arabic.ngettext("%(n)s letter", "%(n)s letters", n) for n in (0, 1, 2, 3, 11, 100)]
    assert spoken == ["لا كتب", "كتاب", "كتابان", "%(n)s كتب", "%(n)s كتب", "%(n)s كتب"]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (".a { margin-left: 1px }", True),
        (".a { text-align: right }", True),
        (".a { left: 0; }", True),
        (".a{border-top-left-radius:2px}", True),
        (".a { margin-inline-start: 1px; inset-inline-end: 0; text-align: start }", False),
        (".icon-left { color: red }", False),
        (".a { left: 0; /* physical: a ruler starts at the left in every language */ }", False),
        ("/* margin-left: is wrong here */", False),
    ],
)
def test_style_sheets_say_start_and_end(tmp_path: Path, line: str, wrong: bool) -> None:
    file = tmp_path / "a.css"
    file.write_text(line)
    assert bool(style.complaints(file)) == wrong


def test_modules_carry_the_licence_and_stay_small(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("x = 1\n")
    assert style.complaints(file) == ["1: the licence line is missing"]
    file.write_text(style.LICENCE + "\n\ndef long():\n" + "    x = 1\n" * 60)
    assert style.complaints(file) == ["3: long has 61 lines"]
    file.write_text(style.LICENCE + "\n" * 500)
    assert "lines" in style.complaints(file)[0]
