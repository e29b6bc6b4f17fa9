# SPDX-License-Identifier: EUPL-1.2
"""A book in an address: its shelf by name, and no other shelf."""

from __future__ import annotations

from mukatabat.access.grants.rules import Shelf


class BookConverter:
    """Reads "incoming", "outgoing" and "memo" from an address; anything else matches no route."""

    regex = "incoming|outgoing|memo"

    def to_python(self, value: str) -> Shelf:
        """The shelf of a name."""
        return Shelf(value)

    def to_url(self, value: Shelf | str) -> str:
        """The name of a shelf."""
        return str(value)
