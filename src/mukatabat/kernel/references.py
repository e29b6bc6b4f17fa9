# SPDX-License-Identifier: EUPL-1.2
"""The canonical reference of a letter, `FL-O-2026-04127`: body, register, year, serial."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.digits import BIDI_CONTROLS, ZERO_WIDTH, latin_digits
from mukatabat.kernel.errors import KernelError
from mukatabat.kernel.vocabulary import Realm, RegisterKind

TRAINING_PREFIX = "TRN"
FIRST_YEAR, LAST_YEAR = 1900, 2199
LAST_SERIAL = 9_999_999
SERIAL_WIDTH = 5
LONGEST_INPUT = 80

DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
SLASHES = "/\u2044\u2215\uff0f"
SPACES = " \t\u00a0\u2007\u2009\u202f"

_INVISIBLE = {ord(character): None for character in BIDI_CONTROLS | ZERO_WIDTH}
_DASH = str.maketrans(dict.fromkeys(DASHES, "-") | dict.fromkeys(SLASHES, "/"))
# One space-padded dash or slash, or spaces alone, between two parts.
_SEPARATOR = f"(?:[{SPACES}]*[{re.escape(DASHES + SLASHES)}][{SPACES}]*|[{SPACES}]+)"
_BODY = re.compile(r"[A-Z][A-Z0-9]{1,11}")


def marked_code(code: str, realm: str) -> str:
    """Give a body's code as it is written: that of a practice body is marked as such."""
    return f"{TRAINING_PREFIX}-{code}" if realm == Realm.TRAINING else code


# ASCII classes on purpose: \d and \w would let other scripts' digits and look-alike letters in.
def _pattern(separator: str) -> str:
    return (
        f"(?:(?P<training>{TRAINING_PREFIX}){separator})?"
        f"(?P<body>[A-Z][A-Z0-9]{{1,11}}){separator}(?P<register>[IOMCX]){separator}"
        f"(?P<year>[0-9]{{4}}){separator}(?P<serial>[0-9]{{1,7}})"
    )


_REFERENCE = re.compile(_pattern(_SEPARATOR))
# Inside other text the parts must be joined by a dash or slash, and neither end may go on.
_REFERENCE_INSIDE = re.compile(f"(?<![A-Z0-9/-]){_pattern('[/-]')}(?![A-Z0-9]|[/-][A-Z0-9])")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class UnreadableReference(KernelError):
    """A text is not a reference, or its parts cannot be one."""

    code = "kernel.unreadable-reference"
    happened = _("“%(text)s” is not a reference that the system can read.")
    safe = _("Nothing was searched and nothing was changed.")
    do = _("Write it as body, register, year and serial, for example FL-O-2026-04127. Any digits and dashes will do.")


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One number of one register in one year.

    `body` is the body's code (2 to 12 ASCII capitals and digits), `year` 1900 to 2199, `serial` 1 to 9,999,999.
    A part outside its range raises UnreadableReference, so that every instance prints and reads back as itself.
    """

    body: str
    register: RegisterKind
    year: int
    serial: int
    training: bool = False

    def __post_init__(self) -> None:
        """Check every part; a register given as its letter becomes its RegisterKind."""
        sound = (
            _BODY.fullmatch(self.body)
            and self.body != TRAINING_PREFIX
            and self.register in list(RegisterKind)
            and FIRST_YEAR <= self.year <= LAST_YEAR
            and 1 <= self.serial <= LAST_SERIAL
        )
        if not sound:
            raise UnreadableReference(text=self._written())
        object.__setattr__(self, "register", RegisterKind(self.register))

    def __str__(self) -> str:
        """Write the canonical form: ASCII, serial of five digits or more, training marked in front."""
        return self._written()

    def _written(self) -> str:
        return f"{marked_code(self.body, self.realm)}-{self.register}-{self.year}-{self.serial:0{SERIAL_WIDTH}d}"

    @property
    def realm(self) -> Realm:
        """The realm that the number lives in."""
        return Realm.TRAINING if self.training else Realm.LIVE

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Read a reference as people type and copy it.

        Accepts the three digit scripts, either case, any dash or slash or spaces between the parts, missing leading
        zeros, and invisible marks anywhere. The order of the parts is fixed, and nothing is guessed: what could
        be read in two ways raises UnreadableReference.
        """
        found = _REFERENCE.fullmatch(_plain(text).strip(SPACES + "\r\n")) if len(text) <= LONGEST_INPUT else None
        if found is None:
            raise UnreadableReference(text=text[:LONGEST_INPUT])
        return _from_match(found)


def _from_match(found: re.Match[str]) -> Reference:
    return Reference(
        found["body"],
        RegisterKind(found["register"]),
        year=int(found["year"]),
        serial=int(found["serial"]),
        training=found["training"] is not None,
    )


def visible(text: str) -> str:
    """Drop the characters that have no width: bidi controls, joiners, soft hyphens."""
    return text.translate(_INVISIBLE)


def normal_dashes(text: str) -> str:
    """Write every kind of dash as `-` and every kind of slash as `/`."""
    return text.translate(_DASH)


def _plain(text: str) -> str:
    return latin_digits(normal_dashes(visible(text))).translate(_UPPER)


def find_references(text: str) -> tuple[list[Reference], str]:
    """Find the references inside a text, in order, and give the text without them.

    Inside a text the parts must be joined by dashes or slashes, not by spaces. Without a reference the text comes
    back unchanged; a part of a longer chain (FL-O-2026-04127-3) is not taken for one.
    """
    found: list[Reference] = []

    def take(match: re.Match[str]) -> str:
        try:
            found.append(_from_match(match))
        except UnreadableReference:
            return match[0]
        return " "

    rest = _REFERENCE_INSIDE.sub(take, _plain(text))
    return (found, rest) if found else (found, text)
