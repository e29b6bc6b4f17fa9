# SPDX-License-Identifier: EUPL-1.2
"""Text that people type or paste, made clean or refused with a reason before it is stored."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from mukatabat.kernel.digits import BIDI_CONTROLS, ZERO_WIDTH
from mukatabat.kernel.errors import KernelError

# LRM, RLM and ALM only nudge a neighbour; word processors leave them in every Arabic paragraph.
IMPLICIT_MARKS = frozenset("\u200e\u200f\u061c")
# They join and part letters in Arabic and Persian words, so they are spelling, not noise.
JOINERS = frozenset("\u200c\u200d")

_NOISE = {ord(character): None for character in ZERO_WIDTH - JOINERS}
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LINE_SPACES = "\t\n"
_SHOWN_MARKS = 5
# Arabic number signs and the like are format characters by class, but they print.
_PRINTED_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")


class TextRefused(KernelError):
    """Base of the reasons for which typed text is not taken."""

    code = "kernel.text-refused"
    safe = _("Nothing was saved from this field. What you typed is still in front of you.")


class DirectionMarks(TextRefused):
    """The text holds bidi controls, with which words can be shown in another order than they are stored."""

    code = "kernel.direction-marks"
    happened = _("The text holds hidden direction marks (%(marks)s), which can make it read otherwise than it is.")
    do = _("Remove the marks, or type the text again instead of pasting it.")


class ControlCharacters(TextRefused):
    """The text holds characters that have no place in text: controls, halves of characters, hidden tags."""

    code = "kernel.control-characters"
    happened = _("The text holds invisible control characters (%(marks)s).")
    do = _("Remove them, or type the text again instead of pasting it.")


class TextTooLong(TextRefused):
    """The text has more characters than its field takes."""

    code = "kernel.text-too-long"
    happened = ngettext_lazy(
        "The text is longer than %(limit)d character.", "The text is longer than %(limit)d characters.", "limit"
    )
    do = ngettext_lazy(
        "Shorten it. It has %(length)d character now.", "Shorten it. It has %(length)d characters now.", "length"
    )


def _named(marks: list[str]) -> str:
    # Code points in order of first sight, without repeats, cut short: a page of them helps nobody.
    names = list(dict.fromkeys(f"U+{ord(mark):04X}" for mark in marks))
    return ", ".join(names[:_SHOWN_MARKS]) + (" …" if len(names) > _SHOWN_MARKS else "")


def _is_control(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in BIDI_CONTROLS | JOINERS | _PRINTED_FORMATS
    # Cn with code point …FFFE or FFFF, or FDD0 to FDEF, is a non-character; other unassigned ones may be tomorrow's.
    point = ord(character)
    non_character = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return non_character or category == "Cs" or (category == "Cc" and character not in _LINE_SPACES)


def _checked(text: str, *, allowed_marks: frozenset[str]) -> str:
    plain = unicodedata.normalize("NFC", _BREAKS.sub("\n", text).translate(_NOISE))
    controls = [character for character in plain if _is_control(character)]
    if controls:
        raise ControlCharacters(marks=_named(controls))
    marks = [character for character in plain if character in BIDI_CONTROLS - allowed_marks]
    if marks:
        raise DirectionMarks(marks=_named(marks))
    return plain


def _fitting(text: str, limit: int) -> str:
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        return ""
    if len(text) > limit:
        raise TextTooLong(limit=limit, length=len(text))
    return text


def clean_line(text: str, limit: int) -> str:
    """Make one line of typed text, such as a subject or a name, fit to store.

    Returns it in NFC, trimmed, every run of spaces and line breaks as one space, without zero-width noise; what
    shows nothing becomes "". Raises DirectionMarks (any bidi control), ControlCharacters, or TextTooLong when more
    than `limit` code points remain.
    """
    return _fitting(" ".join(_checked(text, allowed_marks=frozenset()).split()), limit)


def clean_text(text: str, limit: int) -> str:
    """Make typed text of many lines, such as a note, fit to store.

    As `clean_line`, but lines and inner spaces stay, every line break becomes a line feed, spaces at line ends go,
    and the implicit marks LRM, RLM and ALM are allowed, because word processors leave them in Arabic paragraphs.
    """
    plain = _checked(text, allowed_marks=IMPLICIT_MARKS)
    lines = "\n".join(line.rstrip() for line in plain.split("\n"))
    return _fitting(lines.strip(), limit)
