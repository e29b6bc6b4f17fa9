# SPDX-License-Identifier: EUPL-1.2
"""The one table of shortcuts: the sheet shows it, the scripts read it from the sheet, key caps take their letters here.

Keys are physical (``KeyboardEvent.code``), so they work under the Arabic layout as well; a cap shows the letter of the
layout that the keyboard has now.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ARABIC = {
    "A": "ش", "B": "لا", "C": "ؤ", "D": "ي", "E": "ث", "F": "ب", "G": "ل", "H": "ا", "I": "ه", "J": "ت", "K": "ن",
    "L": "م", "M": "ة", "N": "ى", "O": "خ", "P": "ح", "Q": "ض", "R": "ق", "S": "س", "T": "ف", "U": "ع", "V": "ر",
    "W": "ص", "X": "ء", "Y": "غ", "Z": "ئ",
}  # fmt: skip
"""What the keys of the Latin letters write under the Arabic layout (Arabic 101)."""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One row: the keys, what a script does for each of them ("press" presses what bears the key), and the words.

    ``with_keys`` are held down meanwhile; a row with them is handled by itself and has no ``does``.
    """

    keys: tuple[str, ...]
    label: str | Promise
    does: tuple[str, ...] = ("press",)
    with_keys: tuple[str, ...] = ()

    @property
    def codes(self) -> str:
        """The physical keys, parted by spaces, as a script reads them."""
        return " ".join(CODES.get(key, f"Digit{key}" if key.isdecimal() else f"Key{key}") for key in self.keys)


CODES = {
    "/": "Slash",
    "[": "BracketLeft",
    "]": "BracketRight",
    "Enter": "Enter",
    "Esc": "Escape",
    "+": "Equal",
    "−": "Minus",
}

SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut(("K",), _("Commands, pages and letters"), ("palette",), ("Ctrl",)),
    Shortcut(("J", "K"), _("Next, previous"), ("next", "previous")),
    Shortcut(("Enter",), _("Open"), ()),
    Shortcut(("Esc",), _("Close or go back"), ()),
    Shortcut(("X",), _("Select"), ("select",)),
    Shortcut(("J", "K"), _("Extend the selection"), (), ("Shift",)),
    Shortcut(("/",), _("Find"), ("find",)),
    Shortcut(("C",), _("New letter")),
    Shortcut(("N",), _("New register entry")),
    Shortcut(("R",), _("Prepare a reply")),
    Shortcut(("F",), _("Refer")),
    Shortcut(("E",), _("Mark done")),
    Shortcut(("W",), _("Follow")),
    Shortcut(("Z",), _("Undo the last step, for ten seconds")),
    Shortcut(("P",), _("Print")),
    Shortcut(("Y",), _("Copy the reference"), ("copy",)),
    Shortcut(("[", "]"), _("Previous, next document of the list")),
    Shortcut(("+", "−", "0"), _("Larger, smaller, fit the width"), ("press",) * 3),
    Shortcut(("1", "2", "3", "4", "5"), _("Tabs of the side panel"), ("tab",) * 5),
    Shortcut(("Enter",), _("Send for approval or confirm"), (), ("Ctrl",)),
    Shortcut(("Enter",), _("Approve or sign"), (), ("Ctrl", "Shift")),
)
"""Without G: where it leads stands in the rail."""
