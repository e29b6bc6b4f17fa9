# SPDX-License-Identifier: EUPL-1.2
"""The short code of an issued letter, `7KQ4-M2XD-9FPC`: what a reader types to check a print."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mukatabat.kernel.digits import latin_digits
from mukatabat.kernel.errors import KernelError
from mukatabat.kernel.references import SPACES, normal_dashes, visible

# Crockford's alphabet: neither I, L, O, which are read as 1 and 0, nor U, which a hand writes like V.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
GROUP = 4
LONGEST_INPUT = 40

_BITS = 5
_FIELD = 0b100101  # x^5 + x^2 + 1, primitive over GF(2): its powers of x are the 31 elements other than zero
_LOOK_ALIKES = str.maketrans("OIL", "011")
_SEPARATORS = str.maketrans(dict.fromkeys(f"-{SPACES}\r\n", None))


class UnreadableCode(KernelError):
    """A text is not a short code: wrong length, a foreign character, or a check symbol that does not fit."""

    code = "kernel.unreadable-code"
    happened = _("“%(text)s” is not a code of a letter.")
    safe = _("Nothing was searched.")
    do = _("Compare it with the print, character by character: three groups of four.")


@dataclass(frozen=True, slots=True)
class ShortCode:
    """Eleven symbols of five bits and a check symbol, as `symbols` without dashes.

    The check symbol makes the weighted sum over GF(32) zero (weights: the powers of x, one for each place), so that
    every single wrong symbol and every exchange of two is noticed. A wrong one raises UnreadableCode.
    """

    symbols: str

    def __post_init__(self) -> None:
        """Check length, alphabet and check symbol."""
        known = len(self.symbols) == LENGTH and all(symbol in ALPHABET for symbol in self.symbols)
        if not known or _weighted(self.symbols) != 0:
            raise UnreadableCode(text=self.symbols[:LONGEST_INPUT])

    def __str__(self) -> str:
        """Write the code as it is printed, in groups of four."""
        return "-".join(self.symbols[at : at + GROUP] for at in range(0, LENGTH, GROUP))

    @classmethod
    def derived(cls, key: bytes, *, subject: str) -> ShortCode:
        """Derive the code of a subject under a secret key: the first 55 bits of HMAC-SHA-256 (RFC 2104).

        The same key and subject give the same code; without the key nobody can tell or count codes.
        """
        digest = hmac.digest(key, b"mukatabat short code 1\0" + subject.encode(), "sha256")
        number = int.from_bytes(digest) >> (8 * len(digest) - _BITS * (LENGTH - 1))
        places = range(LENGTH - 2, -1, -1)
        symbols = "".join(ALPHABET[number >> (_BITS * place) & 31] for place in places)
        # The last place has the weight x^0 = 1, so the check symbol is the sum itself.
        return cls(symbols + ALPHABET[_weighted(f"{symbols}{ALPHABET[0]}")])

    @classmethod
    def parse(cls, text: str) -> ShortCode:
        """Read a code as people type and copy it; anything else raises UnreadableCode.

        Accepts the three digit scripts, either case, any dashes or spaces or none, invisible marks anywhere, and O, I
        and L for 0 and 1.
        """
        if len(text) > LONGEST_INPUT:
            raise UnreadableCode(text=text[:LONGEST_INPUT])
        plain = latin_digits(normal_dashes(visible(text))).translate(_SEPARATORS)
        if not plain.isascii():
            raise UnreadableCode(text=text)
        return cls(plain.upper().translate(_LOOK_ALIKES))


def _weighted(symbols: str) -> int:
    """Sum the symbols over GF(32), the last with weight 1, each place before it with x times the weight (Horner)."""
    total = 0
    for symbol in symbols:
        total <<= 1
        if total > ALPHABET.index(ALPHABET[-1]):
            total ^= _FIELD
        total ^= ALPHABET.index(symbol)
    return total
