# SPDX-License-Identifier: EUPL-1.2
"""Arabic text made comparable: one folded form for matching, its words, a light stem, and a key for sorting."""

from __future__ import annotations

import re
import unicodedata

from mukatabat.kernel.digits import BIDI_CONTROLS, ZERO_WIDTH, arabic_digits, bidi_controls, latin_digits

__all__ = ["arabic_digits", "bidi_controls", "fold", "latin_digits", "sort_key", "stem", "words"]

_INVISIBLE = re.compile("[" + "".join(sorted(BIDI_CONTROLS | ZERO_WIDTH)) + "]+")
# Presentation forms of lone vowel marks: NFKD would turn them into a space or a tatweel and cut the word in two.
_LONE_MARKS = re.compile("[\u064b-\u065f\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe7f]")
_LETTERS = str.maketrans(
    {
        "ٱ": "ا", "ٲ": "ا", "ٳ": "ا", "ٵ": "ا",
        "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي",
        "ة": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه",
        "ک": "ك", "ڪ": "ك",
        "٫": ".", "٬": ",", "٪": "%",
        # Tatweel, and the small waw and ya of Quranic spelling, which Unicode counts as letters.
        "\u0640": None, "\u06e5": None, "\u06e6": None,
    }
)  # fmt: skip
_DIGIT_BESIDE_LETTER = re.compile(r"(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")
_WORD = re.compile(
    r"[^\W\d_]+"
    r"|(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9.,]*[0-9])"  # 1,500,000
    r"|(?<![0-9.,])[0-9]+\.[0-9]+(?![0-9.,]*[0-9])"  # 3.5, but not a part of 22.11.2026
    r"|[0-9]+"
)
# و or ف before anything, then ب or ك before the article, or لل, in which the article has lost its alef.
_ARTICLE = re.compile("[وف]?(?:[بك]?ال|لل)")
# Folded words whose first letters only look like the article or a clitic; the stem stops at them.
_WHOLE = """
الله اللهم لله اله الهي الذي التي الذين اللذان اللذين اللتان اللتين اللاتي اللواتي الا الي اليك اليكم الان الات اليات
الف الفا الفان الفين الاف الم الماني المانيا والد والدان والدين والي واليا بالغ بالغا بالغين بالي فالح كالح
"""
# Nouns with such a first syllable, which take endings as well: إلزامه، التزامات، إلكترونية، بالغة، والدته.
_NOUNS = """
الي الزام التزام الغاء الغاي القاء القاي الحاق التحاق التقاء التقاي التماس التفات التباس
التهاب الهام الكترون الكتروني الكترونيا والد والدت بالغ
"""
_ENDINGS = ("ا", "ي", "ه", "ها", "هم", "هما", "كم", "نا", "ات", "يه", "ين")
_WHOLE_WORDS = frozenset(_WHOLE.split() + _NOUNS.split() + [noun + end for noun in _NOUNS.split() for end in _ENDINGS])
# After لل these words lose one ل to spelling: «للجنة» is لجنة.
_LAM = "لجنه لجان لايحه لوايح لغه لغات لقاء لقب لجوء لبس لواء ليل"
_LAM_WORDS = frozenset(_LAM.split())
_CLITICS = ("", "و", "ف", "ب", "ك", "ل", "وب", "وك", "ول", "فب", "فك", "فل")
_SHORTEST_STEM = 2
# Letters outside Unicode's order of the Arabic alphabet, each placed after its neighbour.
_PLACED = str.maketrans({"پ": "بۿ", "چ": "جۿ", "ژ": "زۿ", "ڤ": "فۿ", "گ": "كۿ"})
_SORTED_NUMBER_WIDTH = 12


def _part_invisible(match: re.Match[str]) -> str:
    text, start, end = match.string, match.start(), match.end()
    before, after = text[start - 1 : start], text[end : end + 1]
    return " " if (before.isdigit() and after.isalnum()) or (before.isalnum() and after.isdigit()) else ""


def _decompose(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if unicodedata.category(character) != "Mn")


def fold(text: str) -> str:
    """Give the form of a text in which its spellings meet; for matching only, never for display.

    1. Invisible marks go; between a digit and a digit or letter they become a space, so that numbers stay apart.
    2. Presentation forms and ligatures become letters (NFKD), ﷲ becomes الله; case is folded; every mark above or
       below a letter goes, with it the hamza of أ إ آ ؤ ئ.
    3. ٱ→ا, ى ی→ي, ة→ه, ک→ك; tatweel goes; the three digit scripts become ASCII; ٫ ٬ become . and ,
    4. A digit beside a letter is parted from it; spaces run together.

    Folding twice gives the same as folding once. Source: ARCHIVE §4.1.
    """
    visible = _LONE_MARKS.sub("", _INVISIBLE.sub(_part_invisible, text))
    # Case folding may leave marks and capitals behind in rare scripts, so it stands between two decompositions.
    bare = _decompose(_decompose(_decompose(visible).casefold()).casefold())
    plain = _INVISIBLE.sub("", latin_digits(bare).translate(_LETTERS))
    return " ".join(_DIGIT_BESIDE_LETTER.sub(" ", plain).split())


def words(text: str) -> list[str]:
    """Split a text into its folded words and numbers, in order.

    Punctuation falls away; commas that group thousands go (`1,500` is `1500`), a decimal point stays, and the
    parts of a dotted date are separate numbers.
    """
    return [token.replace(",", "") for token in _WORD.findall(fold(text))]


def stem(word: str) -> str:
    """Take the article with its clitics off the front of one word: وال، بال، فال، كال، لل and their compounds.

    Returns the folded rest, never shorter than two letters; a word that only looks like that (إلغاء، والد) stays
    whole. A lone و ف ب ل ك is left on, since without a vocabulary بناء would become ناء.
    """
    folded = fold(word)
    for clitic in _CLITICS:
        if folded.startswith(clitic) and folded[len(clitic) :] in _WHOLE_WORDS:
            return folded[len(clitic) :]
    found = _ARTICLE.match(folded)
    if found is None or len(folded) - found.end() < _SHORTEST_STEM:
        return folded
    if found[0].endswith("لل") and folded[found.end() - 1 :] in _LAM_WORDS:
        return folded[found.end() - 1 :]
    return folded[found.end() :]


def sort_key(text: str) -> str:
    """Give a text's key in alphabetical order, for a column of its own compared code point by code point.

    أ إ آ ا sort together, پ چ ژ ڤ گ after their neighbours, Latin before Arabic, and numbers by size. Compare with
    `COLLATE "C"` in PostgreSQL; two texts of one key need a second criterion.
    """
    return " ".join(
        token.zfill(_SORTED_NUMBER_WIDTH) if token.isdecimal() else token.translate(_PLACED) for token in words(text)
    )
